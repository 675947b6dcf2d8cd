// Secrets of the gateway that the operator granted, to be used unseen or to be read. Capability "secrets" in the
// plugin's NAME.toml, and a line in its [secrets] for each. Do not keep one: the next call may see a new value.

import * as host from "./abi/secrets";
import { answer } from "./answer";
import { first, second } from "./argument";
import { take, Value } from "./value";

export const enum Hash {
  SHA1 = 1,
  SHA256 = 2,
  SHA512 = 3,
}

/** A secret that was granted to be read. */
export function read<N>(name: N): Value {
  const at = first.at(name);
  let n: i32;
  do n = host.read(at, first.length, answer.at, answer.cap);
  while (answer.short(n));
  return take(n);
}

/** The HMAC (RFC 2104) of data with the secret as key. */
export function hmac<N, D>(name: N, hash: Hash, data: D): Value {
  const at = first.at(name);
  const bytes = second.at(data);
  let n: i32;
  do n = host.hmac(at, first.length, hash, bytes, second.length, answer.at, answer.cap);
  while (answer.short(n));
  return take(n);
}
