package engine

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi/engine/rewrite"
)

func TestCompileRefuses(t *testing.T) {
	e := newEngine(t, Options{})
	header := "\x00asm\x01\x00\x00\x00"
	for _, c := range []struct {
		name string
		wasm []byte
		want string
	}{
		{"nothing", nil, "module refused: it is not WebAssembly; give the binary form (.wasm), not text"},
		{"text", []byte("(module)"), "module refused: it is not WebAssembly; give the binary form (.wasm), not text"},
		{"a component", []byte("\x00asm\x0d\x00\x01\x00"), "module refused: it is a component; build a core module instead, " +
			"for example for the target wasm32-wasip1, or take the core module out of it"},
		{"an unknown version", []byte("\x00asm\x02\x00\x00\x00"), "module refused: binary version 0x2; only version 1 is known"},
		{"a section that is cut short", []byte(header + "\x01\x09\x01"), "module refused: malformed module"},
		{"an export of a function that is not there", []byte(header + "\x07\x05\x01\x01f\x00\x07"),
			`module refused: malformed module: export "f" names no function`},
		{"an imported memory", guest(t, "imports_memory"),
			`module refused: it imports the memory "env"."memory"; a guest must bring its own memory and export it`},
		{"a shared memory", guest(t, "shared_memory"), "module refused: its memory is shared; threads are not supported"},
		{"an imported shared memory", []byte(header + "\x02\x09\x01\x01e\x01m\x02\x03\x01\x02"),
			`module refused: it imports the shared memory "e"."m"; threads are not supported`},
		{"every unknown import", guest(t, "imports_unknown"), "module refused: " +
			`it imports the function "env"."log" of an unknown module; ` +
			`it imports the function "test"."ping" as (i64) -> (i32), it is (i32) -> (i32); ` +
			`it imports the unknown function "test"."pong"; ` +
			`it imports the table "env"."table"; the host provides functions only; ` +
			`it imports the global "env"."global"; the host provides functions only`},
		{"an imported tag", []byte(header + "\x01\x04\x01\x60\x00\x00\x02\x08\x01\x01e\x01t\x04\x00\x00"),
			`module refused: it imports the tag "e"."t"; the host provides functions only`},
		{"the yield function", []byte(header + "\x01\x04\x01\x60\x00\x00\x02\x1a\x01\x10portico_internal\x05yield\x00\x00"),
			`module refused: it imports the function "portico_internal"."yield" of an unknown module`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := e.Compile(t.Context(), c.wasm, Limits{})
			if m != nil || !errors.Is(err, ErrRefused) || err.Error() != c.want {
				t.Errorf("Compile: %v\nwant %s", err, c.want)
			}
		})
	}
	if len(e.modules) != 0 {
		t.Errorf("%d modules are left", len(e.modules))
	}
}

// The original must be valid by itself: what the rewriter appends could make
// an index valid that was not.
func TestCompileValidatesTheOriginal(t *testing.T) {
	e := newEngine(t, Options{})
	for _, c := range []struct{ name, body string }{
		{"a global that is not there", "\x06\x01\x04\x00\x23\x00\x1a\x0b"},
		{"a function that is not there", "\x06\x01\x04\x00\x10\x01\x0b"},
		{"an operand of another type", "\x07\x01\x05\x00\x42\x00\x45\x1a"},
	} {
		wasm := "\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a" + c.body
		if _, err := e.Compile(t.Context(), []byte(wasm), Limits{}); err == nil {
			t.Errorf("%s is accepted", c.name)
		}
	}
}

func TestCompileRefusesWhatIsTooLarge(t *testing.T) {
	e := newEngine(t, Options{})
	wasm := make([]byte, MaxModuleBytes+1)
	_, err := e.Compile(t.Context(), wasm, Limits{})
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "it has 67108865 bytes, at most 67108864 are allowed") {
		t.Errorf("Compile: %v", err)
	}
}

func TestEqualModulesAreShared(t *testing.T) {
	e := newEngine(t, Options{})
	wasm := guest(t, "basic")
	compile := func(l Limits) *Module { return compileGuest(t, e, wasm, l) }
	a, b := compile(Limits{}), compile(Limits{MemoryPages: rewrite.DefaultMemoryPages})
	other := compile(Limits{MemoryPages: 7})
	if a.compiled != b.compiled {
		t.Error("equal limits, one by default, are not shared")
	}
	if a.compiled == other.compiled {
		t.Error("different limits are shared")
	}
	want := "sha256:"
	if got := a.Digest(); !strings.HasPrefix(got, want) || len(got) != len(want)+64 || got != other.Digest() {
		t.Errorf("Digest() = %s", got)
	}
	p := newPool(t, b, PoolOptions{})
	a.Close()
	a.Close()
	b.Close()
	if len(e.modules) != 2 {
		t.Errorf("%d modules, want 2: a pool keeps its own", len(e.modules))
	}
	if got, err := call(t, get(t, p), "answer"); got != 42 || err != nil {
		t.Errorf("answer() = %v, %v", got, err)
	}
	if _, err := b.NewPool(PoolOptions{}); !errors.Is(err, ErrClosed) {
		t.Errorf("NewPool of a closed module: %v, want %v", err, ErrClosed)
	}
}

func TestModulesAreForgotten(t *testing.T) {
	e := newEngine(t, Options{})
	m, err := e.Compile(t.Context(), guest(t, "basic"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.NewPool(PoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
	p.Close()
	if len(e.modules) != 0 || len(e.pools) != 0 {
		t.Errorf("%d modules and %d pools are left", len(e.modules), len(e.pools))
	}
}

func TestCompileWaitsForItsTurn(t *testing.T) {
	e := newEngine(t, Options{})
	if err := e.compiling.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Compile(ctx, guest(t, "basic"), Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Compile: %v, want %v", err, context.Canceled)
	}
	e.compiling.Release(1)
}

func TestClosedEngineRefuses(t *testing.T) {
	e, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := compileGuest(t, e, guest(t, "start"), Limits{})
	for range 2 {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := e.Compile(t.Context(), guest(t, "start"), Limits{}); !errors.Is(err, ErrClosed) {
		t.Errorf("Compile: %v, want %v", err, ErrClosed)
	}
	if _, err := m.NewPool(PoolOptions{}); !errors.Is(err, ErrClosed) {
		t.Errorf("NewPool: %v, want %v", err, ErrClosed)
	}
}

func TestDefineHostRefusesMistakes(t *testing.T) {
	e := newEngine(t, Options{})
	for _, c := range []struct {
		module string
		fns    []HostFunc
		want   string
	}{
		{"test", nil, `define host module "test": defined before`},
		{"twice", []HostFunc{{Name: "f"}, {Name: "f"}}, `define host module "twice": "f" twice`},
		{"", nil, `define host module "": a module name must not be empty`},
	} {
		if err := e.DefineHost(c.module, c.fns); err == nil || err.Error() != c.want && c.module != "" {
			t.Errorf("DefineHost(%q): %v, want %s", c.module, err, c.want)
		}
	}
}

func TestGuestWithoutMemory(t *testing.T) {
	i := start(t, "no_memory", Limits{})
	got, err := call(t, i, "read")
	if int32(got) != -3 || err != nil || i.MemoryPages() != 0 {
		t.Errorf("read() = %v, %v, with %d pages", int32(got), err, i.MemoryPages())
	}
}
