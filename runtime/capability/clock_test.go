package capability_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
)

func TestCachesAndBucketsGoByTheClockOfTheState(t *testing.T) {
	var now atomic.Int64 // seconds; the cache looks from a goroutine of its own
	now.Store(1_000_000)
	s := newState(t, capability.Stores{Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	c := acquire(t, s, "p", capability.Grants{Has: has(hostabi.CapabilityCache, hostabi.CapabilityThrottle),
		Buckets: []capability.Bucket{{Name: "b", Rate: 1, Burst: 1}}}).Capabilities()
	if err := c.Cache.Put("k", []byte("v"), time.Minute); err != nil {
		t.Fatal(err)
	}
	take := func() time.Duration {
		wait, err := c.Throttle.Take(t.Context(), "b", "k", 1)
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	if first, second := take(), take(); first != 0 || second != time.Second {
		t.Errorf("Take waits %v, then %v, want 0s, then 1s", first, second)
	}
	now.Add(59)
	if _, ok := c.Cache.Get("k"); !ok || take() != 0 {
		t.Error("after 59 s the entry is gone or the bucket empty")
	}
	now.Add(2)
	if _, ok := c.Cache.Get("k"); ok {
		t.Error("after 61 s the entry is still there")
	}
}
