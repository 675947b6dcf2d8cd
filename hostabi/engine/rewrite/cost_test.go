package rewrite

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// costGuests are what the cost is measured on: a loop that does next to
// nothing, and what compilers make of C, Rust and Go.
var costGuests = []struct {
	name   string
	rounds uint64 // about 50 µs
	wasm   func(testing.TB) []byte
}{
	{"scan", 60_000, file("scan")},
	{"C", 80, file("c")},
	{"Rust", 8, file("rust")},
	{"Go", 4, goGuest},
}

func file(name string) func(testing.TB) []byte {
	return func(tb testing.TB) []byte { return readFile(tb, filepath.Join("testdata", "guests", name+".wasm")) }
}

var buildGoGuest = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "goguest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "guest.wasm")
	c := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", out, "./testdata/goguest")
	c.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if _, err := c.Output(); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
})

func goGuest(tb testing.TB) []byte {
	tb.Helper()
	wasm, err := buildGoGuest()
	if err != nil {
		tb.Skipf("build the Go guest: %v", err)
	}
	return wasm
}

// guestRun returns a function that calls run once, for one instance.
func guestRun(tb testing.TB, mod api.Module, rounds uint64) func() uint64 {
	ctx := context.Background()
	if f := mod.ExportedFunction("_initialize"); f != nil {
		if _, err := f.Call(ctx); err != nil {
			tb.Fatal(err)
		}
	}
	f := mod.ExportedFunction("run")
	stack := make([]uint64, 1)
	return func() uint64 {
		stack[0] = rounds
		if err := f.CallWithStack(ctx, stack); err != nil {
			tb.Fatal(err)
		}
		return stack[0]
	}
}

// maxCost is what the call of a rewritten guest may take at most, the plain one
// being 1.
const maxCost = 1.3

// costRatio measures a guest plain and rewritten, turn by turn in one process,
// and returns the median of the turns' ratios, which other work on the machine
// moves least: it slows both calls of a turn. Both must give the same results.
func costRatio(tb testing.TB, wasm []byte, rounds uint64, turns int) (ratio float64, plain time.Duration, yields float64) {
	n := 0
	r := newRuntime(tb, config(), func(context.Context) { n++ })
	runs := [2]func() uint64{
		guestRun(tb, instantiate(tb, r, wasm), rounds),
		guestRun(tb, instantiate(tb, r, rewritten(tb, wasm, Limits{}).Wasm), rounds),
	}
	n = 0
	var ratios []float64
	var plains []time.Duration
	for range turns {
		var results [2]uint64
		var took [2]time.Duration
		for i, run := range runs {
			start := time.Now()
			results[i] = run()
			took[i] = time.Since(start)
		}
		if results[0] != results[1] {
			tb.Fatalf("run = %#x, want %#x", results[1], results[0])
		}
		ratios = append(ratios, float64(took[1])/float64(took[0]))
		plains = append(plains, took[0])
	}
	slices.Sort(ratios)
	slices.Sort(plains)
	return ratios[turns/2], plains[turns/2], float64(n) / float64(turns)
}

// TestCost holds the bound. What is over it is measured again, since the
// machine may be busy.
func TestCost(t *testing.T) {
	for _, g := range costGuests {
		t.Run(g.name, func(t *testing.T) {
			var ratio float64
			for range 3 {
				if ratio, _, _ = costRatio(t, g.wasm(t), g.rounds, 1000); ratio <= maxCost {
					t.Logf("%.2f times the plain call", ratio)
					return
				}
			}
			t.Errorf("rewritten takes %.2f times as long, want at most %.1f", ratio, maxCost)
		})
	}
}

func BenchmarkCost(b *testing.B) {
	for _, g := range costGuests {
		b.Run(g.name, func(b *testing.B) {
			wasm := g.wasm(b)
			res := rewritten(b, wasm, Limits{})
			ratio, plain, yields := costRatio(b, wasm, g.rounds, 10_000)
			for b.Loop() {
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(ratio, "ratio")
			b.ReportMetric(float64(plain.Nanoseconds()), "plain-ns")
			b.ReportMetric(yields, "yields/run")
			b.ReportMetric(float64(len(res.Wasm))/float64(len(wasm)), "size-ratio")
		})
	}
}

// BenchmarkModule is the time of rewriting itself, on a Go guest.
func BenchmarkModule(b *testing.B) {
	wasm := goGuest(b)
	b.SetBytes(int64(len(wasm)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Module(wasm, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
