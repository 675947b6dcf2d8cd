// {{name}} answers requests.

import { request, response } from "portico/integration";

export { portico_abi_v1 } from "portico";

export function portico_integrate(): i32 {
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  const name = request.query("name");
  if (name === null) {
    response.setStatus(400);
    return response.write("say who you are: ?name=…\n");
  }
  return response.write(`hello ${name}\n`);
}
