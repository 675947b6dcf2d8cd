/// <reference path="portico.d.ts" />

/** Changes requests before their integration. */
export function mapRequest(request) {
  request.headers.set("X-Request-Id", request.requestId);
}

/** Changes responses before they are sent. */
export function mapResponse(response) {
  response.headers.delete("Server");
}
