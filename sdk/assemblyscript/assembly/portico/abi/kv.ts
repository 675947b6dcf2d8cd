// The host's functions of the capability "kv", as hostabi/ABI.md has them.

@external("portico_kv_v1", "get")
export declare function get(key: usize, keyLength: usize, buf: usize, cap: usize): i32;

@external("portico_kv_v1", "put")
export declare function put(key: usize, keyLength: usize, value: usize, valueLength: usize, ttlMs: i64): i32;

@external("portico_kv_v1", "delete")
export declare function remove(key: usize, keyLength: usize): i32;

@external("portico_kv_v1", "increment")
export declare function increment(key: usize, keyLength: usize, delta: i64, sum: usize): i32;

@external("portico_kv_v1", "compare_and_set")
export declare function compare_and_set(
  key: usize, keyLength: usize, old: usize, oldLength: usize, next: usize, nextLength: usize, ttlMs: i64, flags: u32,
): i32;

@external("portico_kv_v1", "list")
export declare function list(
  prefix: usize, prefixLength: usize, after: usize, afterLength: usize, limit: u32, buf: usize, cap: usize,
): i32;
