// The host's functions of the capability "jwt", as hostabi/ABI.md has them.

@external("portico_jwt_v1", "verify")
export declare function verify(
  issuer: usize, issuerLength: usize, token: usize, tokenLength: usize, buf: usize, cap: usize,
): i32;

@external("portico_jwt_v1", "reason")
export declare function reason(buf: usize, cap: usize): i32;
