package match

import (
	"os"
	"slices"
	"testing"
	"time"
)

// What 10,000 routes may take in times of 100. The bound over all requests of
// a set is what the evidence shows; machines that run the ordinary tests are
// busy, and single requests differ.
const (
	maxRatio         = 2
	maxOrdinaryRatio = 3
	maxRequestRatio  = 4
)

// TestMatchStaysFlat compares 10,000 routes with 100, request by request, in
// interleaved rounds; each ratio is the best of some tries.
func TestMatchStaysFlat(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector's own work would be measured")
	}
	tries, most := 3, float64(maxOrdinaryRatio)
	if os.Getenv("PORTICO_EVIDENCE") == "full" {
		tries, most = 6, maxRatio
	}
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			small, large := mustNew(t, REST, f.routes(100)), mustNew(t, REST, f.routes(10000))
			few, many := f.requests(100), f.requests(10000)
			step := 1
			if len(many) > 20 { // an ordinary set, with many requests of a kind
				step = len(many)
			}
			all := comparison{}
			for try := 0; try == 0 || try < tries && all.ratio() > most; try++ {
				var sum comparison
				for i := 0; i < len(many); i += step {
					c := interleaved(small, large, few[i:i+step], many[i:i+step])
					for retry := 0; retry < 3 && c.ratio() > maxRequestRatio; retry++ {
						c = interleaved(small, large, few[i:i+step], many[i:i+step])
					}
					sum.few, sum.many = sum.few+c.few, sum.many+c.many
					t.Logf("%.2f times: %v with 100 routes, %v with 10,000: %s", c.ratio(), c.few, c.many, many[i])
					if c.ratio() > maxRequestRatio {
						t.Errorf("%s takes %v with 10,000 routes, %v with 100, want at most %d times as long", many[i], c.many, c.few, maxRequestRatio)
					}
				}
				if try == 0 || sum.ratio() < all.ratio() {
					all = sum
				}
			}
			t.Logf("%.2f times over all requests: %s", all.ratio(), f.name)
			if all.ratio() > most {
				t.Errorf("10,000 routes take %.2f times as long as 100 over all requests, want at most %v times", all.ratio(), most)
			}
		})
	}
}

// comparison is the time of a Match with few routes and with many.
type comparison struct{ few, many time.Duration }

func (c comparison) ratio() float64 { return float64(c.many) / float64(c.few) }

// interleaved returns the median time of a Match in each table.
func interleaved(few, many *Table, fewRequests, manyRequests []string) comparison {
	const rounds, calls = 15, 1000
	var dst [64]Param
	round := func(table *Table, requests []string) time.Duration {
		start := time.Now()
		for i := range calls {
			table.Match("GET", requests[i%len(requests)], dst[:0])
		}
		return time.Since(start) / calls
	}
	var as, bs []time.Duration
	for range rounds {
		as = append(as, round(few, fewRequests))
		bs = append(bs, round(many, manyRequests))
	}
	slices.Sort(as)
	slices.Sort(bs)
	return comparison{as[rounds/2], bs[rounds/2]}
}
