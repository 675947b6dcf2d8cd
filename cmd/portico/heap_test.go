package main

import (
	goruntime "runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"testing"
	"time"
)

func TestHeapRoom(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		name         string
		alive, roots uint64
		want         int
	}{
		{"is 8 MiB", 10 * mib, 0, 80},
		{"is 8 MiB with stacks and globals counted", 6 * mib, 2 * mib, 100},
		{"is less where next to nothing is alive", mib, mib, mostPercent},
		{"does not divide by nothing", 0, 0, mostPercent},
		{"is 8 MiB up to twice that", 16 * mib, 0, 50},
		{"grows from there", 32 * mib, 0, 75},
		{"is nearly Go's in a large heap", 1600 * mib, 0, 99},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := gcPercent(tt.alive, tt.roots); got != tt.want {
				t.Errorf("gcPercent(%d, %d) = %d, want %d", tt.alive, tt.roots, got, tt.want)
			}
		})
	}
}

func TestHeapIsLeftToWhoSetsIt(t *testing.T) {
	for _, tt := range []struct {
		gogc, memlimit string
		want           bool
	}{{"", "", false}, {"100", "", true}, {"", "200MiB", true}} {
		t.Setenv("GOGC", tt.gogc)
		t.Setenv("GOMEMLIMIT", tt.memlimit)
		if got := heapIsSet(); got != tt.want {
			t.Errorf("GOGC=%s GOMEMLIMIT=%s: %v, want %v", tt.gogc, tt.memlimit, got, tt.want)
		}
	}
}

// TestHeapAdapts watches GOGC follow what is alive from one collection to the
// next, whatever other tests have left.
func TestHeapAdapts(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	before := percent()
	t.Cleanup(func() { debug.SetGCPercent(before) })
	h := newHeap()
	h.adapt()
	seen := map[int]bool{}
	for _, mib := range []int{100, 0} {
		alive := make([]byte, mib<<20)
		deadline := time.Now().Add(10 * time.Second)
		fits := func() bool {
			samples := slices.Clone(h.samples)
			metrics.Read(samples)
			want := gcPercent(samples[0].Value.Uint64(), samples[1].Value.Uint64()+samples[2].Value.Uint64())
			p := percent()
			return p >= want-want/7-1 && p <= want+want/7+1
		}
		for goruntime.GC(); !fits(); goruntime.GC() {
			if time.Now().After(deadline) {
				t.Fatalf("GOGC = %d with %d MiB more alive", percent(), mib)
			}
			time.Sleep(time.Millisecond)
		}
		seen[percent()] = true
		goruntime.KeepAlive(alive)
	}
	if len(seen) < 2 {
		t.Errorf("GOGC is %v with much and with little alive", seen)
	}
}
