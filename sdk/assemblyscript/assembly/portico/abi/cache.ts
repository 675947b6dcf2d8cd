// The host's functions of the capability "cache", as hostabi/ABI.md has them.

@external("portico_cache_v1", "get")
export declare function get(key: usize, keyLength: usize, buf: usize, cap: usize): i32;

@external("portico_cache_v1", "put")
export declare function put(key: usize, keyLength: usize, value: usize, valueLength: usize, ttlMs: i64): i32;

@external("portico_cache_v1", "delete")
export declare function remove(key: usize, keyLength: usize): i32;
