import { Code } from "portico";
import { request, response } from "portico/integration";

export { portico_abi_v1 } from "portico";

/** Sends as many events as the query asks for, each at once: GET /?events=3 */
export function portico_integrate(): i32 {
  const events = request.query("events");
  const n = events === null ? 1 : <i32>parseInt(events);
  if (n < 1 || n > 1000) {
    response.setStatus(400);
    return response.write("events is 1 to 1000\n");
  }
  response.headers.set("Content-Type", "text/event-stream");
  let code = response.flush();
  for (let i = 0; i < n && code == Code.OK; i++) code = response.write(`data: ${i}\n\n`);
  return code; // Aborted when the client has gone
}
