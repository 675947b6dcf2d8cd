package match

import (
	"slices"
	"testing"
	"time"
)

// maxRatio is generous: the aim is two over all requests of a set, and
// machines that run tests are busy.
const maxRatio = 4

// TestMatchStaysFlat compares 10,000 routes with 100, request by request, in
// interleaved rounds.
func TestMatchStaysFlat(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector's own work would be measured")
	}
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			small, large := mustNew(t, REST, f.routes(100)), mustNew(t, REST, f.routes(10000))
			few, many := f.requests(100), f.requests(10000)
			step := 1
			if len(many) > 20 { // an ordinary set, with many requests of a kind
				step = len(many)
			}
			var fewAll, manyAll time.Duration
			for i := 0; i < len(many); i += step {
				fewTime, manyTime := interleaved(small, large, few[i:i+step], many[i:i+step])
				for retry := 0; retry < 3 && manyTime > maxRatio*fewTime; retry++ {
					fewTime, manyTime = interleaved(small, large, few[i:i+step], many[i:i+step])
				}
				fewAll, manyAll = fewAll+fewTime, manyAll+manyTime
				t.Logf("%.2f times: %v with 100 routes, %v with 10,000: %s", float64(manyTime)/float64(fewTime), fewTime, manyTime, many[i])
				if manyTime > maxRatio*fewTime {
					t.Errorf("%s takes %v with 10,000 routes, %v with 100, want at most %d times as long", many[i], manyTime, fewTime, maxRatio)
				}
			}
			t.Logf("%.2f times over all requests", float64(manyAll)/float64(fewAll))
		})
	}
}

// interleaved returns the median time of a Match in each table.
func interleaved(a, b *Table, aRequests, bRequests []string) (time.Duration, time.Duration) {
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
		as = append(as, round(a, aRequests))
		bs = append(bs, round(b, bRequests))
	}
	slices.Sort(as)
	slices.Sort(bs)
	return as[rounds/2], bs[rounds/2]
}
