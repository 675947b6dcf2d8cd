// The host's functions of the capability "throttle", as hostabi/ABI.md has them.

@external("portico_throttle_v1", "take")
export declare function take(bucket: usize, bucketLength: usize, key: usize, keyLength: usize, n: u32): i64;
