package engine

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// costGuests are the guests at hand from three compilers, with what to call
// for about 50 µs.
var costGuests = []struct {
	name, f string
	rounds  uint64
	wasm    func(testing.TB) []byte
}{
	{"C", "run", 80, rewriteGuest("c")},
	{"Rust", "run", 8, rewriteGuest("rust")},
	{"Go that parses JSON", "decide", 2, goGuest},
	{"Go that counts bytes", "scan", 40, goGuest},
}

// rewriteGuest reads a guest of package rewrite's tests.
func rewriteGuest(name string) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		b, err := os.ReadFile(filepath.Join("rewrite", "testdata", "guests", name+".wasm"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// maxCost is what the call of a guest that can be stopped may take at most, the
// same on an engine that stops nothing being 1.
const maxCost = 1.3

// cost calls a guest on engines of every kind, turn by turn in one process,
// and returns the medians of each turn's ratios to the first, which other work
// on the machine moves least: it slows all calls of a turn.
func cost(t testing.TB, wasm []byte, f string, rounds uint64, turns int, kinds ...Interrupt) (ratios []float64, plain time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var instances []*Instance
	times := make([][]time.Duration, len(kinds))
	for _, k := range kinds {
		instances = append(instances, get(t, newPool(t, compileGuest(t, newEngine(t, Options{Interrupt: k}), wasm, Limits{}), PoolOptions{})))
	}
	handle := fn(t, instances[0], f)
	var want uint64
	for turn := range turns {
		for n, i := range instances {
			h := handle
			if n > 0 { // the start section's export may move it
				h = fn(t, i, f)
			}
			begin := time.Now()
			got, err := i.Call(ctx, begin.Add(time.Minute), h, nil, rounds)
			times[n] = append(times[n], time.Since(begin))
			if err != nil {
				t.Fatal(err)
			}
			if turn == 0 && n == 0 {
				want = got
			}
			if got != want {
				t.Fatalf("%s(%d) = %v, want %v", f, rounds, got, want)
			}
		}
	}
	for _, ts := range times {
		turns := make([]float64, len(ts))
		for i := range ts {
			turns[i] = float64(ts[i]) / float64(times[0][i])
		}
		slices.Sort(turns)
		ratios = append(ratios, turns[len(turns)/2])
	}
	slices.Sort(times[0])
	return ratios, times[0][turns/2]
}

// TestCost holds the bound. What is over it is measured again, since the
// machine may be busy.
func TestCost(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector slows the host, not the guest")
	}
	for _, g := range costGuests {
		t.Run(g.name, func(t *testing.T) {
			var ratios []float64
			for range 3 {
				if ratios, _ = cost(t, g.wasm(t), g.f, g.rounds, 1000, Off, Rewrite); ratios[1] <= maxCost {
					t.Logf("%.2f times the call that cannot be stopped", ratios[1])
					return
				}
			}
			t.Errorf("the call takes %.2f times as long, want at most %.1f", ratios[1], maxCost)
		})
	}
}

// BenchmarkCost compares calls on an engine that stops nothing with those on
// the default engine and on one that watches contexts.
func BenchmarkCost(b *testing.B) {
	for _, g := range costGuests {
		b.Run(g.name, func(b *testing.B) {
			ratios, plain := cost(b, g.wasm(b), g.f, g.rounds, 2000, Off, Rewrite)
			watched, _ := cost(b, g.wasm(b), g.f, g.rounds, 40, Off, WatchContext)
			for b.Loop() {
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(plain.Nanoseconds()), "plain-ns")
			b.ReportMetric(ratios[1], "rewritten/plain")
			b.ReportMetric(watched[1], "watched/plain")
		})
	}
}
