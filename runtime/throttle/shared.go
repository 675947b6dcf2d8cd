package throttle

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/runtime/store/bucket"
)

// DefaultSharedKeys bounds the keys of a [Shared] to about 24 MiB.
const DefaultSharedKeys = 1 << 17

// sharedRounds is how many leases one take waits for, when others spend what
// comes before it can.
const sharedRounds = 3

// Shared has a bucket for every key that the gateways of a cluster share. Tokens
// are leased from the cluster's [bucket.Lessor] in batches that grow with the load of a
// key: a take spends what is leased, and waits for a round trip only if its key was
// not asked for lately, or too few tokens are leased. It is safe for concurrent use.
type Shared struct {
	cluster *Cluster
	name    string
	made    time.Time
	limit   atomic.Pointer[Limit]

	alone   *Table // while the lessor cannot be reached
	aloneOf atomic.Pointer[sharedOf]

	leases *leases
}

// sharedOf is what the limit of alone was made of.
type sharedOf struct {
	limit    *Limit
	gateways int64
}

// NewShared returns the buckets of a name, which all gateways know them by.
// Options.MaxKeys is how many keys the gateway remembers, 0 means
// [DefaultSharedKeys]; forgetting one costs what is leased of it.
func NewShared(c *Cluster, name string, l Limit, o Options) *Shared {
	if o.MaxKeys <= 0 {
		o.MaxKeys = DefaultSharedKeys
	}
	s := &Shared{cluster: c, name: name, made: time.Now(), alone: NewTable(Limit{}, o), leases: newLeases(o.MaxKeys)}
	s.limit.Store(&l)
	return s
}

// SetLimit changes the limit of every bucket. Gateways that share one need not
// change at the same moment.
func (s *Shared) SetLimit(l Limit) { s.limit.Store(&l) }

// Limit returns what SetLimit or NewShared have set.
func (s *Shared) Limit() Limit { return *s.limit.Load() }

// Take removes n tokens of the key's bucket, see [Bucket.Take]. It waits for
// the lessor at most until ctx's deadline, and less than a second. Any window
// of time w admits at most rate * (w + 0.1 s) + burst on all gateways together,
// while the lessor can be reached; a burst below rate * 0.1 s counts as that.
// It does not allocate when it finds leased tokens.
func (s *Shared) Take(ctx context.Context, key string, n int) (wait time.Duration, ok bool) {
	l := s.limit.Load()
	if !l.holds(n) {
		return Never, false
	}
	if !s.cluster.Up() {
		return s.without(l, key, n)
	}
	id := s.leases.identity(key)
	for range sharedRounds {
		k, now := s.lease(id)
		k.expire(now)
		keep := l.keep(s.cluster.gateways.Load())
		if k.spend(n) {
			if k.low(now, keep) {
				s.ask(k, now, key, l, keep, 0)
			}
			k.mu.Unlock()
			return 0, true
		}
		more := n - k.held[0].n - k.held[1].n
		if wait = k.dryFor(now, l, more); wait > 0 {
			k.mu.Unlock()
			return wait, false
		}
		if k.asked == nil {
			s.ask(k, now, key, l, keep, more)
		}
		asked := k.asked
		k.mu.Unlock()
		if asked == nil || !await(ctx, asked) {
			return leaseGap, false
		}
		if !s.cluster.Up() {
			return s.without(l, key, n)
		}
	}
	return leaseGap, false
}

// lease returns what is held of a key, with its lock held.
func (s *Shared) lease(id identity) (k *lease, now time.Duration) {
	for {
		if k = s.leases.find(id); k == nil {
			k = s.leases.add(id, time.Since(s.made))
		}
		k.mu.Lock()
		if !k.gone {
			return k, time.Since(s.made)
		}
		k.mu.Unlock()
	}
}

// await waits for asked, which ends by itself, or for ctx.
func await(ctx context.Context, asked chan struct{}) bool {
	var late <-chan time.Time
	if d, ok := ctx.Deadline(); ok { // Done may stay open beyond it
		left := time.Until(d)
		if left <= 0 {
			return false
		}
		t := time.NewTimer(left)
		defer t.Stop()
		late = t.C
	}
	select {
	case <-asked:
		return true
	case <-ctx.Done():
	case <-late:
	}
	return false
}

// ask leases tokens on a goroutine, so many of them for a take that waits; k's lock is held.
func (s *Shared) ask(k *lease, now time.Duration, key string, l *Limit, keep, waiting int) {
	k.next(now, l, keep)
	held := k.kept()
	a := bucket.Ask{Rate: l.rate, Burst: l.widen(), Least: max(waiting, 1), Want: max(waiting, k.want), Spent: waiting,
		Back: k.back, Held: held, Loose: k.held[0].n + k.held[1].n - held}
	if k.want <= keep {
		a.Keep = keepLife
	}
	k.back = 0
	name := s.name + ":" + key
	done := make(chan struct{})
	if s.cluster.start(func() {
		defer close(done)
		s.fetch(k, name, a)
	}) {
		k.asked = done
	}
}

func (s *Shared) fetch(k *lease, name string, a bucket.Ask) {
	ctx, cancel := context.WithTimeout(s.cluster.ctx, leaseTimeout)
	defer cancel()
	sent := time.Since(s.made)
	got, err := s.cluster.lessor.Lease(ctx, name, a)
	if err != nil {
		s.cluster.fail(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = nil
	if err != nil {
		return
	}
	now := time.Since(s.made)
	k.expire(now)
	soon := got.N
	if got.Kept {
		soon = min(got.N, a.Spent)
	}
	k.put(tokens{soon, sent + leaseLife, false})
	k.put(tokens{got.N - soon, sent + keepLife, true})
	if got.N < a.Want {
		k.dry, k.dryOf = max(now+got.Wait, sent+leaseGap), 1
		if got.N == 0 {
			k.dryOf = a.Least
		}
	}
}

// without decides while the lessor cannot be reached.
func (s *Shared) without(l *Limit, key string, n int) (time.Duration, bool) {
	switch s.cluster.policy {
	case PolicyOpen:
		return 0, true
	case PolicyClosed:
		if k := s.leases.find(s.leases.identity(key)); k != nil {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.expire(time.Since(s.made))
			if k.spend(n) {
				return 0, true
			}
		}
		return retry, false
	}
	gateways := s.cluster.gateways.Load()
	if of := s.aloneOf.Load(); of == nil || of.limit != l || of.gateways != gateways {
		s.alone.SetLimit(l.share(int(gateways)))
		s.aloneOf.Store(&sharedOf{l, gateways})
	}
	wait, ok := s.alone.Take(key, n)
	if wait == Never { // more than the share's burst: when the lessor is back
		wait = retry
	}
	return wait, ok
}
