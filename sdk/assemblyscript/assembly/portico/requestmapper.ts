// What a plugin that exports `portico_map_request(): Next` needs.

import * as core from "./abi/core";
import { first } from "./argument";
import { Reader, Writer } from "./body";
import { Code, codeOf } from "./code";
import { Field } from "./field";
import { MutableHeaders } from "./headers";
import { Incoming } from "./request";
import { Response } from "./response";

/** The answer of portico_map_request. Any other number fails the request with 500. */
export const enum Next {
  Continue = 0,
  /** Send the response that was set: neither further request mappers nor the integration run. */
  Respond = 1,
}

@unmanaged
class MappedRequest extends Incoming {
  get headers(): MutableHeaders {
    return changetype<MutableHeaders>(0);
  }

  setMethod<V>(method: V): Code {
    return set(Field.Method, method);
  }

  /** Percent-encoded, below the stage or base path. */
  setPath<V>(path: V): Code {
    return set(Field.Path, path);
  }

  /** Raw, without "?". */
  setQuery<V>(query: V): Code {
    return set(Field.Query, query);
  }

  /** The body as it came, until newBody is written to. */
  get body(): Reader {
    return changetype<Reader>(0);
  }

  /** Takes the place of the body. */
  get newBody(): Writer {
    return changetype<Writer>(0);
  }
}

export const request = changetype<MappedRequest>(0);

/** What Next.Respond sends. Nothing of it can be read. */
export const response = changetype<Response>(1);

function set<V>(field: Field, value: V): Code {
  return codeOf(core.set_field(field, first.at(value), first.length));
}
