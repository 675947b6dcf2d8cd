package throttle

import (
	"sync"
	"sync/atomic"
	"time"
)

// leases are what is held of each key. Like the buckets of a [Table] they are
// found without a lock, in a table that is replaced to forget some.
type leases struct {
	seeds
	shards [shardCount]leaseShard
}

type leaseSlots []atomic.Pointer[lease]

type leaseShard struct {
	max   int
	table atomic.Pointer[leaseSlots]

	mu   sync.Mutex // guards the adding to and the replacing of table
	used int
}

func newLeases(maxKeys int) *leases {
	t := &leases{seeds: newSeeds()}
	for i := range t.shards {
		t.shards[i].max = max(maxKeys/shardCount, 1)
	}
	return t
}

// at is as that of [slots].
func (t leaseSlots) at(id identity) (*atomic.Pointer[lease], *lease) {
	for i := int(id[1]) & (len(t) - 1); ; i = (i + 1) & (len(t) - 1) {
		if k := t[i].Load(); k == nil || k.id == id {
			return &t[i], k
		}
	}
}

// find returns nil for a key of which nothing is known, and may for one that is
// just being added.
func (t *leases) find(id identity) *lease {
	slots := t.shards[id[0]%shardCount].table.Load()
	if slots == nil {
		return nil
	}
	_, k := slots.at(id)
	return k
}

// add returns what is known of a key, and begins to know it.
func (t *leases) add(id identity, now time.Duration) *lease {
	s := &t.shards[id[0]%shardCount]
	s.mu.Lock()
	defer s.mu.Unlock()
	slots := s.table.Load()
	if slots != nil {
		if _, k := slots.at(id); k != nil {
			return k
		}
	}
	if slots == nil || s.used >= min(len(*slots)*3/4, s.max) {
		slots = s.rebuild(slots, now)
	}
	k := &lease{id: id}
	slot, _ := slots.at(id)
	slot.Store(k)
	s.used++
	return k
}

// rebuild forgets what is idle, and an eighth of what is allowed where little is.
// It holds the lock of each key for a moment, and takes of known keys go on.
func (s *leaseShard) rebuild(old *leaseSlots, now time.Duration) *leaseSlots {
	live := make([]*lease, 0, s.used)
	if old != nil {
		for i := range *old {
			if k := (*old)[i].Load(); k != nil && !k.forget(now, false) {
				live = append(live, k)
			}
		}
	}
	if room := s.max - max(s.max/8, 1); len(live) > room {
		for _, k := range live[room:] { // by their hash, which is to say any
			k.forget(now, true)
		}
		live = live[:room]
	}
	size := minSlots
	for size*3/4 <= len(live)+len(live)/8 {
		size *= 2
	}
	slots := make(leaseSlots, size)
	for _, k := range live {
		slot, _ := slots.at(k.id)
		slot.Store(k)
	}
	s.used = len(live)
	s.table.Store(&slots)
	return &slots
}

func (t *leases) len() (n int) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		n += s.used
		s.mu.Unlock()
	}
	return n
}
