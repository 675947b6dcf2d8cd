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

// cost calls a guest on engines of every kind, turn by turn in one process,
// and returns the ratio of the medians to the first's.
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
		slices.Sort(ts)
		ratios = append(ratios, float64(ts[len(ts)/2])/float64(times[0][turns/2]))
	}
	return ratios, times[0][turns/2]
}

// TestCost bounds the cost of being stoppable, generously, for machines that
// are busy: a check that leaves to Go each time costs three times the call and
// more. BenchmarkCost prints what is claimed.
func TestCost(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector slows the host, not the guest")
	}
	for _, g := range costGuests {
		t.Run(g.name, func(t *testing.T) {
			ratios, _ := cost(t, g.wasm(t), g.f, g.rounds, 300, Off, Rewrite)
			if ratios[1] > 2.5 {
				t.Errorf("the call takes %.2f times as long, want about 1.2", ratios[1])
			}
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
