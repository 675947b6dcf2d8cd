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

	// keepLife is how long tokens may be spent that the bucket keeps room for,
	// see [bucket.Ask]: a key that is asked for more often than that does not
	// wait for the store. What others lack meanwhile is bounded by keep.
	keepLife = 2 * time.Second

	// backLife is how long what was not spent waits for a trip that brings it
	// back, if others need the memory.
	backLife = time.Minute

	// leaseGap is how long a gateway that got less than it asked for does not
	// ask again, so that the rate of round trips for a key does not follow
	// the rate of requests.
	leaseGap = 25 * time.Millisecond

	// leastBurst is the time whose tokens the store's bucket holds at least, see
	// widen. Where gateways stall for longer, on a machine with more to do than
	// cores, what flows in is lost.
	leastBurst = 100 * time.Millisecond
)

// lease is what one gateway holds of one key's bucket. What most takes need stands
// together: where keys are many, a take costs what it costs to fetch that.
type lease struct {
	id identity

	mu    sync.Mutex    // guards what follows
	held  [2]tokens     // the older first
	want  int           // tokens to ask for next; 0 until it is asked for
	gone  bool          // it is no longer in its table
	spare bool          // what was leased last was not all needed
	again bool          // when the last was asked for, the one before was not long ago
	asked chan struct{} // closed when the asking under way has ended; nil without one

	back   int           // tokens that were not spent in time
	dry    time.Duration // when the store will have dryOf tokens
	dryOf  int           // so many it did not have
	began  time.Duration // when the last was asked for
	before time.Duration // and the one before
}

type tokens struct {
	n       int
	expires time.Duration // since the Shared was made
	kept    bool
}

// expire drops what may not be spent any more. It goes back with the next trip.
func (k *lease) expire(now time.Duration) {
	for i := range k.held {
		if t := &k.held[i]; t.n > 0 && now >= t.expires {
			k.back += t.n
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

// low reports that the tokens held will soon be spent, that others are likely
// to be spent in time, and that they can be asked for. A single token that is
// not kept is not: every take would ask for the next one, which a key that is
// asked for less often than leaseLife would not spend.
func (k *lease) low(now time.Duration, keep int) bool {
	if k.held[0].n > k.want/4 || k.held[1].n > 0 || k.asked != nil || now < k.dry {
		return false
	}
	if k.want <= keep {
		return k.again
	}
	return k.want > 1 && now-k.began < leaseLife*3/4
}

// next settles what to ask for: twice as much if the last two leases were
// spent so soon that two such leases would be, too. One may be a single token
// which was spent by the take that asked for it; that says nothing.
func (k *lease) next(now time.Duration, l *Limit, keep int) {
	if k.want == 0 {
		k.want, k.began, k.before = 1, now-keepLife, now-keepLife
	}
	switch two := now - k.before; {
	case k.spare:
	case two < leaseLife:
		k.want *= 2
	case two < keepLife/2:
		k.want = max(k.want, min(2*k.want, keep))
	}
	k.want = min(k.want, l.most())
	k.again, k.spare = now-k.began < keepLife, false
	k.before, k.began = k.began, now
}

// kept are the tokens held that the bucket keeps room for.
func (k *lease) kept() (n int) {
	for _, t := range k.held {
		if t.kept {
			n += t.n
		}
	}
	return n
}

// put adds tokens. Of a lease that comes while both places are taken, which only
// takes of several tokens can bring about, the tokens get the shorter life.
func (k *lease) put(t tokens) {
	if t.n == 0 {
		return
	}
	at := &k.held[0]
	if at.n > 0 {
		at = &k.held[1]
	}
	if at.n > 0 {
		t.n += at.n
		t.kept = t.kept && at.kept
		t.expires = min(t.expires, at.expires)
	}
	*at = t
}

// forget marks it as gone if that loses nothing, or in any case.
func (k *lease) forget(now time.Duration, anyway bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.expire(now)
	rests := now - k.began
	idle := k.asked == nil && now >= k.dry && k.held[0].n == 0 && rests >= keepLife && (k.back == 0 || rests >= backLife)
	k.gone = anyway || idle
	return k.gone
}

// most is the largest lease of a limit.
func (l *Limit) most() int {
	return max(1, int(math.Ceil(l.rate*leaseSpan.Seconds())), l.burst/8)
}

// keep is the largest lease that a gateway keeps: all of them together an eighth of
// the burst, or one token each if that is at most half of it.
func (l *Limit) keep(gateways int64) int {
	burst := l.widen()
	if n := burst / 8 / int(gateways); n > 0 {
		return n
	}
	if burst >= 2*int(gateways) {
		return 1
	}
	return 0
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
