// The host's functions as hostabi/ABI.md has them. A result below 0 is a Code.
// A module imports those that it calls and no others.

@external("portico_core_v1", "log")
export declare function log(level: u32, text: usize, textLength: usize): i32;

@external("portico_core_v1", "config_read")
export declare function config_read(buf: usize, cap: usize): i32;

@external("portico_core_v1", "config_error")
export declare function config_error(text: usize, textLength: usize): i32;

@external("portico_core_v1", "clock_unix_ns")
export declare function clock_unix_ns(): i64;

@external("portico_core_v1", "clock_monotonic_ns")
export declare function clock_monotonic_ns(): i64;

@external("portico_core_v1", "deadline_ms")
export declare function deadline_ms(): i64;

@external("portico_core_v1", "random")
export declare function random(buf: usize, cap: usize): i32;

@external("portico_core_v1", "get_field")
export declare function get_field(id: u32, buf: usize, cap: usize): i32;

@external("portico_core_v1", "set_field")
export declare function set_field(id: u32, text: usize, textLength: usize): i32;

@external("portico_core_v1", "get_param")
export declare function get_param(source: u32, name: usize, nameLength: usize, buf: usize, cap: usize): i32;

@external("portico_core_v1", "param_values")
export declare function param_values(source: u32, name: usize, nameLength: usize, buf: usize, cap: usize): i32;

@external("portico_core_v1", "get_header")
export declare function get_header(message: u32, name: usize, nameLength: usize, buf: usize, cap: usize): i32;

@external("portico_core_v1", "header_values")
export declare function header_values(message: u32, name: usize, nameLength: usize, buf: usize, cap: usize): i32;

@external("portico_core_v1", "headers")
export declare function headers(message: u32, buf: usize, cap: usize): i32;

@external("portico_core_v1", "set_header")
export declare function set_header(message: u32, name: usize, nameLength: usize, value: usize, valueLength: usize): i32;

@external("portico_core_v1", "add_header")
export declare function add_header(message: u32, name: usize, nameLength: usize, value: usize, valueLength: usize): i32;

@external("portico_core_v1", "remove_header")
export declare function remove_header(message: u32, name: usize, nameLength: usize): i32;

@external("portico_core_v1", "get_status")
export declare function get_status(): i32;

@external("portico_core_v1", "set_status")
export declare function set_status(status: u32): i32;

@external("portico_core_v1", "set_principal")
export declare function set_principal(id: usize, idLength: usize): i32;

@external("portico_core_v1", "set_auth_context")
export declare function set_auth_context(
  key: usize, keyLength: usize, kind: u32, value: usize, valueLength: usize,
): i32;

@external("portico_core_v1", "context_read")
export declare function context_read(mask: u64, buf: usize, cap: usize): i32;

@external("portico_core_v1", "event_read")
export declare function event_read(buf: usize, cap: usize): i32;

@external("portico_core_v1", "result_write")
export declare function result_write(text: usize, textLength: usize): i32;

@external("portico_core_v1", "scratch_read")
export declare function scratch_read(buf: usize, cap: usize): i32;

@external("portico_core_v1", "scratch_write")
export declare function scratch_write(data: usize, dataLength: usize): i32;

@external("portico_core_v1", "stream_read")
export declare function stream_read(handle: u32, buf: usize, cap: usize): i32;

@external("portico_core_v1", "stream_write")
export declare function stream_write(handle: u32, data: usize, dataLength: usize): i32;

@external("portico_core_v1", "stream_flush")
export declare function stream_flush(handle: u32): i32;

@external("portico_core_v1", "stream_close")
export declare function stream_close(handle: u32): i32;
