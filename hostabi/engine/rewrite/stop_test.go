package rewrite

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// call is what a host keeps for one call; its flag is the only thing that a
// deadline writes to.
type call struct {
	stop   atomic.Bool
	yields atomic.Int64
}

type callKey struct{}

var errStopped = errors.New("stopped by the test")

// yield is the host's side of a check.
func yield(ctx context.Context) {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return
	}
	c.yields.Add(1)
	if c.stop.Load() {
		panic(errStopped)
	}
}

func newStoppable(t *testing.T, wasm []byte, l Limits) (wazero.Runtime, api.Module) {
	t.Helper()
	r := newRuntime(t, config(), yield)
	ctx := context.Background()
	if _, err := r.NewHostModuleBuilder("host").NewFunctionBuilder().
		WithGoFunction(api.GoFunc(func(context.Context, []uint64) {}), nil, nil).
		Export("noop").Instantiate(ctx); err != nil {
		t.Fatal(err)
	}
	return r, instantiate(t, r, rewritten(t, wasm, l).Wasm)
}

// TestEndlessGuestsAreStopped calls guests that never end, collects garbage
// while they run, which must not hang, and stops them.
func TestEndlessGuestsAreStopped(t *testing.T) {
	for _, g := range []struct {
		file  string
		names []string
	}{
		{"stop", []string{
			"loop", "loop_of_leaf_calls", "loop_of_host_calls", "nested_loops", "dispatch_loop",
			"fan", "indirect_fan", "chain_of_doubling_calls", "tail_calls", "indirect_tail_calls",
			"fills", "copies", "copies_backward", "inits", "grows",
			"table_fills", "table_copies", "table_inits", "table_grows",
		}},
		{"catch", []string{"catch_all", "throws"}},
	} {
		_, mod := newStoppable(t, file(g.file)(t), Limits{})
		for _, name := range g.names {
			t.Run(name, func(t *testing.T) {
				c := &call{}
				done := make(chan error, 1)
				go func() {
					_, err := mod.ExportedFunction(name).Call(context.WithValue(context.Background(), callKey{}, c))
					done <- err
				}()
				for c.yields.Load() < 3 { // it is well on its way
					goruntime.GC()
				}
				c.stop.Store(true)
				select {
				case err := <-done:
					if !errors.Is(err, errStopped) {
						t.Errorf("Call = %v, want %v", err, errStopped)
					}
				case <-time.After(30 * time.Second):
					t.Fatal("still running 30 s after the stop")
				}
			})
		}
	}
}

// TestStopReachesItsCallOnly sets the flag of a call that is over while the
// next one runs on the same instance.
func TestStopReachesItsCallOnly(t *testing.T) {
	_, mod := newStoppable(t, file("stop")(t), Limits{})
	run := func(c *call, name string) error {
		_, err := mod.ExportedFunction(name).Call(context.WithValue(context.Background(), callKey{}, c))
		return err
	}
	first, second := &call{}, &call{}
	if err := run(first, "chain_of_15"); err != nil {
		t.Fatal(err)
	}
	first.stop.Store(true)
	if err := run(second, "fan_of_20"); err != nil {
		t.Errorf("the second call = %v, want no error", err)
	}
	if second.yields.Load() == 0 {
		t.Error("the second call never looked")
	}
}

// TestYieldsFollowWork counts how often a guest leaves to Go for a known
// amount of work; the numbers do not depend on the machine.
func TestYieldsFollowWork(t *testing.T) {
	_, mod := newStoppable(t, file("stop")(t), Limits{})
	for _, tt := range []struct {
		name string
		args []uint64
		want int64 // at least
	}{
		{"fan_of_20", nil, 1 << 20 * 6 / DefaultInterval}, // a million calls of at least six units
		{"chain_of_15", nil, 0},                           // 2^15 calls, less than an interval or little more
		{"one_fill", []uint64{32 << 20}, 32},              // a MiB at most between two
		{"one_fill", []uint64{chunk}, 0},
	} {
		c := &call{}
		if _, err := mod.ExportedFunction(tt.name).Call(context.WithValue(t.Context(), callKey{}, c), tt.args...); err != nil {
			t.Fatal(err)
		}
		if got := c.yields.Load(); got < tt.want {
			t.Errorf("%s%v yields %d times, want at least %d", tt.name, tt.args, got, tt.want)
		}
	}
}

// straightLine makes a module whose function run repeats code n times.
func straightLine(n int, code ...byte) []byte {
	body := []byte{0}
	for range n {
		body = append(body, code...)
	}
	body = append(body, opEnd)
	one := func(item []byte) []byte { return append([]byte{1}, item...) }
	b := appendSection(append([]byte(nil), header...), secType, []byte{1, 0x60, 0, 0})
	b = appendSection(b, secFunction, []byte{1, 0})
	b = appendSection(b, secTable, appendU32([]byte{1, 0x70, 0}, 1000))
	b = appendSection(b, secMemory, appendU32([]byte{1, 0}, 512))
	b = appendSection(b, secExport, one(append(appendName(nil, "run"), 0, 0)))
	return appendSection(b, secCode, one(append(appendU32(nil, uint32(len(body))), body...)))
}

// TestStraightLineCodeYields has no loop and no call to hang a check on.
func TestStraightLineCodeYields(t *testing.T) {
	bulk := func(length int32, op ...byte) []byte {
		b := appendS32([]byte{opI32Const, 0, opI32Const, 1, opI32Const}, length)
		return append(b, op...)
	}
	fill := []byte{prefixMisc, opMemoryFill & 0xff, 0}
	for _, tt := range []struct {
		name string
		n    int
		code []byte
		want int64 // at least, with the default interval or, below 10, one of 1000
	}{
		{"fills of 32 MiB", 20, bulk(32<<20, fill...), 20 * 32},
		{"fills of 64 KiB", 2000, bulk(chunk, fill...), 100},
		{"fills of 1 KiB", 2000, bulk(1024, fill...), 3},
		{"growing memory by nothing", 1000, []byte{opI32Const, 0, opMemoryGrow, 0, 0x1a}, 998},
		{"copies within a table", 1000, bulk(500, prefixMisc, opTableCopy&0xff, 0, 0), 998},
		{"arithmetic", 200_000, []byte{opI32Const, 1, 0x1a}, 5},
		{"arithmetic in blocks", 1500, []byte{
			opBlock, blockVoid, opI32Const, 0, opBrIf, 0, opI32Const, 1, 0x1a, opEnd}, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limits := Limits{}
			if tt.n < 10_000 && tt.want < 10 {
				limits.Interval = 1000
			}
			_, mod := newStoppable(t, straightLine(tt.n, tt.code...), limits)
			c := &call{}
			if _, err := mod.ExportedFunction("run").Call(context.WithValue(t.Context(), callKey{}, c)); err != nil {
				t.Fatal(err)
			}
			if got := c.yields.Load(); got < tt.want {
				t.Errorf("yields %d times, want at least %d", got, tt.want)
			}
		})
	}
}
