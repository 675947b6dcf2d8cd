package throttle

import (
	"sync/atomic"
	"time"
)

const (
	// DefaultMaxKeys bounds a table to about 64 MiB, see [Options.MaxKeys].
	DefaultMaxKeys = 1 << 20

	// shardCount keeps the adding of keys on many cores apart. An unused shard
	// costs 64 bytes.
	shardCount = 64
)

// Options of a [Table].
type Options struct {
	// MaxKeys is how many buckets a table remembers at most, 0 means
	// [DefaultMaxKeys]; it is rounded up to a multiple of 512. A key costs at
	// most 56 bytes, however long it is, and up to half of that again while
	// a shard is rebuilt. Beyond it the buckets nearest to full are forgotten,
	// which gives their keys the few tokens they lack; a bucket that a flood of
	// other keys should bring back is the last to go.
	MaxKeys int

	// Now is the clock of buckets, nil means time.Now.
	Now func() time.Time
}

// Table has a bucket for every key, all of one limit. It forgets those that are
// full for some seconds: a full bucket holds no information. A key is known by 128 bits
// of a hash with a random seed. It is safe for concurrent use.
type Table struct {
	limit  atomic.Pointer[Limit]
	now    func() time.Time // nil is time.Now, by way of the cheaper time.Since
	made   time.Time
	seeds  seeds
	shards [shardCount]shard
}

// NewTable returns a table in which every bucket is full.
func NewTable(l Limit, o Options) *Table {
	if o.MaxKeys <= 0 {
		o.MaxKeys = DefaultMaxKeys
	}
	t := &Table{now: o.Now, made: time.Now(), seeds: newSeeds()}
	if t.now != nil {
		t.made = t.now()
	}
	t.limit.Store(&l)
	each := max((o.MaxKeys+shardCount-1)/shardCount, minSlots)
	for i := range t.shards {
		t.shards[i].max = (each + minSlots - 1) / minSlots * minSlots
	}
	return t
}

// SetLimit changes the limit of every bucket, see [Bucket.SetLimit].
func (t *Table) SetLimit(l Limit) { t.limit.Store(&l) }

// Limit returns what SetLimit or NewTable have set.
func (t *Table) Limit() Limit { return *t.limit.Load() }

// Take removes n tokens of the key's bucket, see [Bucket.Take]. It does not
// allocate, and takes no lock, for a key whose bucket is known.
func (t *Table) Take(key string, n int) (wait time.Duration, ok bool) {
	l := t.limit.Load()
	if !l.holds(n) {
		return Never, false
	}
	id := t.seeds.identity(key)
	s := &t.shards[id[0]%shardCount]
	now := units(t.age())
	e := s.find(id)
	for {
		if e == nil {
			if n == 0 {
				return 0, true
			}
			e = s.add(id, now)
		}
		full := e.full.Load()
		if full == forgotten {
			e = nil // between find and here; add sees that too
			continue
		}
		next, wait := l.take(full, now, n)
		if next == full || e.full.CompareAndSwap(full, next) {
			return duration(wait), wait == 0
		}
	}
}

// age is how long the table has been there, by its clock.
func (t *Table) age() time.Duration {
	if t.now != nil {
		return t.now().Sub(t.made)
	}
	return time.Since(t.made)
}

// Forget gives back the memory of buckets that are full. Takes of new keys do
// so too; the owner of a table calls it now and then for a table that has none.
func (t *Table) Forget() {
	for i := range t.shards {
		t.shards[i].forget(units(t.age()))
	}
}

// Len is the number of buckets in memory, full ones that were not forgotten yet
// among them.
func (t *Table) Len() int {
	n := 0
	for i := range t.shards {
		n += t.shards[i].len()
	}
	return n
}
