package tck

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// NewCapabilities returns capabilities in memory as [Run] wants them, for tests
// of adapters and of SDKs.
func NewCapabilities() hostabi.Capabilities {
	return hostabi.Capabilities{
		Cache:    &cache{values: map[string][]byte{}},
		Throttle: &throttle{taken: map[string]int{}},
		Secrets:  secrets{},
		Metrics:  &metrics{few: map[string]bool{}},
		KV:       &kv{values: map[string][]byte{}},
		HTTP:     newPeerHTTP(),
		JWT:      issuers{},
	}
}

// cache never evicts and knows no time.
type cache struct {
	mu     sync.Mutex
	values map[string][]byte
}

var _ hostabi.Cache = (*cache)(nil)

func (c *cache) Get(key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.values[key]
	return v, ok
}

func (c *cache) Put(key string, value []byte, _ time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[strings.Clone(key)] = slices.Clone(value)
	return nil
}

func (c *cache) Delete(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.values[key]
	delete(c.values, key)
	return ok
}

// throttle has one bucket, which does not fill.
type throttle struct {
	mu    sync.Mutex
	taken map[string]int
}

var _ hostabi.Throttle = (*throttle)(nil)

func (t *throttle) Take(_ context.Context, bucket, key string, n int) (time.Duration, error) {
	switch {
	case bucket != Bucket:
		return 0, hostabi.ENOENT
	case n < 1 || n > Burst:
		return 0, hostabi.EINVAL
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken[key]+n > Burst {
		return time.Hour, nil
	}
	t.taken[strings.Clone(key)] += n
	return 0, nil
}

type secrets struct{}

var _ hostabi.Secrets = secrets{}

func (secrets) Read(name string) ([]byte, error) {
	switch name {
	case SecretRead:
		return []byte(SecretReadValue), nil
	case SecretUse:
		return nil, hostabi.EPERM
	}
	return nil, hostabi.ENOENT
}

func (secrets) HMAC(name string, h hostabi.Hash, data []byte) ([]byte, error) {
	key := map[string]string{SecretRead: SecretReadValue, SecretUse: SecretUseValue}[name]
	if key == "" {
		return nil, hostabi.ENOENT
	}
	f := map[hostabi.Hash]func() hash.Hash{
		hostabi.HashSHA1: sha1.New, hostabi.HashSHA256: sha256.New, hostabi.HashSHA512: sha512.New,
	}[h]
	if f == nil {
		return nil, hostabi.EINVAL
	}
	m := hmac.New(f, []byte(key))
	m.Write(data)
	return m.Sum(nil), nil
}

func (secrets) Redact(text []byte) []byte {
	const redacted = "[redacted]"
	return []byte(strings.NewReplacer(SecretReadValue, redacted, SecretUseValue, redacted).Replace(string(text)))
}

func (s secrets) Begun(text []byte) (n int) {
	text = s.Redact(text)
	for _, v := range [...]string{SecretReadValue, SecretUseValue} {
		for k := n + 1; k < len(v) && k <= len(text); k++ {
			if strings.HasSuffix(string(text), v[:k]) {
				n = k
			}
		}
	}
	return n
}

// metrics checks and forgets all but the series of Few.
type metrics struct {
	mu  sync.Mutex
	few map[string]bool
}

var _ hostabi.Metrics = (*metrics)(nil)

func (*metrics) check(name, want string, labels []hostabi.Field, v float64) error {
	switch {
	case name != Counter && name != Few && name != Gauge && name != Histogram:
		return hostabi.ENOENT
	case name != want && (name != Few || want != Counter) || math.IsNaN(v) || math.IsInf(v, 0):
		return hostabi.EINVAL
	}
	for i, l := range labels {
		switch {
		case name != Counter && name != Few || l.Name != Label || i > 0:
			return hostabi.EINVAL
		case len(l.Value) > hostabi.MaxLabel:
			return hostabi.E2BIG
		}
	}
	return nil
}

func (m *metrics) Add(name string, labels []hostabi.Field, v float64) error {
	if err := m.check(name, Counter, labels, v); err != nil {
		return err
	}
	if v < 0 {
		return hostabi.EINVAL
	}
	if name == Few {
		return m.count(labels)
	}
	return nil
}

func (m *metrics) count(labels []hostabi.Field) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	series := fmt.Sprint(labels)
	if !m.few[series] && len(m.few) >= FewSeries {
		return hostabi.E2BIG
	}
	m.few[series] = true
	return nil
}

func (m *metrics) Set(name string, labels []hostabi.Field, v float64) error {
	return m.check(name, Gauge, labels, v)
}

func (m *metrics) Observe(name string, labels []hostabi.Field, v float64) error {
	return m.check(name, Histogram, labels, v)
}

// kv knows no time.
type kv struct {
	mu     sync.Mutex
	values map[string][]byte
}

var _ hostabi.KV = (*kv)(nil)

func (s *kv) Get(_ context.Context, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	return v, ok, nil
}

func (s *kv) Put(_ context.Context, key string, value []byte, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(key, value)
}

// put keeps a value within Bytes. The caller holds mu.
func (s *kv) put(key string, value []byte) error {
	const entry = 64 // what one counts beside its bytes
	size := len(key) + len(value) + entry
	for k, v := range s.values {
		if k != key {
			size += len(k) + len(v) + entry
		}
	}
	if size > Bytes {
		return hostabi.E2BIG
	}
	s.values[key] = value
	return nil
}

func (s *kv) Delete(_ context.Context, key string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.values[key]
	delete(s.values, key)
	return ok, nil
}

func (s *kv) Increment(_ context.Context, key string, delta int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int64
	if v, ok := s.values[key]; ok {
		var err error
		if n, err = strconv.ParseInt(string(v), 10, 64); err != nil {
			return 0, hostabi.EINVAL
		}
	}
	sum := n + delta
	if (sum > n) != (delta > 0) && delta != 0 {
		return 0, hostabi.EINVAL
	}
	return sum, s.put(key, strconv.AppendInt(nil, sum, 10))
}

func (s *kv) CompareAndSet(_ context.Context, key string, old, next []byte, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	if ok != (old != nil) || string(v) != string(old) {
		return hostabi.EEXIST
	}
	return s.put(key, next)
}

func (s *kv) List(_ context.Context, prefix, after string, limit int) (keys []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.values {
		if strings.HasPrefix(k, prefix) && k > after {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys[:min(len(keys), limit)], nil
}
