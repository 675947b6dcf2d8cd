//! {{name}} answers requests.

const portico = @import("portico.zig");

pub const panic = portico.panic;

comptime {
    portico.integration(integrate);
}

fn integrate() !void {
    var buf: [256]u8 = undefined;
    const response = portico.response;
    try response.setHeader("Content-Type", "text/plain; charset=utf-8");
    const name = try portico.param(.query, "name", &buf) orelse {
        try portico.setStatus(400);
        return response.write("say who you are: ?name=…\n");
    };
    try response.write("hello ");
    try response.write(name);
    try response.write("\n");
}
