// Verifies tokens against issuers that the operator declared. Capability "jwt" in the plugin's NAME.toml, and a table
// [jwt.ISSUER] for each.

import * as host from "./abi/jwt";
import { answer } from "./answer";
import { first, second } from "./argument";
import { found } from "./code";
import { take, Value } from "./value";

/**
 * The claims of a token as JSON. NotFound: no such issuer; Invalid: not a token; Permission: something of it does not
 * hold; Connection: the issuer's keys cannot be had now.
 */
export function verify<I, T>(issuer: I, token: T): Value {
  const name = first.at(issuer);
  const bytes = second.at(token);
  let n: i32;
  do n = host.verify(name, first.length, bytes, second.length, answer.at, answer.cap);
  while (answer.short(n));
  return take(n);
}

/** One word that says why the last token of this call was refused, such as "expired"; "" if none was. */
export function reason(): string {
  let n: i32;
  do n = host.reason(answer.at, answer.cap);
  while (answer.short(n));
  return found(n) ? answer.text(n) : "";
}
