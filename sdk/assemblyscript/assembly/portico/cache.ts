// Remembers values in the memory of the gateway, for all instances of the plugin and over its updates. It is bounded
// and evicts what is used least. Capability "cache" in the plugin's NAME.toml.

import * as host from "./abi/cache";
import { answer } from "./answer";
import { first, second } from "./argument";
import { Code, codeOf } from "./code";
import { take, Value } from "./value";

/** A value; its code is NotFound if there is none. */
export function get<K>(key: K): Value {
  const at = first.at(key);
  let n: i32;
  do n = host.get(at, first.length, answer.at, answer.cap);
  while (answer.short(n));
  return take(n);
}

/** Stores a value for a time, with 0 until it is evicted. */
export function put<K, V>(key: K, value: V, ttlMs: i64 = 0): Code {
  return codeOf(host.put(first.at(key), first.length, second.at(value), second.length, ttlMs));
}

/** 1 if there was a value, 0 if not, or a Code. */
export function remove<K>(key: K): i32 {
  return host.remove(first.at(key), first.length);
}
