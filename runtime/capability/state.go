package capability

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/jwt"
	"github.com/portico-gateway/portico/runtime/outbound"
	"github.com/portico-gateway/portico/runtime/throttle"
)

// State is what plugins keep. It is safe for concurrent use.
type State struct {
	values   atomic.Pointer[values]
	redactor atomic.Pointer[redactor] // of all leases, nil where none has a secret

	mu      sync.Mutex // guards what follows
	caches  shared[*cache]
	buckets shared[limiter]
	metrics shared[*metric]
	tallies shared[*tally]
	active  map[string]*Lease // whose metrics are served, by plugin
	leases  map[*Lease]struct{}
	sent    shared[*outbound.Stats] // by plugin
	stores  Stores
	hosts   *outbound.Pool

	ending sync.Once
	ended  chan struct{}
	done   sync.WaitGroup
}

// Stores are what State keeps the rest in. Its functions are called by Acquire,
// one at a time; they may open a store when it is first needed.
type Stores struct {
	// KV gives out namespaces of the durable store; nil refuses the capability.
	KV func(namespace string, quota int64) (hostabi.KV, error)
	// Cluster is what shares buckets among gateways. If it is nil or gives nil,
	// buckets are this one's own.
	Cluster func() (*throttle.Cluster, error)
	// Hosts says how other hosts are reached.
	Hosts outbound.PoolOptions
	// Log gets what fails there; nil means silence.
	Log *slog.Logger
	// Keys has the keys of issuers. It must be there if an Issuer has a JWKS, and
	// is closed after the last lease was released.
	Keys *jwt.Registry
	// Now is the clock of caches, of tokens and of this gateway's own buckets; nil
	// means time.Now.
	Now func() time.Time
}

// ErrNoStore reports a grant of kv where there is no store.
var ErrNoStore = errors.New(`capability "kv" needs a store; add [store] to the gateway file`)

// ErrMetric reports a metric that cannot be served beside another plugin's.
var ErrMetric = errors.New("metrics of one name have one type")

// NewState returns a state without secrets. Close it after the last lease was
// released.
func NewState(s Stores) *State {
	st := &State{
		caches:  newShared((*cache).close),
		buckets: newShared[limiter](nil),
		metrics: newShared[*metric](nil),
		sent:    newShared[*outbound.Stats](nil),
		hosts:   outbound.NewPool(s.Hosts),
		tallies: newShared[*tally](nil),
		active:  map[string]*Lease{},
		leases:  map[*Lease]struct{}{},
		stores:  s,
		ended:   make(chan struct{}),
	}
	if st.stores.Log == nil {
		st.stores.Log = slog.New(slog.DiscardHandler)
	}
	st.values.Store(&values{former: map[string][]Secret{}})
	st.done.Add(1)
	go st.tidy()
	return st
}

// Close ends what the state runs in the background.
func (s *State) Close() {
	s.ending.Do(func() { close(s.ended) })
	s.done.Wait()
	s.hosts.Close()
}

// tidyEvery is how long buckets that have filled up stay in memory where no new
// keys come.
const tidyEvery = time.Minute

// tidy gives back the memory of full buckets.
func (s *State) tidy() {
	defer s.done.Done()
	t := time.NewTicker(tidyEvery)
	defer t.Stop()
	for {
		select {
		case <-s.ended:
			return
		case <-t.C:
		}
		for _, table := range s.tables() {
			table.Forget()
		}
	}
}

func (s *State) tables() (list []*throttle.Table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.buckets.byKey {
		if a, ok := h.value.(alone); ok {
			list = append(list, a.Table)
		}
	}
	return list
}

// Lease is what one version of a plugin holds.
type Lease struct {
	state  *State
	plugin string
	grants Grants

	capabilities hostabi.Capabilities
	secrets      *secrets
	cache        *cache
	buckets      buckets
	metrics      metrics
	issuers      issuers
	limits       map[string]throttle.Limit
	http         *outbound.Client
	released     bool // guarded by State.mu
}

// Acquire gives a plugin what it was granted. The error says everything that is
// wrong with the grants.
func (s *State) Acquire(plugin string, g Grants) (*Lease, error) {
	l := &Lease{state: s, plugin: plugin, grants: g, limits: map[string]throttle.Limit{}}
	if err := l.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkTypes(plugin, g.Metrics); err != nil {
		return nil, err
	}
	l.secrets = s.newSecrets(g.Secrets)
	has := func(c hostabi.Capability) bool { return g.Has[c] }
	var cluster *throttle.Cluster
	if has(hostabi.CapabilityThrottle) && len(g.Buckets) > 0 && s.stores.Cluster != nil {
		var err error
		if cluster, err = s.stores.Cluster(); err != nil {
			return nil, err
		}
	}
	if has(hostabi.CapabilityKV) {
		kv, err := s.stores.KV(g.Namespace, g.Quota)
		if err != nil {
			return nil, err
		}
		l.capabilities.KV = kv
	}
	if has(hostabi.CapabilityJWT) {
		var err error
		if l.issuers, err = l.newIssuers(); err != nil {
			return nil, err
		}
		l.capabilities.JWT = l.issuers
	}
	if has(hostabi.CapabilityHTTP) {
		if err := l.openHTTP(); err != nil {
			l.releaseIssuers(l.issuers)
			return nil, err
		}
	}
	s.leases[l] = struct{}{}
	s.learn(s.values.Load())
	if has(hostabi.CapabilityCache) {
		l.cache = s.caches.acquire(g.Namespace, func() *cache { return newCache(l.cacheSize(), s.stores.Now) })
		l.capabilities.Cache = l.cache
	}
	if has(hostabi.CapabilityThrottle) {
		l.buckets = buckets{}
		for _, b := range g.Buckets {
			l.buckets[b.Name] = s.buckets.acquire(l.bucketKey(b), func() limiter { return newBucket(cluster, l.bucketKey(b), l.limits[b.Name], s.stores.Now) })
		}
		l.capabilities.Throttle = l.buckets
	}
	if has(hostabi.CapabilitySecrets) {
		l.capabilities.Secrets = l.secrets
	}
	if has(hostabi.CapabilityMetrics) {
		l.metrics = metrics{}
		for _, m := range g.Metrics {
			l.metrics[m.Name] = s.metrics.acquire(m.key(plugin), func() *metric { return newMetric(plugin, m, s.Redact) })
		}
		l.capabilities.Metrics = l.metrics
	}
	return l, nil
}

// check says what is wrong with the grants alone.
func (l *Lease) check() error {
	var errs []error
	for _, b := range l.grants.Buckets {
		limit, err := throttle.NewLimit(b.Rate, b.Burst)
		if err != nil {
			errs = append(errs, fmt.Errorf("throttle.%s: rate %v, burst %d: %w", b.Name, b.Rate, b.Burst, err))
		}
		l.limits[b.Name] = limit
	}
	if l.grants.Has[hostabi.CapabilityHTTP] {
		if err := l.grants.HTTP.Check(); err != nil {
			errs = append(errs, fmt.Errorf("http.hosts: %w", err))
		}
	}
	if l.grants.Has[hostabi.CapabilityKV] && l.state.stores.KV == nil {
		errs = append(errs, ErrNoStore)
	}
	return errors.Join(errs...)
}

// checkTypes refuses a metric that another plugin counts in as another type:
// Prometheus knows one type for a name. The caller holds mu.
func (s *State) checkTypes(plugin string, list []Metric) error {
	var errs []error
	for _, m := range list {
		var others []string
		for l := range s.leases {
			if o, ok := l.metrics[m.Name]; ok && l.plugin != plugin && o.Type != m.Type {
				others = append(others, fmt.Sprintf("plugin %q has it as a %s", l.plugin, o.Type))
			}
		}
		if others != nil {
			errs = append(errs, fmt.Errorf("metrics.%s: %w, and %s", m.Name, ErrMetric, slices.Min(others)))
		}
	}
	return errors.Join(errs...)
}

func newBucket(cluster *throttle.Cluster, key string, limit throttle.Limit, now func() time.Time) limiter {
	if cluster != nil {
		return throttle.NewShared(cluster, key, limit, throttle.Options{})
	}
	return alone{throttle.NewTable(limit, throttle.Options{Now: now})}
}

// bucketKey needs no escape: no name has a slash.
func (l *Lease) bucketKey(b Bucket) string { return l.grants.Namespace + "/" + b.Name }

func (l *Lease) cacheSize() int64 { return cmp.Or(l.grants.CacheSize, DefaultCacheSize) }

// Capabilities is what the plugin was granted.
func (l *Lease) Capabilities() hostabi.Capabilities { return l.capabilities }

// Activate has sizes, rates and metrics of l hold from now on, for older leases
// of the same namespace too. It is called when a snapshot with the plugin
// serves.
func (l *Lease) Activate() {
	s := l.state
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.released {
		return
	}
	s.active[l.plugin] = l
	if size := uint64(l.cacheSize()); l.cache != nil && l.cache.entries.GetMaximum() != size {
		l.cache.entries.SetMaximum(size)
	}
	for name, b := range l.buckets {
		if b.Limit() != l.limits[name] {
			b.SetLimit(l.limits[name])
		}
	}
}

// Release lets go. The capabilities must not be used any more. A second Release
// does nothing.
func (l *Lease) Release() {
	s := l.state
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.released {
		return
	}
	l.released = true
	delete(s.leases, l)
	s.learn(s.values.Load())
	if s.active[l.plugin] == l {
		delete(s.active, l.plugin)
	}
	if l.cache != nil {
		s.caches.release(l.grants.Namespace)
	}
	if l.http != nil {
		l.http.Close()
		s.sent.release(l.plugin)
	}
	for _, b := range l.grants.Buckets {
		if l.buckets != nil {
			s.buckets.release(l.bucketKey(b))
		}
	}
	l.releaseIssuers(l.issuers)
	for _, m := range l.grants.Metrics {
		if l.metrics != nil {
			s.metrics.release(m.key(l.plugin))
		}
	}
}
