import { config, Code, refuse } from "portico";
import * as json from "portico/json";
import { Next, request } from "portico/requestmapper";
import * as responses from "portico/responsemapper";

export { portico_abi_v1 } from "portico";

// The configuration does not change in the life of an instance, so that what is made of it may be kept.
let header = "";
let value = "";

/** [config] in NAME.toml: header = "X-Tenant", value = "acme" */
export function portico_configure(): i32 {
  const h = json.text(json.member(config(), "header"));
  const v = json.text(json.member(config(), "value"));
  if (h === null) return refuse("header is missing");
  if (v === null) return refuse("value is missing");
  header = h;
  value = v;
  return 0;
}

/** Sets the header, and keeps the path for the response. */
export function portico_map_request(): Next {
  const code = request.headers.set(header, value);
  if (code != Code.OK) return <Next>code;
  return <Next>request.setScratch(request.path);
}

/** Tells the client what it asked for. */
export function portico_map_response(): i32 {
  return responses.response.headers.set("X-Asked-For", responses.request.scratch.bytes);
}
