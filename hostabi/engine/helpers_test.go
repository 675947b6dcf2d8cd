package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tetratelabs/wazero/api"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeGoGuest()
		os.Exit(code)
	}))
}

// pinger is the state that the tests hand to calls.
type pinger struct{ pings int }

// testHost is the host module "test" that the guests import.
func testHost() []HostFunc {
	return []HostFunc{
		{"ping", []api.ValueType{i32}, []api.ValueType{i32}, func(ctx context.Context, mod api.Module, stack []uint64) {
			if p, ok := CallState(ctx, mod).(*pinger); ok {
				p.pings++
			}
			stack[0]++
		}},
		{"read", []api.ValueType{i32, i32}, []api.ValueType{i32}, func(ctx context.Context, _ api.Module, stack []uint64) {
			b, ok := InstanceOf(ctx).Bytes(uint32(stack[0]), uint32(stack[1]))
			stack[0] = uint64(len(b))
			if !ok {
				stack[0] = api.EncodeI32(-3)
			}
		}},
		{"panic", nil, nil, func(context.Context, api.Module, []uint64) { panic(errors.New("host bug")) }},
		{"slow", nil, nil, func(context.Context, api.Module, []uint64) {
			for until := time.Now().Add(100 * time.Microsecond); time.Now().Before(until); {
			}
		}},
	}
}

func newEngine(t testing.TB, o Options) *Engine {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.DefineHost("test", testHost()); err != nil {
		t.Fatal(err)
	}
	return e
}

func guest(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "guests", name+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func compileGuest(t testing.TB, e *Engine, wasm []byte, l Limits) *Module {
	t.Helper()
	m, err := e.Compile(t.Context(), wasm, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func newPool(t testing.TB, m *Module, o PoolOptions) *Pool {
	t.Helper()
	p, err := m.NewPool(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// start gives an instance of a guest, on an engine of its own.
func start(t testing.TB, name string, l Limits) *Instance {
	t.Helper()
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, name), l), PoolOptions{})
	return get(t, p)
}

func get(t testing.TB, p *Pool) *Instance {
	t.Helper()
	i, err := p.Get(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Put(i) })
	return i
}

func fn(t testing.TB, i *Instance, name string) Func {
	t.Helper()
	f, ok := i.Func(name)
	if !ok {
		t.Fatalf("guest exports no function %q", name)
	}
	return f
}

// call runs a function with ten seconds to go.
func call(t testing.TB, i *Instance, name string, params ...uint64) (uint64, error) {
	t.Helper()
	return i.Call(context.Background(), time.Now().Add(10*time.Second), fn(t, i, name), nil, params...)
}
