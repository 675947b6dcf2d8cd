package throttle

import (
	"context"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultSharedKeys bounds the keys of a [Shared] to about 32 MiB.
const DefaultSharedKeys = 1 << 17

// sharedRounds is how many leases one take waits for, when others spend what
// comes before it can.
const sharedRounds = 3

// Shared has a bucket for every key that the gateways of a cluster share. Tokens
// are leased from the cluster's [Lessor] in batches that grow with the load of a
// key: a take spends what is leased, and waits for a round trip only if nothing
// is known of its key. It is safe for concurrent use.
type Shared struct {
	cluster *Cluster
	name    string
	made    time.Time
	limit   atomic.Pointer[Limit]
	maxKeys int

	alone   *Table // while the lessor cannot be reached
	aloneOf atomic.Pointer[sharedOf]

	seed   maphash.Seed
	shards [shardCount]sharedShard
}

// sharedOf is what the limit of alone was made of.
type sharedOf struct {
	limit    *Limit
	gateways int64
}

type sharedShard struct {
	mu   sync.Mutex // guards keys
	keys map[string]*lease
}

// NewShared returns the buckets of a name, which all gateways know them by.
// Options.MaxKeys is how many keys the gateway remembers, 0 means
// [DefaultSharedKeys]; forgetting one costs what is leased of it.
func NewShared(c *Cluster, name string, l Limit, o Options) *Shared {
	if o.MaxKeys <= 0 {
		o.MaxKeys = DefaultSharedKeys
	}
	s := &Shared{cluster: c, name: name, made: time.Now(), seed: maphash.MakeSeed(),
		maxKeys: max(o.MaxKeys/shardCount, 1), alone: NewTable(Limit{}, o)}
	s.limit.Store(&l)
	return s
}

// SetLimit changes the limit of every bucket. Gateways that share one need not
// change at the same moment.
func (s *Shared) SetLimit(l Limit) { s.limit.Store(&l) }

// Limit returns what SetLimit or NewShared have set.
func (s *Shared) Limit() Limit { return *s.limit.Load() }

// Take removes n tokens of the key's bucket, see [Bucket.Take]. It waits for
// the Lessor at most until ctx's deadline, and less than a second. Any window
// of time w admits at most rate * (w + 0.1 s) + burst on all gateways together,
// while the Lessor can be reached; a burst below rate * 0.1 s counts as that.
// It does not allocate when it finds leased tokens.
func (s *Shared) Take(ctx context.Context, key string, n int) (wait time.Duration, ok bool) {
	l := s.limit.Load()
	if !l.holds(n) {
		return Never, false
	}
	if !s.cluster.Up() {
		return s.without(l, key, n)
	}
	k := s.lease(key)
	for range sharedRounds {
		k.mu.Lock()
		now := time.Since(s.made)
		k.expire(now)
		if k.spend(n) {
			if k.low(now) {
				s.ask(k, key, l, 1)
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
			s.ask(k, key, l, more)
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

// ask leases tokens on a goroutine; k's lock is held.
func (s *Shared) ask(k *lease, key string, l *Limit, least int) {
	if !k.spare {
		k.want *= 2
	}
	k.want = max(1, min(k.want, l.most()))
	k.spare = false
	name, want := s.name+":"+key, max(k.want, least)
	done := make(chan struct{})
	if s.cluster.start(func() {
		defer close(done)
		s.fetch(k, name, l, least, want)
	}) {
		k.asked = done
	}
}

func (s *Shared) fetch(k *lease, name string, l *Limit, least, want int) {
	ctx, cancel := context.WithTimeout(s.cluster.ctx, leaseTimeout)
	defer cancel()
	sent := time.Since(s.made)
	granted, wait, err := s.cluster.lessor.Lease(ctx, name, l.rate, l.widen(), least, want)
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
	if granted > 0 {
		// Of a lease that comes while both places are taken, which only takes
		// of several tokens can bring about, the tokens get the shorter life.
		at := &k.held[0]
		if at.n > 0 {
			at = &k.held[1]
		}
		if at.n == 0 || at.expires > sent+leaseLife {
			at.expires = sent + leaseLife
		}
		at.n += granted
	}
	if granted < want {
		k.dry, k.dryOf = max(now+wait, sent+leaseGap), 1
		if granted == 0 {
			k.dryOf = least
		}
	}
}

// without decides while the lessor cannot be reached.
func (s *Shared) without(l *Limit, key string, n int) (time.Duration, bool) {
	switch s.cluster.policy {
	case PolicyOpen:
		return 0, true
	case PolicyClosed:
		if k := s.known(key); k != nil {
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

func (s *Shared) shard(key string) *sharedShard {
	return &s.shards[maphash.String(s.seed, key)%shardCount]
}

func (s *Shared) known(key string) *lease {
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.keys[key]
}

// lease returns what is held of a key.
func (s *Shared) lease(key string) *lease {
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if k := sh.keys[key]; k != nil {
		return k
	}
	if len(sh.keys) >= s.maxKeys {
		sh.forget(time.Since(s.made), s.maxKeys)
	}
	if sh.keys == nil {
		sh.keys = map[string]*lease{}
	}
	k := &lease{want: 1, spare: true}
	sh.keys[strings.Clone(key)] = k
	return k
}

// forget drops what is idle, or an eighth of all if there is nothing idle.
func (sh *sharedShard) forget(now time.Duration, most int) {
	for key, k := range sh.keys {
		if k.idle(now) {
			delete(sh.keys, key)
		}
	}
	room := most - max(most/8, 1)
	for key := range sh.keys {
		if len(sh.keys) <= room {
			return
		}
		delete(sh.keys, key)
	}
}
