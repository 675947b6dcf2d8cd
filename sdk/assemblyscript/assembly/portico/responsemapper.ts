// What a plugin that exports `portico_map_response(): i32` needs. The answer is 0 or a Code, which fails the request.

import * as core from "./abi/core";
import { Reader } from "./body";
import { Request } from "./request";
import { Response } from "./response";

@unmanaged
class MappedResponse extends Response {
  get status(): i32 {
    return core.get_status();
  }

  /** The body as it came, until something is written. */
  get body(): Reader {
    return changetype<Reader>(1);
  }
}

/** As it went to the integration, without its body. */
export const request = changetype<Request>(0);

export const response = changetype<MappedResponse>(1);
