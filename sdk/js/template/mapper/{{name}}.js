/// <reference path="portico.d.ts" />

/**
 * Changes requests before their integration.
 * @param {RequestEvent} request
 */
export function mapRequest(request) {
  request.headers.set("X-Request-Id", request.requestId);
}

/**
 * Changes responses before they are sent.
 * @param {ResponseEvent} response
 */
export function mapResponse(response) {
  response.headers.delete("Server");
}
