// Takes tokens from buckets whose rate and burst are the operator's. Capability "throttle" in the plugin's NAME.toml,
// and a table [throttle.BUCKET] for each.

import * as host from "./abi/throttle";
import { first, second } from "./argument";

/**
 * Takes n tokens from the key's own bucket. It gives 0 when they were taken; else none were, and it is the time in
 * milliseconds until they will be there, or, below 0, a Code.
 */
export function take<B, K>(bucket: B, key: K, n: i32 = 1): i64 {
  return host.take(first.at(bucket), first.length, second.at(key), second.length, n);
}
