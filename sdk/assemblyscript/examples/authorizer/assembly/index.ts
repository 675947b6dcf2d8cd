import { Decision, request, setPrincipal } from "portico/authorizer";

export { portico_abi_v1 } from "portico";

/** Lets whoever knows the token pass. */
export function portico_authorize(): Decision {
  if (!request.headers.has("authorization")) return Decision.Unauthorized; // 401
  if (!request.headers.is("authorization", "Bearer letmein")) return Decision.Deny; // 403
  setPrincipal("guest");
  return Decision.Allow;
}
