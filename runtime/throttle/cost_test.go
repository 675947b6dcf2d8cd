package throttle

import (
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// TestABucketCostsLittleBesideXTimeRate holds that one key costs at most twice
// x/time/rate, and many keys on all cores less than a map of its limiters: medians
// of rounds in turns, so that both meet the same machine.
func TestABucketCostsLittleBesideXTimeRate(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("it measures time")
	}
	list := keys(100_000)
	bucket, limiter := NewBucket(limit(t, 1000, 1000)), rate.NewLimiter(1000, 1000)
	table, limiters := NewTable(limit(t, 1000, 1000), Options{}), &xtable{keys: map[string]*rate.Limiter{}}
	for _, key := range list { // both have all keys before the clock runs
		table.Take(key, 1)
		limiters.allow(key)
	}
	tests := []struct {
		name     string
		ours, x  func(i int)
		parallel int
		most     float64
	}{
		{"one key", func(int) { bucket.Take(1) }, func(int) { limiter.Allow() }, 1, 2},
		{"many keys on many cores", func(i int) { table.Take(list[i*7919%len(list)], 1) }, func(i int) { limiters.allow(list[i*7919%len(list)]) }, 4, 1},
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
