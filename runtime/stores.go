package runtime

import (
	"context"
	"log/slog"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/store"
	"github.com/portico-gateway/portico/runtime/throttle"
)

// stores are the store of [store] and the cluster of its gateways. They are
// opened when a plugin first needs them and stay until the gateway closes.
// Gateway.reload guards them.
type stores struct {
	log   *slog.Logger
	check bool // Options.Check
	now   func() time.Time

	config *config.Config // what to open, or what was opened
	store  store.Store
	shared *throttle.Cluster
}

// configure says what to open. What is open stays: another [store] takes effect
// after a restart.
func (s *stores) configure(c *config.Config) {
	if s.store == nil {
		s.config = c
	}
}

func (s *stores) isRedis() bool { return s.config.Store.Redis != "" || s.config.Store.RedisURL != nil }

// open opens the store.
func (s *stores) open() error {
	if s.store != nil {
		return nil
	}
	c, o := s.config, store.Options{Log: s.log, Now: s.now}
	if !s.isRedis() {
		e, err := store.OpenEmbedded(c.Resolve(c.Store.Path), o)
		if err != nil {
			return c.At("store.path", err)
		}
		s.store = e
		return nil
	}
	key, address := "store.redis", c.Store.Redis
	if c.Store.RedisURL != nil {
		key = "store.redis_url"
		value, err := readSecret(c, c.Store.RedisURL)
		if err != nil {
			return c.At(key, err)
		}
		address = string(value)
	}
	r, err := store.OpenRedis(context.Background(), address, o) // it has a timeout of its own
	if err != nil {
		return c.At(key, err)
	}
	policy := map[string]throttle.Policy{config.PolicyShare: throttle.PolicyShare,
		config.PolicyClosed: throttle.PolicyClosed, config.PolicyOpen: throttle.PolicyOpen}[c.Store.Policy]
	s.store, s.shared = r, throttle.NewCluster(r, policy, s.log)
	return nil
}

// kv gives out a namespace of the durable store.
func (s *stores) kv(namespace string, quota int64) (hostabi.KV, error) {
	if s.check {
		return closedKV{}, nil
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s.store.Namespace(namespace, quota), nil
}

// cluster is nil for a gateway that shares nothing.
func (s *stores) cluster() (*throttle.Cluster, error) {
	if s.check || !s.isRedis() {
		return nil, nil
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s.shared, nil
}

func (s *stores) close() error {
	if s.shared != nil {
		s.shared.Close()
	}
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}

// closedKV stands for a namespace where nothing is served: only configure runs,
// which has no kv.
type closedKV struct{ hostabi.KV }
