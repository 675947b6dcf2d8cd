package jwt

import (
	"cmp"
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// RegistryOptions configures a [Registry]. The zero value is useful.
type RegistryOptions struct {
	// Log gets what happens to documents; nil means silence.
	Log *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// RoundTrip stands in for the network; nil is the network.
	RoundTrip http.RoundTripper
}

// Registry has the [Keys] of all URLs. It outlives snapshots, so that a reload
// fetches nothing that is there. It is safe for concurrent use.
type Registry struct {
	log   *slog.Logger
	now   func() time.Time
	get   func(ctx context.Context, url string) ([]byte, error)
	roots atomic.Pointer[x509.CertPool] // nil: the system's

	double http.RoundTripper // RegistryOptions.RoundTrip

	ctx  context.Context // of all fetches; done when the registry is closed
	stop context.CancelFunc

	mu      sync.Mutex // guards what follows; taken after that of a Keys
	byURL   map[string]*Keys
	closed  bool
	fetches sync.WaitGroup
}

// NewRegistry returns a registry. Close it when nobody verifies any more.
func NewRegistry(o RegistryOptions) *Registry {
	r := &Registry{log: o.Log, now: o.Now, double: o.RoundTrip, byURL: map[string]*Keys{}}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if r.now == nil {
		r.now = time.Now
	}
	r.get = r.download
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// Trust has the certificates of sources signed by roots; nil stands for the
// system's.
func (r *Registry) Trust(roots *x509.CertPool) { r.roots.Store(roots) }

// Acquire gives the keys of a URL, of https or http: over http nothing is fetched
// but from loopback, private and link-local addresses. Nothing is fetched yet.
// Release them.
func (r *Registry) Acquire(url string) *Keys {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.byURL[url]
	if k == nil {
		k = &Keys{url: url, registry: r}
		r.byURL[url] = k
	}
	k.users++
	return k
}

// Release lets go of keys, which are forgotten when nobody has them any more.
func (r *Registry) Release(k *Keys) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(r.byURL, k.url)
	}
}

// start runs a fetch, unless the registry is closed.
func (r *Registry) start(fetch func(ctx context.Context)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.fetches.Go(func() { fetch(r.ctx) })
	return true
}

// Close ends the fetches under way.
func (r *Registry) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.stop()
	r.fetches.Wait()
}

// Stats is the state of one URL's keys.
type Stats struct {
	URL               string // without what may be secret in it
	Succeeded, Failed uint64 // fetches so far
	Keys              int    // that can be used
	Age               time.Duration
	Fetched           bool // whether there is a document, of that Age
}

// Stats lists the keys of all URLs, in the order of those. URLs that differ in
// what is left out are one.
func (r *Registry) Stats() []Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := map[string]Stats{}
	for _, k := range r.byURL {
		s := list[printable(k.url)]
		s.URL = printable(k.url)
		s.Succeeded += k.succeeded.Load()
		s.Failed += k.failed.Load()
		if set := k.set.Load(); set != nil {
			s.Keys += len(set.keys)
			s.Age, s.Fetched = max(s.Age, r.now().Sub(set.at)), true
		}
		list[s.URL] = s
	}
	stats := make([]Stats, 0, len(list))
	for _, s := range list {
		stats = append(stats, s)
	}
	slices.SortFunc(stats, func(a, b Stats) int { return cmp.Compare(a.URL, b.URL) })
	return stats
}

// printable is a URL without its query, where some sources want a key.
func printable(source string) string {
	u, err := url.Parse(source)
	if err != nil {
		return ""
	}
	u.RawQuery, u.User = "", nil
	return u.String()
}
