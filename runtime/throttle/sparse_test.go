package throttle

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A key that is asked for seldom neither costs a round trip for each take, nor
// waits for one, nor loses what is leased for it and not spent.
func TestAKeyThatIsAskedForSeldom(t *testing.T) {
	const takes = 200
	for _, c := range []struct {
		rate            float64
		burst, gateways int
		gap             time.Duration
		trips, waits    int // at most
		burstAfter      int // at least
	}{
		// Of 10, one token is kept, and asked for again while nobody waits.
		{10, 10, 1, 150 * time.Millisecond, takes + 1, 2, 10},
		{1, 10, 1, 1500 * time.Millisecond, takes + 1, 2, 10},
		{10, 10, 3, 150 * time.Millisecond, takes + 1, 2, 10},
		// Of 100, an eighth may be kept: a trip for 8 takes or so.
		{10, 100, 1, 150 * time.Millisecond, takes / 4, 4, 88},
		{1000, 1000, 3, 150 * time.Millisecond, takes / 4, 4, 960},
		// Less often than tokens are kept: each take waits, and asks for no other.
		{1, 10, 1, 2500 * time.Millisecond, takes, takes, 10},
		// A burst that others may need whole: nothing is kept.
		{10, 3, 2, 150 * time.Millisecond, takes, takes, 3},
	} {
		t.Run(fmt.Sprintf("%v of %d by %d each %v", c.rate, c.burst, c.gateways, c.gap), func(t *testing.T) {
			bubble(t, PolicyShare, func(t *testing.T, lessor *fake, cl *Cluster) {
				lessor.set(func(f *fakeServer) { f.gateways, f.delay = c.gateways, time.Millisecond })
				cl.gateways.Store(int64(c.gateways))
				s := NewShared(cl, "limit", limit(t, c.rate, c.burst), Options{})
				waits := 0
				for i := range takes {
					start := time.Now()
					if _, ok := s.Take(t.Context(), "key", 1); !ok {
						t.Fatalf("take %d is refused", i)
					}
					if time.Since(start) > 0 {
						waits++
					}
					time.Sleep(c.gap)
				}
				trips := 0
				lessor.set(func(f *fakeServer) { trips = f.leases })
				got := 0
				for {
					if _, ok := s.Take(t.Context(), "key", 1); !ok {
						break
					}
					got++
				}
				t.Logf("%d takes: %d round trips, %d waited for; then %d at once", takes, trips, waits, got)
				if trips > c.trips || waits > c.waits {
					t.Errorf("%d takes cost %d round trips and waited for %d, want at most %d and %d", takes, trips, waits, c.trips, c.waits)
				}
				if got < c.burstAfter {
					t.Errorf("a burst after them admits %d, want %d", got, c.burstAfter)
				}
			})
		})
	}
}

// What was leased and not spent goes back: the bucket is as full as if it had
// not been leased.
func TestWhatIsNotSpentGoesBack(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 0.001, 1000), Options{})
		n := 0
		for range 30 { // spells of load, each ending with tokens that are left
			for range 20 {
				if _, ok := s.Take(t.Context(), "key", 1); ok {
					n++
				}
				synctest.Wait()
			}
			time.Sleep(5 * time.Second)
		}
		for {
			if _, ok := s.Take(t.Context(), "key", 1); !ok {
				break
			}
			n++
		}
		if n != 1000 {
			t.Errorf("%d tokens of a burst of 1000, want all", n)
		}
	})
}

// Whatever three gateways take and however they pause, no window of time admits
// more than the documented bound.
func TestNoWindowAdmitsMoreThanTheBound(t *testing.T) {
	for _, c := range []struct {
		rate  float64
		burst int
	}{{1, 10}, {10, 10}, {0.05, 6}, {10, 100}, {100, 50}} {
		for seed := range uint64(6) {
			synctest.Test(t, func(t *testing.T) {
				server := newFake().fakeServer
				server.gateways = 3
				r := rand.New(rand.NewPCG(seed, 1))
				var gateways []*Shared
				for i := range 3 {
					cl := NewCluster(&fake{server, i}, PolicyShare, nil)
					defer cl.Close()
					gateways = append(gateways, NewShared(cl, "limit", limit(t, c.rate, c.burst), Options{}))
				}
				var at []time.Duration // of each token
				start := time.Now()
				for range 400 {
					s := gateways[r.IntN(3)]
					for range 1 + r.IntN(1+r.IntN(2*c.burst)) { // mostly few, now and then all
						if _, ok := s.Take(context.Background(), "key", 1); ok {
							at = append(at, time.Since(start))
						}
						if r.IntN(4) == 0 {
							synctest.Wait()
						}
					}
					time.Sleep(time.Duration(r.ExpFloat64() * float64(time.Second) * []float64{.01, .3, 1.5, 12}[r.IntN(4)]))
				}
				slices.Sort(at)
				// Of all windows that end with token j, the worst begins where the
				// fewest tokens came in the longest time.
				before := func(i int) float64 { return float64(i) - c.rate*at[i].Seconds() }
				from := 0
				for j := range at {
					if before(j) < before(from) {
						from = j
					}
					bound := c.rate*(at[j]-at[from]+leaseLife).Seconds() + float64(c.burst)
					if n := j - from + 1; float64(n) > bound+1e-6 {
						t.Fatalf("seed %d, %v of %d: %d tokens in %v, want at most %.1f", seed, c.rate, c.burst, n, at[j]-at[from], bound)
					}
				}
			})
		}
	}
}

// Who needs the whole bucket gets it, though another gateway goes on using the key.
func TestATakeOfAllIsNotStarvedByWhatOthersKeep(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		other := NewCluster(&fake{lessor.fakeServer, 1}, PolicyShare, nil)
		defer other.Close()
		l := limit(t, 10, 8)
		s, all := NewShared(c, "limit", l, Options{}), NewShared(other, "limit", l, Options{})
		for i := range 200 {
			s.Take(t.Context(), "key", 1)
			time.Sleep(time.Second) // the bucket fills in each of them
			if _, ok := all.Take(t.Context(), "key", 8); i > 10 && ok {
				return
			}
		}
		t.Error("it never came")
	})
}
