package runtime_test

import (
	"bytes"
	"fmt"
	"os"
	goruntime "runtime"
	"slices"
	"strconv"
	"testing"
	"time"
)

// full says that the long forms of the evidence are asked for; without, each
// takes a second or two.
var full = os.Getenv("PORTICO_EVIDENCE") == "full"

// scale picks between the short and the long form.
func scale(short, long int) int {
	if full {
		return long
	}
	return short
}

// shown prints one line of the table of evidence.
func shown(t testing.TB, name, format string, args ...any) {
	t.Helper()
	fmt.Printf("evidence | %-28s | %s\n", name, fmt.Sprintf(format, args...))
}

// footprint is what a process holds.
type footprint struct {
	heap, rss  int64 // bytes
	goroutines int
}

// measure looks after a garbage collection.
func measure(t testing.TB) footprint {
	t.Helper()
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return footprint{int64(m.HeapAlloc), residentSet(t), goruntime.NumGoroutine()}
}

// residentSet is 0 where the system does not tell.
func residentSet(t testing.TB) int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.ParseInt(string(bytes.Fields(b)[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// medians are those of each figure.
func medians(list []footprint) footprint {
	by := func(f func(footprint) int64) int64 {
		values := make([]int64, len(list))
		for i := range list {
			values[i] = f(list[i])
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return footprint{by(func(f footprint) int64 { return f.heap }), by(func(f footprint) int64 { return f.rss }),
		int(by(func(f footprint) int64 { return int64(f.goroutines) }))}
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
