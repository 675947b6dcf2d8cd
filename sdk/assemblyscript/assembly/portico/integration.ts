// What a plugin that exports `portico_integrate(): i32` needs. The answer is 0, what respond gives, or a Code, which
// fails the request with 502.

import * as core from "./abi/core";
import { Reader } from "./body";
import { Code, codeOf } from "./code";
import * as lambda from "./event";
import { Request } from "./request";
import { Response } from "./response";
import { Value } from "./value";

@unmanaged
class IntegrationRequest extends Request {
  get body(): Reader {
    return changetype<Reader>(0);
  }

  /** The JSON event that a Lambda function would get. */
  get event(): Value {
    return lambda.event();
  }
}

@unmanaged
class StreamedResponse extends Response {
  get status(): i32 {
    return core.get_status();
  }

  /**
   * Sends status, header and what was written so far; from then on each write waits until the client's side has taken
   * it. Without it the response leaves when the call returns.
   */
  flush(): Code {
    return codeOf(core.stream_flush(1));
  }
}

export const request = changetype<IntegrationRequest>(0);

export const response = changetype<StreamedResponse>(1);

/**
 * Answers as a Lambda function does, with `{"statusCode": …, "headers": …, "body": …}`: what it returns is what
 * portico_integrate has to return.
 */
export function respond<V>(json: V): i32 {
  return lambda.result(json);
}
