package throttle

import (
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// TestABucketCostsLittleBesideXTimeRate holds that one key costs at most twice
// x/time/rate, and many keys on all cores less than a map of its limiters, with
// tokens that are there: medians of rounds in turns, so that both meet the same
// machine. What is measured is what a guest's take calls.
func TestABucketCostsLittleBesideXTimeRate(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("it measures time")
	}
	const plenty = 1e9
	list := keys(100_000)
	many := func(i int) string { return list[i*7919%len(list)] }
	limiter, limiters := rate.NewLimiter(plenty, plenty), &xtable{limit: plenty, keys: map[string]*rate.Limiter{}}
	table := NewTable(limit(t, plenty, plenty), Options{})
	c := NewCluster(newFake(), PolicyShare, nil)
	defer c.Close()
	shared := NewShared(c, "limit", limit(t, plenty, plenty), Options{MaxKeys: 2 * len(list)})
	for _, key := range append(list, "key") { // all have all keys before the clock runs
		table.Take(key, 1)
		limiters.allow(key)
		hold(shared, key)
	}
	ctx := t.Context()
	taken := func(_ time.Duration, ok bool) {
		if !ok {
			t.Error("a take is refused; only those that are not are measured")
		}
	}
	tests := []struct {
		name     string
		ours, x  func(i int)
		parallel int
		most     float64
	}{
		{"one key", func(int) { taken(table.Take("key", 1)) }, func(int) { limiter.Allow() }, 1, 2},
		{"one key of several gateways", func(int) { taken(shared.Take(ctx, "key", 1)) }, func(int) { limiter.Allow() }, 1, 2},
		{"many keys on many cores", func(i int) { taken(table.Take(many(i), 1)) }, func(i int) { limiters.allow(many(i)) }, 4, 1},
		{"many keys of several gateways", func(i int) { taken(shared.Take(ctx, many(i), 1)) }, func(i int) { limiters.allow(many(i)) }, 4, 1.5}, // as fast; it looks after a lease, too
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var ratios []float64
			for range 21 {
				ratios = append(ratios, timed(tt.parallel, tt.ours).Seconds()/timed(tt.parallel, tt.x).Seconds())
			}
			slices.Sort(ratios)
			median := ratios[len(ratios)/2]
			t.Logf("%s: %.2f times x/time/rate", tt.name, median)
			if median > tt.most {
				t.Errorf("it costs %.2f times x/time/rate, want at most %.1f", median, tt.most)
			}
		})
	}
}

// timed runs f often on some goroutines.
func timed(goroutines int, f func(i int)) time.Duration {
	const times = 20_000
	start := time.Now()
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for i := range times {
				f(i)
			}
		})
	}
	all.Wait()
	return time.Since(start)
}
