package capability_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
)

// Versions come and go while their predecessors work and somebody scrapes.
func TestStateUnderUpdates_hammer(t *testing.T) {
	s := newState(t, capability.Stores{})
	r := prometheus.NewRegistry()
	r.MustRegister(s)
	grants := func(i int) capability.Grants {
		return capability.Grants{Namespace: "n", CacheSize: int64(100<<10 + i),
			Has:     has(hostabi.CapabilityCache, hostabi.CapabilityThrottle, hostabi.CapabilitySecrets, hostabi.CapabilityMetrics),
			Buckets: []capability.Bucket{{Name: "b", Rate: float64(1 + i%3), Burst: 5}},
			Secrets: []capability.SecretGrant{{Name: "s", Read: true}},
			Metrics: []capability.Metric{{Name: "m", Labels: []string{"l"}, Series: 10 + i%2}}}
	}
	work := func(c hostabi.Capabilities, i int) {
		key := fmt.Sprint(i % 7)
		_ = c.Cache.Put(key, []byte(key), 0)
		if v, ok := c.Cache.Get(key); ok && string(v) != key {
			t.Errorf("the cache has %q for %q", v, key)
		}
		if _, err := c.Throttle.Take(context.Background(), "b", key, 1); err != nil {
			t.Error(err)
		}
		if v, err := c.Secrets.Read("s"); err != nil || len(c.Secrets.Redact(v)) == 1 {
			t.Errorf("the secret is %q, %v", v, err)
		}
		if err := c.Metrics.Add("m", label("l", key), 1); err != nil {
			t.Error(err)
		}
	}
	s.SetSecrets(capability.Vault{"s": capability.NewSecret([]byte("0"))})
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			plugin := fmt.Sprint("p", g%2)
			for i := range 100 {
				l, err := s.Acquire(plugin, grants(i))
				if err != nil {
					t.Error(err)
					return
				}
				l.Activate()
				work(l.Capabilities(), i)
				if i%10 == 0 {
					s.SetSecrets(capability.Vault{"s": capability.NewSecret(fmt.Append(nil, i%10))})
					if _, err := r.Gather(); err != nil {
						t.Error(err)
					}
				}
				l.Release()
			}
		})
	}
	wg.Wait()
	if families, err := r.Gather(); err != nil || len(families) != 0 {
		t.Errorf("after the last release %d families are served, %v", len(families), err)
	}
}
