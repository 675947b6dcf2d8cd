//! {{name}} decides whether a request may pass.

const portico = @import("portico.zig");

pub const panic = portico.panic;

comptime {
    portico.authorizer(authorize);
}

fn authorize() !portico.Decision {
    const right = try portico.request.headerIs("authorization", "Bearer letmein") orelse return .unauthorized; // 401
    if (!right) return .deny; // 403
    try portico.setPrincipal("guest");
    return .allow;
}
