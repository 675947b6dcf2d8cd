package throttle

import (
	"math"
	"sync"
	"time"
)

const (
	// leaseLife is how long leased tokens may be spent, counted from the asking.
	// Any window of time w admits at most rate * (w + leaseLife) + burst, with
	// however many gateways.
	leaseLife = 100 * time.Millisecond

	// leaseSpan bounds a lease to what the limit gives in that time, for all
	// gateways together. It is half of leaseLife, so that a gateway under
	// steady load spends what it leases.
	leaseSpan = 50 * time.Millisecond

	// leaseGap is how long a gateway that got less than it asked for does not
	// ask again, so that the rate of round trips for a key does not follow
	// the rate of requests.
	leaseGap = 25 * time.Millisecond

	// leastBurst is the time whose tokens the store's bucket holds at least, see
	// widen. Where gateways stall for longer, on a machine with more to do than
	// cores, what flows in is lost.
	leastBurst = 100 * time.Millisecond
)

// lease is what one gateway holds of one key's bucket.
type lease struct {
	mu    sync.Mutex    // guards what follows
	held  [2]tokens     // the older first
	dry   time.Duration // when the store will have dryOf tokens
	dryOf int           // so many it did not have
	want  int           // tokens to ask for next
	spare bool          // what was leased last was not all needed
	asked chan struct{} // closed when the asking under way has ended; nil without one
}

type tokens struct {
	n       int
	expires time.Duration // since the Shared was made
}

// expire drops what may not be spent any more.
func (k *lease) expire(now time.Duration) {
	for i := range k.held {
		if t := &k.held[i]; t.n > 0 && now >= t.expires {
			t.n = 0
			k.want, k.spare = max(k.want/2, 1), true
		}
	}
	if k.held[0].n == 0 {
		k.held[0], k.held[1] = k.held[1], tokens{}
	}
}

// spend takes n tokens of those held.
func (k *lease) spend(n int) bool {
	if k.held[0].n+k.held[1].n < n {
		return false
	}
	first := min(n, k.held[0].n)
	k.held[0].n -= first
	k.held[1].n -= n - first
	return true
}

// dryFor is how long there is no use in asking for n more tokens.
func (k *lease) dryFor(now time.Duration, l *Limit, n int) time.Duration {
	if now >= k.dry || n < k.dryOf {
		return 0
	}
	return k.dry - now + duration(int64(n-k.dryOf)*l.interval)
}

// low reports that the tokens held will soon be spent and more can be asked
// for.
func (k *lease) low(now time.Duration) bool {
	return k.asked == nil && now >= k.dry && k.held[1].n == 0 && k.held[0].n <= k.want/4
}

// idle reports that forgetting it loses nothing.
func (k *lease) idle(now time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire(now)
	return k.asked == nil && now >= k.dry && k.held[0].n == 0
}

// most is the largest lease of a limit.
func (l *Limit) most() int {
	return max(1, int(math.Ceil(l.rate*leaseSpan.Seconds())), l.burst/8)
}

// widen is the burst of the store's bucket: it holds what flows in between two
// leases, or a small burst would cost a part of the rate.
func (l *Limit) widen() int {
	return max(l.burst, int(l.rate*leastBurst.Seconds()))
}

// share is the limit of one of n gateways.
func (l *Limit) share(n int) Limit {
	if l.burst == 0 {
		return *l
	}
	part, err := NewLimit(l.rate/float64(n), (l.burst+n-1)/n)
	if err != nil { // its filling took over a year
		return Limit{}
	}
	return part
}
