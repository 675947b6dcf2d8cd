package capability_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
	"github.com/portico-gateway/portico/runtime/store/bucket"
	"github.com/portico-gateway/portico/runtime/throttle"
)

func bucketOf(rate float64, burst int) capability.Grants {
	return capability.Grants{Namespace: "p", Has: has(hostabi.CapabilityThrottle), Buckets: []capability.Bucket{{Name: "b", Rate: rate, Burst: burst}}}
}

// take takes n tokens and tells what came of it.
func take(t *testing.T, c hostabi.Throttle, n int, want time.Duration) {
	t.Helper()
	wait, err := c.Take(context.Background(), "b", "key", n)
	if d := wait - want; err != nil || d < -time.Millisecond || d > time.Millisecond {
		t.Errorf("Take(%d) = %v, %v, want %v", n, wait, err, want)
	}
}

func TestBucketsOutliveAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newState(t, capability.Stores{})
		old, err := s.Acquire("p", bucketOf(1, 10))
		if err != nil {
			t.Fatal(err)
		}
		take(t, old.Capabilities().Throttle, 10, 0)
		take(t, old.Capabilities().Throttle, 1, time.Second)

		next := acquire(t, s, "p", bucketOf(2, 10))
		old.Release()
		take(t, next.Capabilities().Throttle, 1, 500*time.Millisecond)
		time.Sleep(500 * time.Millisecond)
		take(t, next.Capabilities().Throttle, 1, 0)
	})
}

func TestALimitHoldsOnceItsSnapshotServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newState(t, capability.Stores{})
		serving := acquire(t, s, "p", bucketOf(1, 10))
		next, err := s.Acquire("p", bucketOf(1, 2))
		if err != nil {
			t.Fatal(err)
		}
		defer next.Release()
		take(t, serving.Capabilities().Throttle, 5, 0)
		next.Activate()
		_, err = serving.Capabilities().Throttle.Take(context.Background(), "b", "other", 3)
		if !errors.Is(err, hostabi.EINVAL) {
			t.Errorf("more than the new burst gave %v", err)
		}
	})
}

func TestABucketThatNobodyHoldsIsForgotten(t *testing.T) {
	s := newState(t, capability.Stores{})
	l, err := s.Acquire("p", bucketOf(.001, 1))
	if err != nil {
		t.Fatal(err)
	}
	take(t, l.Capabilities().Throttle, 1, 0)
	l.Release()
	l.Activate() // too late: it does nothing
	take(t, acquire(t, s, "p", bucketOf(.001, 1)).Capabilities().Throttle, 1, 0)
}

// lessor is a server that gives everything away.
type lessor struct{}

func (lessor) Lease(_ context.Context, _ string, a bucket.Ask) (bucket.Grant, error) {
	return bucket.Grant{N: a.Want}, nil
}

func (lessor) Gateways(context.Context) (int, error) { return 1, nil }

func TestGatewaysShareBucketsWhereThereIsACluster(t *testing.T) {
	var cluster *throttle.Cluster
	s := newState(t, capability.Stores{Cluster: func() (*throttle.Cluster, error) {
		if cluster == nil {
			cluster = throttle.NewCluster(lessor{}, throttle.PolicyOpen, nil)
		}
		return cluster, nil
	}})
	l := acquire(t, s, "p", bucketOf(1, 5))
	for range 50 { // ten times what one gateway alone would give
		take(t, l.Capabilities().Throttle, 1, 0)
	}
	cluster.Close()
}

func TestGrantsThatCannotBeAreRefused(t *testing.T) {
	gone := errors.New("gone")
	s := newState(t, capability.Stores{Cluster: func() (*throttle.Cluster, error) { return nil, gone }})
	kv := capability.Grants{Namespace: "p", Has: has(hostabi.CapabilityKV)}
	if _, err := s.Acquire("p", kv); !errors.Is(err, capability.ErrNoStore) {
		t.Errorf("kv without a store gave %v", err)
	}
	if _, err := s.Acquire("p", bucketOf(-1, 5)); !errors.Is(err, throttle.ErrLimit) {
		t.Errorf("a rate below 0 gave %v", err)
	}
	if _, err := s.Acquire("p", bucketOf(1, 5)); !errors.Is(err, gone) {
		t.Errorf("a cluster that cannot be had gave %v", err)
	}
	s = newState(t, capability.Stores{KV: func(string, int64) (hostabi.KV, error) { return nil, gone }})
	if _, err := s.Acquire("p", kv); !errors.Is(err, gone) {
		t.Errorf("a store that cannot be opened gave %v", err)
	}
}
