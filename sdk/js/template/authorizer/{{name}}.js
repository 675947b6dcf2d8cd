/// <reference path="portico.d.ts" />

/**
 * Lets requests with the right token pass.
 * @param {LambdaEvent} event
 * @returns {Decision}
 */
export function authorize(event) {
  const token = event.authorizationToken ?? event.headers?.authorization ?? event.headers?.Authorization;
  if (!token) throw new Error("Unauthorized"); // 401
  return token === "Bearer letmein";
}
