// Keeps values over restarts. Capability "kv" in the plugin's NAME.toml, where [kv] quota bounds it. Aborted and IO
// leave open whether something was written.

import * as host from "./abi/kv";
import { answer } from "./answer";
import { first, second, third } from "./argument";
import { Code, codeOf } from "./code";
import { listOf } from "./entries";
import { take, Value } from "./value";

/** A value; its code is NotFound if there is none. */
export function get<K>(key: K): Value {
  const at = first.at(key);
  let n: i32;
  do n = host.get(at, first.length, answer.at, answer.cap);
  while (answer.short(n));
  return take(n);
}

/** Stores a value for a time, with 0 for ever. */
export function put<K, V>(key: K, value: V, ttlMs: i64 = 0): Code {
  return codeOf(host.put(first.at(key), first.length, second.at(value), second.length, ttlMs));
}

/** 1 if there was a value, 0 if not, or a Code. */
export function remove<K>(key: K): i32 {
  return host.remove(first.at(key), first.length);
}

/** A number that increment made, or the reason why it did not. */
@final
export class Sum {
  constructor(readonly code: Code, readonly value: i64) {}

  get ok(): bool {
    return this.code == Code.OK;
  }
}

/** Adds to a number; one that is absent counts as 0. */
export function increment<K>(key: K, delta: i64 = 1): Sum {
  const code = codeOf(host.increment(first.at(key), first.length, delta, answer.at));
  return new Sum(code, code < 0 ? 0 : load<i64>(answer.at));
}

/** Stores a value in place of old; Exists if another one is there. */
export function replace<K, O, V>(key: K, old: O, value: V, ttlMs: i64 = 0): Code {
  return codeOf(host.compare_and_set(
    first.at(key), first.length, second.at(old), second.length, third.at(value), third.length, ttlMs, 0,
  ));
}

/** Stores a value where none is yet; Exists if there is one. */
export function create<K, V>(key: K, value: V, ttlMs: i64 = 0): Code {
  return codeOf(host.compare_and_set(first.at(key), first.length, 0, 0, third.at(value), third.length, ttlMs, 1));
}

/** Keys in the order of their bytes, or the reason why there are none. */
@final
export class Keys {
  constructor(readonly code: Code, readonly keys: string[]) {}

  get ok(): bool {
    return this.code == Code.OK;
  }
}

/** The first keys, at most limit (1 to 1000), that begin with prefix and come after another, to go on from there. */
export function list<P, A>(prefix: P, after: A, limit: i32 = 1000): Keys {
  const begin = first.at(prefix);
  const last = second.at(after);
  let n: i32;
  do n = host.list(begin, first.length, last, second.length, limit, answer.at, answer.cap);
  while (answer.short(n));
  return n < 0 ? new Keys(n, []) : new Keys(Code.OK, listOf(n));
}
