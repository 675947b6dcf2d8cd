package throttle

import (
	"hash/maphash"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// minSlots is the size of the first table of a shard.
	minSlots = 8

	// rest is how long a bucket is full before the adding of others drops it: one
	// that is in use but seldom lacks a token is not made again for each take.
	rest = unitsPerSecond * 5

	// forgotten is the time of a bucket that is no longer in its shard.
	forgotten = math.MinInt64
)

// identity is a hash of a key.
type identity [2]uint64

// seeds make identities that strangers cannot construct.
type seeds [2]maphash.Seed

func newSeeds() seeds { return seeds{maphash.MakeSeed(), maphash.MakeSeed()} }

func (s *seeds) identity(key string) identity {
	return identity{maphash.String(s[0], key), maphash.String(s[1], key)}
}

// entry is the bucket of a key.
type entry struct {
	id   identity
	full atomic.Int64
}

// slots is an open-addressed table of a power of two. Entries are added to free
// slots and never removed: a new table without them takes its place.
type slots []atomic.Pointer[entry]

// shard is a part of a Table. Buckets are found and taken from without its
// lock.
type shard struct {
	max   int // of entries
	table atomic.Pointer[slots]

	mu   sync.Mutex // guards the adding to and the replacing of table
	used int
}

func (t slots) home(id identity) int { return int(id[1]) & (len(t) - 1) }

// at returns the slot of id, with what it held: its own, or nil in the free one
// where it belongs. Without the shard's lock another key may have come into a
// free slot by now, so nobody but the holder of the lock looks at it again.
func (t slots) at(id identity) (*atomic.Pointer[entry], *entry) {
	for i := t.home(id); ; i = (i + 1) & (len(t) - 1) {
		if e := t[i].Load(); e == nil || e.id == id && e.full.Load() != forgotten {
			return &t[i], e
		}
	}
}

// find returns nil for a key that was not taken from, and may for one that is
// just being added.
func (s *shard) find(id identity) *entry {
	t := s.table.Load()
	if t == nil {
		return nil
	}
	_, e := t.at(id)
	return e
}

// add returns the bucket of a key, a full one when there was none.
func (s *shard) add(id identity, now int64) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.table.Load()
	if t == nil {
		t = s.replace(nil, minSlots)
	}
	slot, e := t.at(id)
	if e != nil {
		return e
	}
	if s.used >= min(len(*t)*3/4, s.max) {
		t = s.rebuild(*t, now-rest)
		slot, _ = t.at(id)
	}
	e = &entry{id: id}
	slot.Store(e)
	s.used++
	return e
}

// forget drops full buckets.
func (s *shard) forget(now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.table.Load(); t != nil {
		s.rebuild(*t, now)
	}
}

// rebuild makes a table without the buckets that were full by then, with room for half as many
// again, and without those nearest to full if there are too many: a quarter at
// a time, so that a flood sorts each time some hundred times. Its cost is
// spread over the adds that made it necessary.
func (s *shard) rebuild(old slots, then int64) *slots {
	live := make([]*entry, 0, s.used)
	for i := range old {
		if e := old[i].Load(); e != nil && !e.forget(then) {
			live = append(live, e)
		}
	}
	if room := s.max * 3 / 4; len(live) > room {
		live = forgetFullest(live, room)
	}
	size := minSlots
	for size*3/4 <= len(live)+len(live)/8 {
		size *= 2
	}
	return s.replace(live, size)
}

// forget drops the bucket if it is full by then. A take at the same time wins
// or starts over.
func (e *entry) forget(then int64) bool {
	for {
		full := e.full.Load()
		if full > then {
			return false
		}
		if full == forgotten || e.full.CompareAndSwap(full, forgotten) {
			return true
		}
	}
}

// forgetFullest drops entries until at most room are left.
func forgetFullest(live []*entry, room int) []*entry {
	times := make([]int64, len(live))
	for i, e := range live {
		times[i] = e.full.Load()
	}
	slices.Sort(times)
	drop := len(live) - room
	mark := times[drop-1]
	kept := live[:0]
	for _, e := range live {
		if drop > 0 && e.forget(mark) {
			drop--
		} else {
			kept = append(kept, e)
		}
	}
	if len(kept) > room { // takes went on meanwhile
		for _, e := range kept[room:] {
			e.forget(math.MaxInt64)
		}
		kept = kept[:room]
	}
	return kept
}

func (s *shard) replace(live []*entry, size int) *slots {
	t := make(slots, size)
	for _, e := range live {
		slot, _ := t.at(e.id)
		slot.Store(e)
	}
	s.used = len(live)
	s.table.Store(&t)
	return &t
}

func (s *shard) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}
