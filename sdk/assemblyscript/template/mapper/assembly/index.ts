// {{name}} changes requests before their integration, and responses before they are sent.

import { Code } from "portico";
import { Next, request } from "portico/requestmapper";
import { response } from "portico/responsemapper";

export { portico_abi_v1 } from "portico";

/** Tells the backend who asks. */
export function portico_map_request(): Next {
  const code = request.headers.set("X-Client", request.sourceIP);
  return code == Code.OK ? Next.Continue : <Next>code;
}

/** Does not tell the client what the backend is. */
export function portico_map_response(): i32 {
  return response.headers.delete("Server");
}
