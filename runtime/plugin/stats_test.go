package plugin

import (
	"reflect"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

func TestStatsCountOnThroughVersions(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "one", "b.wasm", "m")
	call := func(p *Plugin) {
		t.Helper()
		if _, err := p.Call(t.Context(), hostabi.Authorize, nil); err != nil {
			t.Fatal(err)
		}
	}
	type sums struct {
		name, digest            string
		versions, live          int
		calls, run, created     uint64
		dropped, busy, opened   uint64
		hostCalls, linesLost    uint64
		wait, sum               time.Duration
		memory                  int64
		upTo10us, upTo25us, all uint64
	}
	stats := func() (all []sums) {
		for _, p := range s.Stats() {
			h := p.Kinds[hostabi.Authorize].Run
			c := h.Cumulative()
			all = append(all, sums{p.Name, short(p.Digest), p.Versions, p.Instances.Live,
				p.Kinds[hostabi.Authorize].Calls, h.Count, p.Instances.Created,
				p.Instances.Dropped[0], p.Failures[hostabi.Busy], p.Opened,
				p.HostCalls, p.LinesDropped, p.Wait, h.Sum,
				p.Instances.MemoryBytes, c[.00001], c[.000025], c[10]})
		}
		return all
	}
	version := func(module string, versions int, n uint64, calls uint64) sums {
		return sums{"a", short(digestOf([]byte(module))), versions, versions, calls, calls, 5 * n, 6 * n, n, 4 * n, 2 * n, 3 * n,
			time.Duration(calls) * time.Millisecond, time.Duration(calls) * 20 * time.Microsecond, int64(versions) * 65536, 0, calls, calls}
	}
	want := func(when string, want ...sums) {
		t.Helper()
		if got := stats(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", when, got, want)
		}
	}
	want("nothing loaded")
	first := s.load("a")
	call(s.get(first, "a"))
	want("one call", version("one", 1, 1, 1))
	if got := s.get(first, "a").Stats(); got.Versions != 1 || got.Kinds[hostabi.Authorize].Calls != 1 {
		t.Errorf("Stats of the plugin = %+v, want one version and one call", got)
	}

	s.write("a.wasm", "two")
	second := s.load("a")
	call(s.get(second, "a"))
	want("two versions", version("two", 2, 2, 2))
	first.Close()
	want("the old one has gone", version("two", 1, 2, 2))

	s.write("a.wasm", "one")
	third := s.load("a")
	second.Close()
	call(s.get(third, "a"))
	want("back to the first", version("one", 1, 3, 3))
	third.Close()
	want("all have gone")
	if n := len(s.Directory.past); n != 0 {
		t.Errorf("%d sums of the past are kept, want 0", n)
	}
}

func TestTimingsTakeWhatNoGuestRan(t *testing.T) {
	var c timings
	c.observe(native.Observation{Kind: hostabi.Authorize, Reason: hostabi.Busy, Wait: time.Second})
	c.observe(native.Observation{Kind: hostabi.Kind(hostabi.Kinds), Run: time.Second})
	c.observe(native.Observation{Kind: hostabi.Authorize, Run: time.Hour})
	h := c.histogram(int(hostabi.Authorize))
	if got, want := h.Cumulative()[10], uint64(0); h.Count != 1 || got != want || c.wait.Load() != int64(time.Second) {
		t.Errorf("count %d, at most 10 s %d, wait %d; want 1, %d, 1 s", h.Count, got, c.wait.Load(), want)
	}
}

func TestObservingAllocatesNothing(t *testing.T) {
	var c timings
	o := native.Observation{Kind: hostabi.Authorize, Run: time.Millisecond}
	if n := testing.AllocsPerRun(100, func() { c.observe(o) }); n != 0 {
		t.Errorf("observe allocates %v times, want 0", n)
	}
}
