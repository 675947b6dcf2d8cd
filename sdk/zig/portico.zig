//! Plugins of the Portico API gateway in Zig: a thin file over the gateway's
//! ABI, hostabi/ABI.md, to be copied into a project. A plugin says what it is
//! in a comptime block:
//!
//!     comptime { portico.authorizer(authorize); }
//!
//!     fn authorize() !portico.Decision { … }
//!
//! Functions take buffers of the caller's or, with the suffix Alloc, an
//! allocator. An error that a handler returns is logged and fails the call.
//! What a plugin does not use it does not import.

const std = @import("std");
const Allocator = std.mem.Allocator;

/// What the gateway answers when it did not do what it was asked.
pub const Error = error{
    /// There is none of that name.
    NotFound,
    /// Not a value that the function takes, such as a header with a line break.
    Invalid,
    Fault,
    /// Not granted by the operator, or a header that belongs to the gateway.
    Permission,
    /// Not in this kind of call, or no longer, as a header after a flush.
    Phase,
    Closed,
    /// This call has made as many such calls as it may.
    Exhausted,
    TimedOut,
    Connection,
    /// Over a limit of size, or longer than the buffer.
    TooLarge,
    /// This gateway is older than the function.
    Unsupported,
    /// The deadline has passed or the client has gone: return soon.
    Aborted,
    /// The gateway could not do it; its log says why.
    IO,
    /// kv holds another value than the one to be replaced.
    Exists,
};

const codes = [_]Error{
    error.NotFound,    error.Invalid,   error.Fault,    error.Permission, error.Phase,
    error.Closed,      error.Exhausted, error.TimedOut, error.Connection, error.TooLarge,
    error.Unsupported, error.Aborted,   error.IO,       error.Exists,
};

/// check gives a result that is none of an error.
fn check(result: anytype) Error!@TypeOf(result) {
    if (result >= 0) return result;
    if (result < -14) return error.IO;
    return codes[@intCast(-1 - result)];
}

fn done(result: i32) Error!void {
    _ = try check(result);
}

/// code is the answer of a handler that failed.
fn code(err: anyerror) i32 {
    inline for (codes, 1..) |e, n| if (err == e) return -@as(i32, n);
    return -13;
}

/// reply is what a function that gave n bytes gave.
fn reply(buf: []u8, result: i32) Error![]u8 {
    const n: usize = @intCast(try check(result));
    return if (n > buf.len) error.TooLarge else buf[0..n];
}

/// optional is reply where there may be nothing.
fn optional(buf: []u8, result: i32) Error!?[]u8 {
    return if (result == -1) null else try reply(buf, result);
}

// The kinds.

pub const Decision = enum(i32) { deny = 0, allow = 1, unauthorized = 2, result = 3 };
pub const Next = enum(i32) { go_on = 0, respond = 1 };

/// authorizer makes the plugin one that decides whether a request may pass.
pub fn authorizer(comptime f: anytype) void {
    exportKind("portico_authorize", f);
}

/// requestMapper has f change requests before their integration.
pub fn requestMapper(comptime f: anytype) void {
    exportKind("portico_map_request", f);
}

/// responseMapper has f change responses before they are sent.
pub fn responseMapper(comptime f: anytype) void {
    exportKind("portico_map_response", f);
}

/// integration has f answer requests.
pub fn integration(comptime f: anytype) void {
    exportKind("portico_integrate", f);
}

/// configure has f check the configuration when an instance starts; refuse says
/// what is wrong with it.
pub fn configure(comptime f: anytype) void {
    exportKind("portico_configure", f);
}

fn exportKind(comptime name: []const u8, comptime f: anytype) void {
    const kind = struct {
        fn call() callconv(.C) i32 {
            const answer = f() catch |err| {
                log(.err, @errorName(err));
                return code(err);
            };
            return if (@TypeOf(answer) == void) 0 else @intFromEnum(answer);
        }
    };
    @export(&kind.call, .{ .name = name });
}

export fn portico_abi_v1() void {}

/// panic logs a panic's text and traps, in a root file that has the line
/// `pub const panic = portico.panic;`.
pub fn panic(text: []const u8, _: ?*std.builtin.StackTrace, _: ?usize) noreturn {
    log(.err, text);
    @trap();
}

// Log, configuration, clocks.

pub const Level = enum(u32) { debug = 0, info = 1, warn = 2, err = 3 };

/// log writes a line to the gateway's log, which drops what is too much.
pub fn log(level: Level, text: []const u8) void {
    _ = abi.log(@intFromEnum(level), text.ptr, text.len);
}

/// config is the plugin's configuration, a JSON object.
pub fn configAlloc(gpa: Allocator) ![]u8 {
    return alloc(gpa, abi.config_read, .{});
}

/// refuse says why the configuration is refused.
pub fn refuse(why: []const u8) Error {
    _ = abi.config_error(why.ptr, why.len);
    return error.Invalid;
}

/// now is the wall clock in nanoseconds since 1970.
pub fn now() i64 {
    return abi.clock_unix_ns();
}

/// monotonic is a clock in nanoseconds that never goes back.
pub fn monotonic() i64 {
    return abi.clock_monotonic_ns();
}

/// remaining is the time in milliseconds until the call is stopped.
pub fn remaining() i64 {
    return abi.deadline_ms();
}

/// random fills up to 64 KiB from the gateway's cryptographic source.
pub fn random(buf: []u8) Error!void {
    try done(abi.random(buf.ptr, buf.len));
}

// The request and the response.

pub const Field = enum(u32) {
    method = 1,
    path = 2,
    raw_path = 3,
    query = 4,
    scheme = 5,
    host = 6,
    protocol = 7,
    source_ip = 8,
    user_agent = 9,
    request_id = 10,
    time = 11,
    api = 12,
    stage = 13,
    route = 14,
    resource = 15,
    method_arn = 16,
    principal = 17,
    account = 18,
    region = 19,
    domain_name = 20,
    token = 21,
};

pub const Source = enum(u32) { path = 1, query = 2, stage_variable = 3, auth_context = 4, cookie = 5 };

/// field is one of the request's fields, null if it has none.
pub fn field(id: Field, buf: []u8) Error!?[]u8 {
    return optional(buf, abi.get_field(@intFromEnum(id), buf.ptr, buf.len));
}

/// setField changes method, path or query, in a request mapper.
pub fn setField(id: Field, value: []const u8) Error!void {
    try done(abi.set_field(@intFromEnum(id), value.ptr, value.len));
}

/// param is a parameter, decoded; null if there is none.
pub fn param(source: Source, name: []const u8, buf: []u8) Error!?[]u8 {
    return optional(buf, abi.get_param(@intFromEnum(source), name.ptr, name.len, buf.ptr, buf.len));
}

/// paramValues is all of a parameter's values; null if there is none.
pub fn paramValues(source: Source, name: []const u8, buf: []u8) Error!?List {
    const bytes = try optional(buf, abi.param_values(@intFromEnum(source), name.ptr, name.len, buf.ptr, buf.len));
    return .{ .bytes = bytes orelse return null };
}

/// Message is a head and a body.
pub const Message = enum(u32) {
    request = 0,
    response = 1,
    _,

    /// header is a header's values joined by ", "; null if there is none.
    pub fn header(m: Message, name: []const u8, buf: []u8) Error!?[]u8 {
        return optional(buf, abi.get_header(@intFromEnum(m), name.ptr, name.len, buf.ptr, buf.len));
    }

    /// headerIs says whether header would give exactly value, and takes as long
    /// wherever the two differ. It tells null, for no header, from false.
    pub fn headerIs(m: Message, name: []const u8, comptime value: []const u8) Error!?bool {
        var buf: [value.len]u8 = undefined;
        const got = m.header(name, &buf) catch |err| return if (err == error.TooLarge) false else err;
        if ((got orelse return null).len != value.len) return false;
        var different: u8 = 0;
        for (buf, value) |a, b| different |= a ^ b;
        return different == 0;
    }

    /// headerValues is a header's values one by one.
    pub fn headerValues(m: Message, name: []const u8, buf: []u8) Error!?List {
        const bytes = try optional(buf, abi.header_values(@intFromEnum(m), name.ptr, name.len, buf.ptr, buf.len));
        return .{ .bytes = bytes orelse return null };
    }

    /// headersAlloc is the whole header list: names and values by turns.
    pub fn headersAlloc(m: Message, gpa: Allocator) !List {
        return .{ .bytes = try alloc(gpa, abi.headers, .{@intFromEnum(m)}) };
    }

    pub fn setHeader(m: Message, name: []const u8, value: []const u8) Error!void {
        try done(abi.set_header(@intFromEnum(m), name.ptr, name.len, value.ptr, value.len));
    }

    pub fn addHeader(m: Message, name: []const u8, value: []const u8) Error!void {
        try done(abi.add_header(@intFromEnum(m), name.ptr, name.len, value.ptr, value.len));
    }

    pub fn removeHeader(m: Message, name: []const u8) Error!void {
        try done(abi.remove_header(@intFromEnum(m), name.ptr, name.len));
    }

    /// read reads the body; 0 is its end.
    pub fn read(m: Message, buf: []u8) Error!usize {
        return @intCast(try check(abi.stream_read(@intFromEnum(m), buf.ptr, buf.len)));
    }

    /// write writes the body; the first write of a call drops what was there.
    pub fn write(m: Message, bytes: []const u8) Error!void {
        try done(abi.stream_write(@intFromEnum(m), bytes.ptr, bytes.len));
    }

    /// flush sends an integration's response as far as it is written.
    pub fn flush(m: Message) Error!void {
        try done(abi.stream_flush(@intFromEnum(m)));
    }

    pub fn close(m: Message) Error!void {
        try done(abi.stream_close(@intFromEnum(m)));
    }
};

pub const request = Message.request;
pub const response = Message.response;

/// status is the response's, 0 before there is one.
pub fn status() Error!i32 {
    return check(abi.get_status());
}

pub fn setStatus(n: u32) Error!void {
    try done(abi.set_status(n));
}

pub fn setPrincipal(id: []const u8) Error!void {
    try done(abi.set_principal(id.ptr, id.len));
}

pub const ValueKind = enum(u32) { string = 0, number = 1, boolean = 2, json = 3 };

/// setAuthContext sets an entry of $context.authorizer.
pub fn setAuthContext(key: []const u8, kind: ValueKind, value: []const u8) Error!void {
    try done(abi.set_auth_context(key.ptr, key.len, @intFromEnum(kind), value.ptr, value.len));
}

/// contextAlloc reads several fields in one call; mask has bit 1 << id for
/// each, and the answer is TLV as ABI.md has it.
pub fn contextAlloc(gpa: Allocator, mask: u64) ![]u8 {
    return alloc(gpa, abi.context_read, .{mask});
}

/// eventAlloc is the JSON event that a Lambda function would get.
pub fn eventAlloc(gpa: Allocator) ![]u8 {
    return alloc(gpa, abi.event_read, .{});
}

/// setResult gives the JSON answer that a Lambda function would give; it counts
/// with the answer result.
pub fn setResult(json: []const u8) Error!void {
    try done(abi.result_write(json.ptr, json.len));
}

/// scratchAlloc is what setScratch stored for this request.
pub fn scratchAlloc(gpa: Allocator) ![]u8 {
    return alloc(gpa, abi.scratch_read, .{});
}

pub fn setScratch(bytes: []const u8) Error!void {
    try done(abi.scratch_write(bytes.ptr, bytes.len));
}

// Capabilities, which the operator grants in NAME.toml. ABI.md says what each
// function gives and which errors it has; http and jwt are in abi.

pub const cache = struct {
    /// get is a value, null if there is none.
    pub fn get(key: []const u8, buf: []u8) Error!?[]u8 {
        return optional(buf, abi.cache.get(key.ptr, key.len, buf.ptr, buf.len));
    }

    /// put stores a value, with ttl_ms 0 until it is evicted.
    pub fn put(key: []const u8, value: []const u8, ttl_ms: i64) Error!void {
        try done(abi.cache.put(key.ptr, key.len, value.ptr, value.len, ttl_ms));
    }

    /// delete says whether there was a value.
    pub fn delete(key: []const u8) Error!bool {
        return try check(abi.cache.delete(key.ptr, key.len)) > 0;
    }
};

pub const throttle = struct {
    /// take takes n tokens and gives 0, or takes none and gives the ms until they
    /// will be there.
    pub fn take(bucket: []const u8, key: []const u8, n: u32) Error!i64 {
        return check(abi.throttle.take(bucket.ptr, bucket.len, key.ptr, key.len, n));
    }
};

pub const secrets = struct {
    pub const Hash = enum(u32) { sha1 = 1, sha256 = 2, sha512 = 3 };

    pub fn read(name: []const u8, buf: []u8) Error![]u8 {
        return reply(buf, abi.secrets.read(name.ptr, name.len, buf.ptr, buf.len));
    }

    /// hmac is the HMAC of data with the secret as key.
    pub fn hmac(name: []const u8, hash: Hash, data: []const u8, buf: []u8) Error![]u8 {
        return reply(buf, abi.secrets.hmac(name.ptr, name.len, @intFromEnum(hash), data.ptr, data.len, buf.ptr, buf.len));
    }
};

/// metrics take labels in the encoding pairs, "" for none.
pub const metrics = struct {
    pub fn add(name: []const u8, value: f64, labels: []const u8) Error!void {
        try done(abi.metrics.counter_add(name.ptr, name.len, labels.ptr, labels.len, value));
    }

    pub fn set(name: []const u8, value: f64, labels: []const u8) Error!void {
        try done(abi.metrics.gauge_set(name.ptr, name.len, labels.ptr, labels.len, value));
    }

    pub fn observe(name: []const u8, value: f64, labels: []const u8) Error!void {
        try done(abi.metrics.histogram_observe(name.ptr, name.len, labels.ptr, labels.len, value));
    }
};

pub const kv = struct {
    /// get is a value, null if there is none.
    pub fn get(key: []const u8, buf: []u8) Error!?[]u8 {
        return optional(buf, abi.kv.get(key.ptr, key.len, buf.ptr, buf.len));
    }

    /// put stores a value, with ttl_ms 0 for ever.
    pub fn put(key: []const u8, value: []const u8, ttl_ms: i64) Error!void {
        try done(abi.kv.put(key.ptr, key.len, value.ptr, value.len, ttl_ms));
    }

    /// delete says whether there was a value.
    pub fn delete(key: []const u8) Error!bool {
        return try check(abi.kv.delete(key.ptr, key.len)) > 0;
    }

    /// increment gives the sum.
    pub fn increment(key: []const u8, delta: i64) Error!i64 {
        var sum: i64 = undefined;
        try done(abi.kv.increment(key.ptr, key.len, delta, &sum));
        return sum;
    }

    /// replace stores a value in place of old, of nothing if that is null.
    pub fn replace(key: []const u8, old: ?[]const u8, value: []const u8, ttl_ms: i64) Error!void {
        const o = old orelse "";
        try done(abi.kv.compare_and_set(key.ptr, key.len, o.ptr, o.len, value.ptr, value.len, ttl_ms, @intFromBool(old == null)));
    }

    /// list is the first keys, at most limit, with a prefix and after another.
    pub fn list(prefix: []const u8, after: []const u8, limit: u32, buf: []u8) Error!List {
        return .{ .bytes = try reply(buf, abi.kv.list(prefix.ptr, prefix.len, after.ptr, after.len, limit, buf.ptr, buf.len)) };
    }
};

/// List is the encoding of several values. Its strings are the buffer's.
pub const List = struct {
    bytes: []const u8,

    pub fn next(l: *List) ?[]const u8 {
        if (l.bytes.len < 4) return null;
        const n = std.mem.readInt(u32, l.bytes[0..4], .little);
        defer l.bytes = l.bytes[4 + n ..];
        return l.bytes[4..][0..n];
    }
};

/// alloc calls a function that gives bytes until the buffer is large enough.
fn alloc(gpa: Allocator, f: anytype, args: anytype) ![]u8 {
    var buf = try gpa.alloc(u8, 512);
    errdefer gpa.free(buf);
    while (true) {
        const n: usize = @intCast(try check(@call(.auto, f, args ++ .{ buf.ptr, buf.len })));
        if (n <= buf.len) return gpa.realloc(buf, n);
        gpa.free(buf);
        buf = &.{};
        buf = try gpa.alloc(u8, n);
    }
}

/// abi has the host's functions as ABI.md has them.
pub const abi = struct {
    pub extern "portico_core_v1" fn log(level: u32, text: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn config_read(buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn config_error(text: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn clock_unix_ns() i64;
    pub extern "portico_core_v1" fn clock_monotonic_ns() i64;
    pub extern "portico_core_v1" fn deadline_ms() i64;
    pub extern "portico_core_v1" fn random(buf: [*]u8, len: usize) i32;
    pub extern "portico_core_v1" fn get_field(id: u32, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn set_field(id: u32, value: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn get_param(source: u32, name: [*]const u8, len: usize, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn param_values(source: u32, name: [*]const u8, len: usize, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn get_header(message: u32, name: [*]const u8, len: usize, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn header_values(message: u32, name: [*]const u8, len: usize, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn headers(message: u32, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn set_header(message: u32, name: [*]const u8, name_len: usize, value: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn add_header(message: u32, name: [*]const u8, name_len: usize, value: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn remove_header(message: u32, name: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn get_status() i32;
    pub extern "portico_core_v1" fn set_status(status: u32) i32;
    pub extern "portico_core_v1" fn set_principal(id: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn set_auth_context(key: [*]const u8, key_len: usize, kind: u32, value: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn context_read(mask: u64, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn event_read(buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn result_write(json: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn scratch_read(buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn scratch_write(bytes: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn stream_read(handle: u32, buf: [*]u8, cap: usize) i32;
    pub extern "portico_core_v1" fn stream_write(handle: u32, bytes: [*]const u8, len: usize) i32;
    pub extern "portico_core_v1" fn stream_flush(handle: u32) i32;
    pub extern "portico_core_v1" fn stream_close(handle: u32) i32;

    pub const cache = struct {
        pub extern "portico_cache_v1" fn get(key: [*]const u8, key_len: usize, buf: [*]u8, cap: usize) i32;
        pub extern "portico_cache_v1" fn put(key: [*]const u8, key_len: usize, value: [*]const u8, value_len: usize, ttl_ms: i64) i32;
        pub extern "portico_cache_v1" fn delete(key: [*]const u8, key_len: usize) i32;
    };

    pub const throttle = struct {
        pub extern "portico_throttle_v1" fn take(bucket: [*]const u8, bucket_len: usize, key: [*]const u8, key_len: usize, n: u32) i64;
    };

    pub const secrets = struct {
        pub extern "portico_secrets_v1" fn read(name: [*]const u8, name_len: usize, buf: [*]u8, cap: usize) i32;
        pub extern "portico_secrets_v1" fn hmac(name: [*]const u8, name_len: usize, hash: u32, data: [*]const u8, data_len: usize, buf: [*]u8, cap: usize) i32;
    };

    pub const metrics = struct {
        pub extern "portico_metrics_v1" fn counter_add(name: [*]const u8, name_len: usize, labels: [*]const u8, labels_len: usize, value: f64) i32;
        pub extern "portico_metrics_v1" fn gauge_set(name: [*]const u8, name_len: usize, labels: [*]const u8, labels_len: usize, value: f64) i32;
        pub extern "portico_metrics_v1" fn histogram_observe(name: [*]const u8, name_len: usize, labels: [*]const u8, labels_len: usize, value: f64) i32;
    };

    pub const kv = struct {
        pub extern "portico_kv_v1" fn get(key: [*]const u8, key_len: usize, buf: [*]u8, cap: usize) i32;
        pub extern "portico_kv_v1" fn put(key: [*]const u8, key_len: usize, value: [*]const u8, value_len: usize, ttl_ms: i64) i32;
        pub extern "portico_kv_v1" fn delete(key: [*]const u8, key_len: usize) i32;
        pub extern "portico_kv_v1" fn increment(key: [*]const u8, key_len: usize, delta: i64, sum: *align(1) i64) i32;
        pub extern "portico_kv_v1" fn compare_and_set(key: [*]const u8, key_len: usize, old: [*]const u8, old_len: usize, new: [*]const u8, new_len: usize, ttl_ms: i64, flags: u32) i32;
        pub extern "portico_kv_v1" fn list(prefix: [*]const u8, prefix_len: usize, after: [*]const u8, after_len: usize, limit: u32, buf: [*]u8, cap: usize) i32;
    };

    pub const http = struct {
        pub extern "portico_http_v1" fn request(head: [*]const u8, head_len: usize, body: [*]const u8, body_len: usize, timeout_ms: i64, flags: u32) i32;
        pub extern "portico_http_v1" fn start(head: [*]const u8, head_len: usize, body: [*]const u8, body_len: usize, timeout_ms: i64, flags: u32) i32;
        pub extern "portico_http_v1" fn wait(handles: [*]const u32, handles_len: usize, timeout_ms: i64) i32;
        pub extern "portico_http_v1" fn status(handle: u32) i32;
        pub extern "portico_http_v1" fn headers(handle: u32, buf: [*]u8, cap: usize) i32;
        pub extern "portico_http_v1" fn get_header(handle: u32, name: [*]const u8, name_len: usize, buf: [*]u8, cap: usize) i32;
        pub extern "portico_http_v1" fn trailers(handle: u32, buf: [*]u8, cap: usize) i32;
        pub extern "portico_http_v1" fn set_trailer(handle: u32, name: [*]const u8, name_len: usize, value: [*]const u8, value_len: usize) i32;
        pub extern "portico_http_v1" fn close(handle: u32) i32;
    };

    pub const jwt = struct {
        pub extern "portico_jwt_v1" fn verify(issuer: [*]const u8, issuer_len: usize, token: [*]const u8, token_len: usize, buf: [*]u8, cap: usize) i32;
        pub extern "portico_jwt_v1" fn reason(buf: [*]u8, cap: usize) i32;
    };
};
