package capability_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
	"github.com/portico-gateway/portico/runtime/capability"
)

// callsPerCall is how many host calls the guest makes in one call.
const callsPerCall = 1000

func benchGuest(t testing.TB) *native.Plugin {
	t.Helper()
	wasm, err := os.ReadFile("testdata/bench.wasm")
	if err != nil {
		t.Fatal(err)
	}
	l := acquire(t, newState(t, capability.Stores{}), "bench", capability.Grants{
		Has:     has(hostabi.CapabilityCache, hostabi.CapabilityThrottle, hostabi.CapabilityMetrics),
		Buckets: []capability.Bucket{{Name: "bucket", Rate: 1e9, Burst: 1e9}},
		Metrics: []capability.Metric{{Name: "hits_total", Labels: []string{"tenant"}}},
	})
	p, err := load(t, wasm, nil, l.Capabilities())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Capabilities().Cache.Put("key", make([]byte, 64), 0); err != nil {
		t.Fatal(err)
	}
	return p
}

var costs = []struct {
	name string
	kind hostabi.Kind
}{
	{"empty", hostabi.Integrate},
	{"cache hit", hostabi.Authorize},
	{"bucket taken", hostabi.MapRequest},
	{"counter added", hostabi.MapResponse},
}

func call(t testing.TB, p *native.Plugin, k hostabi.Kind, h hostabi.Host) {
	h.SetUsage(p.Name(), hostabi.Usage{}) // each is a request of its own
	if answer, err := p.Call(context.Background(), k, h); answer != 0 || err != nil {
		t.Fatalf("%s gave %d, %v", k, answer, err)
	}
}

func TestUsingACapabilityAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	p, h := benchGuest(t), tck.NewHost(tck.Setup{})
	for _, c := range costs {
		call(t, p, c.kind, h)
		// Less than one for a thousand host calls: what the cache keeps house
		// with does not count.
		if got := testing.AllocsPerRun(20, func() { call(t, p, c.kind, h) }); got > 5 {
			t.Errorf("%s: %v allocations in %d host calls, want none", c.name, got, callsPerCall)
		}
	}
}

// A cache hit is to cost at most three times a host call that does nothing, and
// what it copies, which for 64 bytes does not show. The ratio is logged; the
// bound of an ordinary run has room for machines that are slow or busy.
func TestACacheHitCostsAFewHostCalls(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("it measures time")
	}
	p, h := benchGuest(t), tck.NewHost(tck.Setup{})
	most := 6.0
	if os.Getenv("PORTICO_EVIDENCE") == "full" {
		most = 3
	}
	ratio := 0.0
	for range 3 { // tries: who else is on the machine takes the caches away for a while
		best := map[hostabi.Kind]time.Duration{}
		for range 300 { // one in the place of the other, so that both meet the same machine
			for _, c := range costs[:2] {
				start := time.Now()
				call(t, p, c.kind, h)
				if took := time.Since(start); best[c.kind] == 0 || took < best[c.kind] {
					best[c.kind] = took
				}
			}
		}
		empty, hit := best[hostabi.Integrate], best[hostabi.Authorize]
		ratio = float64(hit) / float64(empty)
		t.Logf("empty %v, cache hit %v, ratio %.2f", empty/callsPerCall, hit/callsPerCall, ratio)
		if ratio <= most {
			return
		}
	}
	t.Errorf("a cache hit costs %.2f empty host calls, want at most %.0f", ratio, most)
}

// BenchmarkHostCall gives the time of one host call of a guest.
func BenchmarkHostCall(b *testing.B) {
	p, h := benchGuest(b), tck.NewHost(tck.Setup{})
	for _, c := range costs {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				call(b, p, c.kind, h)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/callsPerCall, "ns/hostcall")
		})
	}
}
