package throttle

import (
	"strconv"
	"sync"
	"testing"
	"time"
)

// A take of a key that is known goes on while others are added or forgotten.
func TestATakeOfAKnownKeyWaitsForNoOtherKey(t *testing.T) {
	c := NewCluster(newFake(), PolicyShare, nil)
	defer c.Close()
	s := NewShared(c, "limit", limit(t, 1e6, 1000), Options{})
	hold(s, "key")
	for i := range s.leases.shards {
		s.leases.shards[i].mu.Lock()
	}
	done := make(chan taken, 1)
	go func() { done <- takes(s.Take(t.Context(), "key", 1)) }()
	select {
	case got := <-done:
		if got != yes {
			t.Errorf("Take = %v, want %v", got, yes)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits for the lock of a shard")
	}
	for i := range s.leases.shards {
		s.leases.shards[i].mu.Unlock()
	}
}

func TestALeaseIsForgottenWhenThatLosesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		lease *lease
		now   time.Duration
		want  bool
	}{
		"of a key that was asked for lately": {&lease{}, time.Second, false},
		"of a key that rests":                {&lease{}, keepLife, true},
		"with tokens":                        {&lease{held: [2]tokens{{n: 1, expires: time.Hour}}}, keepLife, false},
		"that is dry":                        {&lease{dry: time.Hour}, keepLife, false},
		"that is being asked for":            {&lease{asked: make(chan struct{})}, keepLife, false},
		"with tokens to bring back":          {&lease{back: 1}, keepLife, false},
		"with some that are too old":         {&lease{back: 1}, backLife, true},
	} {
		if got := c.lease.forget(c.now, false); got != c.want || c.lease.gone != c.want {
			t.Errorf("a lease %s is forgotten: %v, want %v", name, got, c.want)
		}
	}
}

func TestLeases_hammer(t *testing.T) {
	l := newLeases(512)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 50_000 {
				id := l.identity(strconv.Itoa(i % 1500))
				k := l.find(id)
				if k == nil {
					k = l.add(id, time.Duration(i)*time.Millisecond)
				}
				if k.id != id {
					t.Error("another key's lease")
				}
			}
		})
	}
	wg.Wait()
	if n := l.len(); n > 512 {
		t.Errorf("%d keys, want at most 512", n)
	}
}

// BenchmarkForget is the adding of a key to a shard in which all are in use.
func BenchmarkForget(b *testing.B) {
	l := newLeases(DefaultSharedKeys)
	for i := range 2 * DefaultSharedKeys {
		l.add(l.identity(strconv.Itoa(i)), 0)
	}
	s := &l.shards[0]
	for b.Loop() {
		s.mu.Lock()
		s.rebuild(s.table.Load(), 0)
		s.mu.Unlock()
	}
}
