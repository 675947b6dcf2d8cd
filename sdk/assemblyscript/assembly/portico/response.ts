import * as core from "./abi/core";
import { Writer } from "./body";
import { Code, codeOf } from "./code";
import { MutableHeaders } from "./headers";

/** The response: status, header and body. */
@unmanaged
export class Response extends Writer {
  /** Sets the status, 200 to 599. Without it, it is 200. */
  setStatus(status: i32): Code {
    return codeOf(core.set_status(status));
  }

  get headers(): MutableHeaders {
    return changetype<MutableHeaders>(1);
  }
}
