package throttle

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/runtime/store/bucket"
)

// fake is a lessor in this process. Its clock is the test's.
type fake struct {
	*fakeServer
	id int // of the gateway
}

type fakeServer struct {
	mu       sync.Mutex
	buckets  map[string]*fakeBucket
	gateways int
	delay    time.Duration // of each answer
	gone     bool
	calls    int
	leases   int // of those calls
}

// fakeBucket is what lua/lease.lua of package store says of a bucket.
type fakeBucket struct {
	level    float64
	time     time.Time
	whole    time.Time
	gateways []*fakePart
}

// fakePart is what one gateway has of a bucket.
type fakePart struct {
	id   int
	kept float64
	till time.Time
	out  float64
}

var errGone = errors.New("gone")

func newFake() *fake {
	return &fake{fakeServer: &fakeServer{buckets: map[string]*fakeBucket{}, gateways: 1}}
}

func (f *fakeServer) answer(ctx context.Context) error {
	f.mu.Lock()
	delay, gone := f.delay, f.gone
	f.calls++
	f.mu.Unlock()
	if delay > 0 { // a timer that is due at once crashes the runtime in bubbles under the race detector, now and then (go1.26)
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if gone {
		return errGone
	}
	return nil
}

func (f *fake) Lease(ctx context.Context, key string, a bucket.Ask) (bucket.Grant, error) {
	if err := f.answer(ctx); err != nil {
		return bucket.Grant{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.leases++
	now := time.Now()
	b := f.buckets[key]
	if b == nil {
		b = &fakeBucket{level: float64(a.Burst), time: now}
		f.buckets[key] = b
	}
	return b.lease(now, f.id, a), nil
}

// keeps are the tokens kept.
func (b *fakeBucket) keeps() (n float64) {
	for _, g := range b.gateways {
		n += g.kept
	}
	return n
}

// pass lets tokens flow in until a time.
func (b *fakeBucket) pass(at time.Time, a bucket.Ask) {
	room := max(0, float64(a.Burst)-b.keeps())
	b.level = min(room, b.level+at.Sub(b.time).Seconds()*a.Rate)
	b.time = at
	for _, g := range b.gateways {
		room -= g.out
	}
	for _, g := range b.gateways {
		over := max(0, min(g.out, b.level-room))
		g.out -= over
		room += over
	}
}

func (b *fakeBucket) lease(now time.Time, id int, a bucket.Ask) (g bucket.Grant) {
	var mine *fakePart
	var last time.Time
	slices.SortFunc(b.gateways, func(x, y *fakePart) int { return x.till.Compare(y.till) })
	for _, g := range b.gateways {
		if g.kept > 0 && !g.till.After(now) {
			b.pass(g.till, a)
			g.out += g.kept
			g.kept = 0
		}
		if g.id == id {
			mine = g
		} else if g.kept > 0 {
			last = g.till
		}
	}
	b.pass(now, a)
	if mine == nil {
		mine = &fakePart{id: id}
		b.gateways = append(b.gateways, mine)
	}
	held := min(float64(a.Held), mine.kept)
	back := min(float64(a.Back), mine.out+mine.kept-held)
	b.level += back
	mine.out = min(float64(a.Loose), mine.out+mine.kept-held-back)
	mine.kept = 0
	kept := b.keeps()
	mine.kept = held
	seconds := func(tokens float64) time.Duration {
		return time.Duration(math.Ceil(tokens / a.Rate * float64(time.Second)))
	}
	if g.N = min(a.Want, int(b.level+1e-6)); g.N < a.Least {
		g.N, g.Wait = 0, seconds(float64(a.Least)-b.level)
		if float64(a.Least) > float64(a.Burst)-kept {
			g.Wait = max(g.Wait, last.Sub(now))
			b.whole = now.Add(2 * g.Wait)
		}
	} else if g.N < a.Want {
		g.Wait = seconds(1 - b.level + float64(g.N))
	}
	b.level -= float64(g.N)
	more := float64(max(0, g.N-a.Spent))
	if g.Kept = a.Keep > 0 && g.N > 0 && !now.Before(b.whole); g.Kept {
		mine.kept, mine.till = held+more, now.Add(a.Keep)
	} else {
		mine.out += more
	}
	return g
}

func (f *fakeServer) Gateways(ctx context.Context) (int, error) {
	if err := f.answer(ctx); err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gateways, nil
}

func (f *fakeServer) set(change func(f *fakeServer)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fakeServer) called() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// bubble makes a cluster in one, and ends it there.
func bubble(t *testing.T, p Policy, f func(t *testing.T, lessor *fake, c *Cluster)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		lessor := newFake()
		c := NewCluster(lessor, p, nil)
		defer c.Close()
		f(t, lessor, c)
	})
}

// drain takes single tokens every ms for a time and returns how many it got.
func drain(s *Shared, d time.Duration) int {
	n := 0
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for {
			if _, ok := s.Take(context.Background(), "key", 1); !ok {
				break
			}
			n++
			synctest.Wait() // for what was asked for meanwhile
		}
	}
	return n
}

func near(got int, want, part float64) bool {
	return float64(got) >= want*(1-part) && float64(got) <= want*(1+part)
}

func TestGatewaysShareALimit(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		const step, length, window = time.Millisecond, 30 * time.Second, 10 * time.Second
		l := limit(t, 1000, 50)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var sum int
		var taken [length/step + 1]int // by the time
		lessor.set(func(f *fakeServer) { f.gateways, f.delay = 3, 200*time.Microsecond })
		before, start := lessor.called(), time.Now()
		for i := range 3 {
			other := NewCluster(&fake{lessor.fakeServer, i}, PolicyShare, nil)
			defer other.Close()
			s := NewShared(other, "limit", l, Options{})
			wg.Go(func() {
				for ; time.Since(start) < length; time.Sleep(step) {
					for {
						if _, ok := s.Take(context.Background(), "key", 1); !ok {
							break
						}
						mu.Lock()
						sum++
						taken[min(time.Since(start), length)/step]++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		n, least, most := 0, sum, 0
		for i := range taken[:length/step] {
			n += taken[i]
			if from := i - int(window/step); from >= 0 {
				n -= taken[from]
				least, most = min(least, n), max(most, n)
			}
		}
		if least < 9_700 || most > 10_200 {
			t.Errorf("any ten seconds admit %d to %d, want 9,700 to 10,200", least, most)
		}
		if calls := lessor.called() - before; calls > 3*30*(40+2) {
			t.Errorf("%d round trips for %d tokens", calls, sum)
		}
		t.Logf("any ten seconds admit %d to %d, %d round trips for %d tokens", least, most, lessor.called()-before, sum)
	})
}

func TestASharedBucketAnswersAsABucketAlone(t *testing.T) {
	for _, c := range bucketCases {
		if strings.Contains(c.name, "nanosecond") || strings.Contains(c.name, "third") || strings.Contains(c.name, "whole interval") {
			continue // leases end and are asked for in coarser steps
		}
		t.Run(c.name, func(t *testing.T) {
			bubble(t, PolicyShare, func(t *testing.T, _ *fake, cl *Cluster) {
				s := NewShared(cl, "limit", limit(t, c.rate, c.burst), Options{})
				for i, st := range c.steps {
					time.Sleep(st.after)
					got := takes(s.Take(t.Context(), "key", st.n))
					synctest.Wait()
					if got != st.want {
						t.Fatalf("step %d: Take(%d) = %v, want %v", i, st.n, got, st.want)
					}
				}
			})
		})
	}
}

func TestPolicies(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		want   float64 // tokens in ten seconds without the lessor, 0 for all
	}{
		{PolicyShare, 10_000.0 / 4},
		{PolicyClosed, 0},
		{PolicyOpen, -1},
	} {
		t.Run(c.policy.String(), func(t *testing.T) {
			bubble(t, c.policy, func(t *testing.T, lessor *fake, cl *Cluster) {
				lessor.set(func(f *fakeServer) { f.gateways = 4 })
				s := NewShared(cl, "limit", limit(t, 1000, 50), Options{})
				if got := drain(s, 3*time.Second); !near(got, 3050, 0.02) {
					t.Errorf("%d with the lessor, want 3,050", got)
				}
				if got := cl.Gateways(); got != 4 {
					t.Errorf("%d gateways, want 4", got)
				}
				lessor.set(func(f *fakeServer) { f.gone = true })
				switch {
				case c.want < 0:
					time.Sleep(2 * time.Second)
					for range 100_000 {
						if got := takes(s.Take(t.Context(), "key", 1)); got != yes {
							t.Fatalf("Take = %v, want all", got)
						}
					}
				case c.want == 0:
					if got := drain(s, 10*time.Second); got > 100 {
						t.Errorf("%d tokens, want at most what was leased", got)
					}
				default:
					if got := drain(s, 10*time.Second); !near(got, c.want, 0.1) {
						t.Errorf("%d tokens, want %.0f", got, c.want)
					}
				}
				if cl.Up() {
					t.Error("the lessor counts as reachable")
				}
				lessor.set(func(f *fakeServer) { f.gone = false })
				time.Sleep(2 * time.Second)
				if !cl.Up() {
					t.Fatal("two seconds after its return the lessor is not in use")
				}
				if got := drain(s, 3*time.Second); !near(got, 3050, 0.03) {
					t.Errorf("%d after the lessor's return, want 3,050", got)
				}
			})
		})
	}
}

func TestClosedSpendsWhatIsLeased(t *testing.T) {
	bubble(t, PolicyClosed, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 1000, 50), Options{})
		for range 8 {
			s.Take(t.Context(), "key", 1)
			synctest.Wait()
		}
		c.fail(errGone)
		lessor.set(func(f *fakeServer) { f.gone = true })
		n := 0
		for range 100 {
			if _, ok := s.Take(t.Context(), "key", 1); ok {
				n++
			}
		}
		if n == 0 || n > 75 {
			t.Errorf("%d tokens, want those leased", n)
		}
		if got := takes(s.Take(t.Context(), "another", 1)); got != after(retry) {
			t.Errorf("a key of which nothing is leased: %v, want %v", got, after(retry))
		}
	})
}

func TestAShareSmallerThanTheTakeWaits(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 10, 9), Options{})
		c.gateways.Store(3)
		c.fail(errGone)
		if got := takes(s.Take(t.Context(), "key", 4)); got != after(retry) {
			t.Errorf("Take(4) of a share of 3 = %v, want %v", got, after(retry))
		}
		if got := takes(s.Take(t.Context(), "key", 3)); got != yes {
			t.Errorf("Take(3) of a share of 3 = %v, want %v", got, yes)
		}
	})
}

func TestASlowLessorHoldsNobodyBeyondItsDeadline(t *testing.T) {
	bubble(t, PolicyOpen, func(t *testing.T, lessor *fake, c *Cluster) {
		lessor.set(func(f *fakeServer) { f.delay = time.Hour })
		s := NewShared(c, "limit", limit(t, 10, 9), Options{})
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if got := takes(s.Take(onlyDeadline{ctx, t.Context()}, "key", 1)); got != after(leaseGap) {
			t.Errorf("Take with a deadline = %v, want %v", got, after(leaseGap))
		}
		if d := time.Since(start); d != 50*time.Millisecond {
			t.Errorf("it took %v, want its deadline", d)
		}
		if got := takes(s.Take(t.Context(), "key", 1)); got != yes {
			t.Errorf("Take = %v, want the policy's %v", got, yes)
		}
		if d := time.Since(start); d != leaseTimeout {
			t.Errorf("it took %v, want %v", d, leaseTimeout)
		}
	})
}

// onlyDeadline has the deadline of one context and the Done of another.
type onlyDeadline struct {
	late            context.Context
	context.Context // of Done
}

func (o onlyDeadline) Deadline() (time.Time, bool) { return o.late.Deadline() }

func TestSharedKeysAreBounded(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 0.001, 2), Options{MaxKeys: 256})
		for i := range 5000 {
			s.Take(t.Context(), strconv.Itoa(i), 1)
		}
		if n := s.leases.len(); n > 256 {
			t.Errorf("%d keys, want at most 256", n)
		}
	})
}

func TestAnUnspentLeaseIsSmallerNextTime(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 1000, 50), Options{})
		drain(s, time.Second)
		k := s.leases.find(s.leases.identity("key"))
		high := k.want
		for range 20 {
			time.Sleep(time.Second)
			s.Take(t.Context(), "key", 1)
			synctest.Wait()
		}
		if high < 40 || k.want > 4 {
			t.Errorf("asks for %d under load and %d without, want about 50 and about 1", high, k.want)
		}
	})
}

func TestLimitOfSharedChanges(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 1000, 50), Options{})
		s.SetLimit(limit(t, 0, 0))
		if got := takes(s.Take(t.Context(), "key", 1)); got != after(Never) || s.Limit() != limit(t, 0, 0) {
			t.Errorf("Take = %v, want %v", got, after(Never))
		}
	})
}

func TestAClosedClusterFollowsItsPolicy(t *testing.T) {
	bubble(t, PolicyOpen, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 1000, 50), Options{})
		c.Close()
		if got := takes(s.Take(t.Context(), "key", 1)); got != yes || c.Up() {
			t.Errorf("Take = %v, want %v", got, yes)
		}
	})
}

func TestSharedTakeDoesNotAllocate(t *testing.T) {
	c := NewCluster(newFake(), PolicyShare, nil)
	defer c.Close()
	s := NewShared(c, "limit", limit(t, 1e6, 1000), Options{})
	hold(s, "key")
	if got := testing.AllocsPerRun(1000, func() { s.Take(t.Context(), "key", 1) }); got != 0 {
		t.Errorf("a take of leased tokens allocates %v times, want 0", got)
	}
}

// hold has a key's tokens at hand for a long time.
func hold(s *Shared, key string) {
	k, _ := s.lease(s.leases.identity(key))
	k.held[0] = tokens{n: 1 << 30, expires: time.Hour}
	k.mu.Unlock()
}

func TestShared_hammer(t *testing.T) {
	bubble(t, PolicyShare, func(t *testing.T, lessor *fake, c *Cluster) {
		s := NewShared(c, "limit", limit(t, 5000, 100), Options{MaxKeys: 128})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range 200 {
					for j := range 10 {
						s.Take(context.Background(), strconv.Itoa(i*10+j), 1+j%3)
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		wg.Go(func() {
			for i := range 10 {
				lessor.set(func(f *fakeServer) { f.gone = i%2 == 0 })
				time.Sleep(20 * time.Millisecond)
			}
		})
		wg.Wait()
	})
}
