// What a plugin that exports `portico_authorize(): Decision` needs.

import * as core from "./abi/core";
import { first, second } from "./argument";
import { Code, codeOf } from "./code";
import * as lambda from "./event";
import { Field } from "./field";
import { Fields } from "./fields";
import { Reader } from "./body";
import { Request } from "./request";
import { Value } from "./value";

/** The answer of portico_authorize. Any other number fails the request with 500, a Code is named in the log. */
export const enum Decision {
  /** 403. */
  Deny = 0,
  Allow = 1,
  /** 401. */
  Unauthorized = 2,
}

@unmanaged
class AuthorizerRequest extends Request {
  /** The first identity source's value. */
  get token(): string {
    return this.get(Field.Token);
  }

  /** The values of all identity sources. */
  get identity(): string[] {
    const fields = new Fields([Field.Identity]);
    fields.read();
    return fields.list(Field.Identity);
  }

  get body(): Reader {
    return changetype<Reader>(0);
  }

  /** The JSON event that a Lambda authorizer would get. */
  get event(): Value {
    return lambda.event();
  }
}

export const request = changetype<AuthorizerRequest>(0);

/** Says who the client is: $context.authorizer.principalId. */
export function setPrincipal<V>(id: V): Code {
  return codeOf(core.set_principal(first.at(id), first.length));
}

/** Sets an entry of $context.authorizer, which mappings, later plugins and integrations see. */
export function setContext<K, V>(key: K, value: V): Code {
  return entry(key, 0, value);
}

export function setContextNumber<K>(key: K, value: f64): Code {
  return value == Math.trunc(value) && Math.abs(value) < 1e15 ? entry(key, 1, (<i64>value).toString()) : entry(key, 1, value.toString());
}

export function setContextBool<K>(key: K, value: bool): Code {
  return entry(key, 2, value ? "true" : "false");
}

/** Sets an entry to any JSON text; HTTP APIs only. */
export function setContextJSON<K, V>(key: K, json: V): Code {
  return entry(key, 3, json);
}

/**
 * Decides as a Lambda authorizer does, with a policy document or `{"isAuthorized": …}`: what it returns is what
 * portico_authorize has to return.
 */
export function decide<V>(json: V): Decision {
  return <Decision>lambda.result(json);
}

function entry<K, V>(key: K, kind: u32, value: V): Code {
  return codeOf(core.set_auth_context(first.at(key), first.length, kind, second.at(value), second.length));
}
