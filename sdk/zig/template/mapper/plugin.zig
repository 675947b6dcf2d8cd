//! {{name}} changes requests before their integration, and responses before they are sent.

const portico = @import("portico.zig");

pub const panic = portico.panic;

comptime {
    portico.requestMapper(mapRequest);
    portico.responseMapper(mapResponse);
}

/// Tells the backend who asks.
fn mapRequest() !portico.Next {
    var buf: [64]u8 = undefined;
    if (try portico.field(.source_ip, &buf)) |ip| try portico.request.setHeader("X-Client", ip);
    return .go_on;
}

/// Does not tell the client what the backend is.
fn mapResponse() !void {
    try portico.response.removeHeader("Server");
}
