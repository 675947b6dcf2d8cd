// The host's functions of the capability "http", as hostabi/ABI.md has them.

@external("portico_http_v1", "request")
export declare function request(
  head: usize, headLength: usize, body: usize, bodyLength: usize, timeoutMs: i64, flags: u32,
): i32;

@external("portico_http_v1", "start")
export declare function start(
  head: usize, headLength: usize, body: usize, bodyLength: usize, timeoutMs: i64, flags: u32,
): i32;

@external("portico_http_v1", "wait")
export declare function wait(handles: usize, handlesLength: usize, timeoutMs: i64): i32;

@external("portico_http_v1", "status")
export declare function status(handle: u32): i32;

@external("portico_http_v1", "headers")
export declare function headers(handle: u32, buf: usize, cap: usize): i32;

@external("portico_http_v1", "get_header")
export declare function get_header(handle: u32, name: usize, nameLength: usize, buf: usize, cap: usize): i32;

@external("portico_http_v1", "trailers")
export declare function trailers(handle: u32, buf: usize, cap: usize): i32;

@external("portico_http_v1", "set_trailer")
export declare function set_trailer(handle: u32, name: usize, nameLength: usize, value: usize, valueLength: usize): i32;

@external("portico_http_v1", "close")
export declare function close(handle: u32): i32;
