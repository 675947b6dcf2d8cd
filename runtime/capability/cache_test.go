package capability_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
)

func cacheOf(size int64) capability.Grants {
	return capability.Grants{Has: has(hostabi.CapabilityCache), CacheSize: size}
}

func TestTheCacheForgetsWhenTheTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := acquire(t, newState(t, capability.Stores{}), "p", cacheOf(0)).Capabilities().Cache
		for key, ttl := range map[string]time.Duration{"short": time.Second, "long": time.Hour, "for ever": 0} {
			if err := c.Put(key, []byte(key), ttl); err != nil {
				t.Fatal(err)
			}
		}
		here := func() (list string) {
			for _, key := range []string{"short", "long", "for ever"} {
				if v, ok := c.Get(key); ok && string(v) == key {
					list += key + " "
				}
			}
			return list
		}
		for _, step := range []struct {
			sleep time.Duration
			want  string
		}{{999 * time.Millisecond, "short long for ever "}, {2 * time.Millisecond, "long for ever "}, {time.Hour, "for ever "}, {24 * time.Hour, "for ever "}} {
			time.Sleep(step.sleep)
			if got := here(); got != step.want {
				t.Errorf("after %v more there are %q, want %q", step.sleep, got, step.want)
			}
		}
	})
}

func TestTheCacheKeepsItsBound(t *testing.T) {
	const size = 256 << 10
	c := acquire(t, newState(t, capability.Stores{}), "p", cacheOf(size)).Capabilities().Cache
	value := make([]byte, 1000)
	for i := range 10_000 {
		if err := c.Put(fmt.Sprint("key ", i), value, 0); err != nil {
			t.Fatal(err)
		}
	}
	// Eviction runs beside the calls; it is done some time after the last put.
	kept := 0
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		kept = 0
		for i := range 10_000 {
			if _, ok := c.Get(fmt.Sprint("key ", i)); ok {
				kept++
			}
		}
		if kept*len(value) <= size {
			break
		}
	}
	if kept == 0 || kept*len(value) > size {
		t.Errorf("%d values of %d bytes are in a cache of %d", kept, len(value), size)
	}
	if err := c.Put("large", make([]byte, size), 0); !errors.Is(err, hostabi.E2BIG) {
		t.Errorf("a value as large as the cache gave %v", err)
	}
}

func TestTheCacheCopies(t *testing.T) {
	c := acquire(t, newState(t, capability.Stores{}), "p", cacheOf(0)).Capabilities().Cache
	key, value := []byte("key"), []byte("value")
	if err := c.Put(string(key), value, 0); err != nil {
		t.Fatal(err)
	}
	copy(value, "other")
	if v, ok := c.Get("key"); !ok || string(v) != "value" {
		t.Errorf("Get = %q, %v", v, ok)
	}
}

func TestAnUpdateKeepsTheCache(t *testing.T) {
	s := newState(t, capability.Stores{})
	old, err := s.Acquire("p", withNamespace(cacheOf(0), "p"))
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Capabilities().Cache.Put("k", []byte("v"), 0); err != nil {
		t.Fatal(err)
	}
	next := acquire(t, s, "p", cacheOf(1<<20))
	old.Release()
	old.Release()
	if v, ok := next.Capabilities().Cache.Get("k"); !ok || string(v) != "v" {
		t.Errorf("after the update Get = %q, %v", v, ok)
	}
	other := acquire(t, s, "other", cacheOf(0))
	if _, ok := other.Capabilities().Cache.Get("k"); ok {
		t.Error("another plugin has the same cache")
	}
	if shared := acquire(t, s, "third", withNamespace(cacheOf(0), "p")); true {
		if _, ok := shared.Capabilities().Cache.Get("k"); !ok {
			t.Error("a plugin of the same namespace has another cache")
		}
	}
}

func withNamespace(g capability.Grants, ns string) capability.Grants {
	g.Namespace = ns
	return g
}

func TestASizeHoldsOnceItsSnapshotServes(t *testing.T) {
	s := newState(t, capability.Stores{})
	l := acquire(t, s, "p", cacheOf(2<<20))
	large := []byte(strings.Repeat("x", 1<<20))
	next, err := s.Acquire("p", withNamespace(cacheOf(64<<10), "p"))
	if err != nil {
		t.Fatal(err)
	}
	defer next.Release()
	if err := l.Capabilities().Cache.Put("k", large, 0); err != nil {
		t.Errorf("before the new size serves: %v", err)
	}
	next.Activate()
	if err := l.Capabilities().Cache.Put("k", large, 0); !errors.Is(err, hostabi.E2BIG) {
		t.Errorf("when the new size serves: %v", err)
	}
}
