package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero/api"
)

func TestCallReturnsWhatTheGuestReturns(t *testing.T) {
	i := start(t, "basic", Limits{})
	for _, c := range []struct {
		name   string
		f      string
		params []uint64
		want   uint64
	}{
		{"a constant", "answer", nil, 42},
		{"nothing", "nop", nil, 0},
		{"a sum of parameters", "add", []uint64{40, 2}, 42},
		{"the first of two results", "pair", nil, 1},
		{"the lower half of a vector", "vector", []uint64{5, 6}, 5},
		{"what the host returned", "ping", nil, 8},
		{"the sum of two host calls", "ping2", nil, 17},
		{"the old size of a memory that grew", "grow", []uint64{2}, 1},
		{"the length of a range inside of memory", "read", []uint64{65535, 1}, 1},
		{"the length of an empty range at the end", "read", []uint64{3 << 16, 0}, 0},
		{"an error code for a range that reaches outside", "read", []uint64{3<<16 - 1, 2}, api.EncodeI32(-3)},
		{"an error code for a range that wraps around", "read", []uint64{0xffffffff, 0xffffffff}, api.EncodeI32(-3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fn(t, i, c.f)
			got, err := i.Call(t.Context(), time.Time{}, f, nil, c.params...)
			if got != c.want || err != nil {
				t.Errorf("Call(%s, %v) = %v, %v, want %v", c.f, c.params, got, err, c.want)
			}
		})
	}
}

func TestCallNamesItsFailure(t *testing.T) {
	for _, c := range []struct {
		name   string
		f      string
		params []uint64
		want   Error
		stack  string
	}{
		{"unreachable", "trap", nil, Error{Kind: ErrTrap, Cause: errors.New("unreachable")},
			"basic.innermost()\nbasic.outer()\nbasic.trap()"},
		{"division by zero", "divide", []uint64{1, 0}, Error{Kind: ErrTrap, Cause: errors.New("integer divide by zero")},
			"basic.divide(i32,i32) i32"},
		{"load outside of memory", "outside", nil, Error{Kind: ErrTrap, Cause: errors.New("out of bounds memory access")},
			"basic.outside() i32"},
		{"proc_exit", "exit", []uint64{3}, Error{Kind: ErrExit, Code: 3}, "wasi_snapshot_preview1.proc_exit(i32)\nbasic.exit(i32)"},
		{"proc_exit with success is a failure too", "exit", []uint64{0}, Error{Kind: ErrExit}, ""},
		{"panic in a host function", "panic", nil, Error{Kind: ErrHost, Cause: errors.New("host bug")}, "test.panic()\nbasic.panics()"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := start(t, "basic", Limits{})
			_, err := call(t, i, c.f, c.params...)
			var got *Error
			if !errors.As(err, &got) || !errors.Is(err, c.want.Kind) {
				t.Fatalf("error is %v, want kind %v", err, c.want.Kind)
			}
			if got.Error() != c.want.Error() || got.Code != c.want.Code {
				t.Errorf("error is %q, code %d, want %q, code %d", got, got.Code, &c.want, c.want.Code)
			}
			if !strings.HasPrefix(got.Stack, c.stack) {
				t.Errorf("stack is\n%s\nwant\n%s", got.Stack, c.stack)
			}
			if _, err := call(t, i, "nop"); !errors.Is(err, ErrBroken) {
				t.Errorf("next call on the instance: %v, want %v", err, ErrBroken)
			}
		})
	}
}

func TestCallRefusesMistakes(t *testing.T) {
	i := start(t, "basic", Limits{})
	if _, err := i.Call(t.Context(), time.Time{}, Func(1000), nil); !errors.Is(err, ErrNoFunc) {
		t.Errorf("unknown function: %v, want %v", err, ErrNoFunc)
	}
	if _, ok := i.Func("nap"); ok {
		t.Error("a function was found that is not exported")
	}
	_, err := call(t, i, "add", 1)
	if want := `call "add": 1 parameters, want 2`; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	if got, err := call(t, i, "answer"); got != 42 || err != nil {
		t.Errorf("after them, answer() = %v, %v, want 42", got, err)
	}
}

func TestCallContext(t *testing.T) {
	type key struct{}
	e := newEngine(t, Options{})
	deadline := time.Now().Add(time.Minute)
	parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	defer cancel()
	seen := 0
	fn0 := func(ctx context.Context, mod api.Module, stack []uint64) {
		seen++
		i := InstanceOf(ctx)
		if d, ok := ctx.Deadline(); !ok || !d.Equal(deadline) {
			t.Errorf("Deadline() = %v, %v, want %v", d, ok, deadline)
		}
		if ctx.Err() != nil || ctx.Done() != parent.Done() || ctx.Value(key{}) != nil {
			t.Errorf("context is not the call's: %v", ctx)
		}
		if i.Context().Value(key{}) != "value" || CallState(ctx, mod) != "state" {
			t.Error("the caller's context or state is not there")
		}
		i.SetDeadline(time.Time{})
		if d, ok := i.Deadline(); ok {
			t.Errorf("Deadline() = %v after it was taken away", d)
		}
		i.SetDeadline(time.Now().Add(-time.Second))
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Errorf("Err() = %v after the deadline", ctx.Err())
		}
		cancel()
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("Err() = %v after cancellation", ctx.Err())
		}
		i.SetDeadline(deadline)
	}
	if err := e.DefineHost("env", []HostFunc{{Name: "log", Params: []api.ValueType{i32}, Fn: fn0}}); err != nil {
		t.Fatal(err)
	}
	i := get(t, newPool(t, compileGuest(t, e, []byte("\x00asm\x01\x00\x00\x00"+
		"\x01\x08\x02\x60\x01\x7f\x00\x60\x00\x00"+ // types (i32)->(), ()->()
		"\x02\x0b\x01\x03env\x03log\x00\x00"+
		"\x03\x02\x01\x01"+
		"\x07\x05\x01\x01f\x00\x01"+
		"\x0a\x08\x01\x06\x00\x41\x00\x10\x00\x0b"), Limits{}), PoolOptions{}))
	if _, err := i.Call(parent, deadline, fn(t, i, "f"), "state"); err != nil || seen != 1 {
		t.Errorf("call: %v, host function called %d times", err, seen)
	}
	if i.state != nil || i.Context() != context.Background() {
		t.Error("the instance keeps what belonged to the call")
	}
}

func TestCallsDoNotAllocate(t *testing.T) {
	i := start(t, "basic", Limits{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	state, deadline := &pinger{}, time.Now().Add(time.Minute)
	for _, name := range []string{"nop", "ping2"} {
		f := fn(t, i, name)
		if n := testing.AllocsPerRun(1000, func() {
			if _, err := i.Call(ctx, deadline, f, state); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("a call of %s allocates %v times", name, n)
		}
	}
	if state.pings == 0 {
		t.Error("the host function did not see the state")
	}
	add := fn(t, i, "add")
	if n := testing.AllocsPerRun(1000, func() { i.Call(ctx, deadline, add, state, 1, 2) }); n != 0 {
		t.Errorf("a call with parameters allocates %v times", n)
	}
}

func TestGetAndPutDoNotAllocate(t *testing.T) {
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{})
	if n := testing.AllocsPerRun(1000, func() {
		i, err := p.Get(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		p.Put(i)
	}); n != 0 {
		t.Errorf("Get and Put allocate %v times", n)
	}
}
