// The host's functions of the capability "secrets", as hostabi/ABI.md has them.

@external("portico_secrets_v1", "read")
export declare function read(name: usize, nameLength: usize, buf: usize, cap: usize): i32;

@external("portico_secrets_v1", "hmac")
export declare function hmac(
  name: usize, nameLength: usize, hash: u32, data: usize, dataLength: usize, buf: usize, cap: usize,
): i32;
