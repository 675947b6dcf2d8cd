package jwt

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// Ages of a fetched document.
const (
	// refreshAfter is when it is fetched again behind the requests.
	refreshAfter = 5 * time.Minute
	// Life is when it is fetched again before a request is answered, where the
	// source is not known to fail: so long may a key be taken that its issuer has
	// removed.
	Life = 10 * time.Minute
	// Kept is how long it holds while its source fails. API Gateway keeps keys
	// for two hours, too.
	Kept = 2 * time.Hour
	// Every bounds fetches: at most one starts in that time, whatever failed and
	// whatever keys tokens name.
	Every = 5 * time.Second
)

// Keys are the keys of one URL. They are safe for concurrent use.
type Keys struct {
	url      string
	registry *Registry
	set      atomic.Pointer[set] // nil before the first fetch that succeeded
	failing  atomic.Bool         // the last fetch failed

	succeeded, failed atomic.Uint64 // fetches

	mu     sync.Mutex    // guards what follows
	flight chan struct{} // closed when the fetch under way has ended; nil: none is
	tried  time.Time     // when the last one began
	digest [sha256.Size]byte
	users  int // guarded by the registry's mu
}

// set is what a document said. It is not changed.
type set struct {
	keys []key
	at   time.Time // when it was fetched
}

// candidates counts the keys that may have signed, and gives one of them. known
// says whether the set has what the token names, for whatever algorithm.
func (s *set) candidates(h *header) (found *key, n int, known bool) {
	for i := range s.keys {
		k := &s.keys[i]
		if h.named && (!k.named || k.id != h.kid) {
			continue
		}
		known = known || h.named
		if k.fits.has(h.algorithm) {
			found, known = k, true
			n++
		}
	}
	return found, n, known
}

// find gives the one key that may have signed a token.
func (k *Keys) find(ctx context.Context, h *header) (any, error) {
	s, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	found, n, known := s.candidates(h)
	if !known { // it may be new
		if err := k.await(ctx, k.refresh()); err != nil {
			return nil, err
		}
		found, n, known = k.set.Load().candidates(h)
	}
	switch {
	case !known && k.failing.Load():
		return nil, hostabi.ECONN // nobody can say whether it is one
	case n != 1:
		return nil, hostabi.TokenKey
	}
	return found.public, nil
}

// current is a set that still holds.
func (k *Keys) current(ctx context.Context) (*set, error) {
	s := k.set.Load()
	if s != nil {
		age := k.registry.now().Sub(s.at)
		if age < refreshAfter {
			return s, nil
		}
		if age < Life || age < Kept && k.failing.Load() {
			k.refresh()
			return s, nil
		}
	}
	if err := k.await(ctx, k.refresh()); err != nil {
		return nil, err
	}
	s = k.set.Load()
	if s == nil || k.registry.now().Sub(s.at) >= Kept {
		return nil, hostabi.ECONN
	}
	return s, nil
}

// await waits until a fetch has ended; nil is one that has.
func (k *Keys) await(ctx context.Context, flight <-chan struct{}) error {
	if flight == nil {
		return nil
	}
	var late <-chan time.Time
	if d, ok := ctx.Deadline(); ok {
		t := time.NewTimer(time.Until(d))
		defer t.Stop()
		late = t.C
	}
	select {
	case <-flight:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late:
		return context.DeadlineExceeded
	}
}

// refresh gives the fetch that is under way, after starting one if it may, or nil.
func (k *Keys) refresh() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.flight != nil {
		return k.flight
	}
	now := k.registry.now()
	if !k.tried.IsZero() && now.Sub(k.tried) < Every {
		return nil
	}
	ended := make(chan struct{})
	if !k.registry.start(func(ctx context.Context) {
		k.fetch(ctx, now)
		k.mu.Lock()
		k.flight = nil
		k.mu.Unlock()
		close(ended)
	}) {
		return nil // it is closed
	}
	k.tried, k.flight = now, ended
	return ended
}

// fetch replaces the set, or leaves it when that fails. One runs at a time.
func (k *Keys) fetch(ctx context.Context, now time.Time) {
	document, err := k.registry.get(ctx, k.url)
	var keys []key
	var over []passed
	if err == nil {
		keys, over, err = parseSet(document)
	}
	log := k.registry.log.With("jwks", printable(k.url))
	if err != nil {
		k.failed.Add(1)
		if !k.failing.Swap(true) { // its end is logged, too
			log.Warn("the keys of an issuer cannot be fetched; those fetched before hold for "+Kept.String(), "error", err)
		}
		return
	}
	k.succeeded.Add(1)
	k.set.Store(&set{keys, now})
	k.report(log, k.failing.Swap(false), document, len(keys), over)
}

// report logs what is new about a document.
func (k *Keys) report(log *slog.Logger, failed bool, document []byte, usable int, over []passed) {
	digest := sha256.Sum256(document)
	if k.digest == digest {
		if failed {
			log.Info("the keys of an issuer are fetched again")
		}
		return
	}
	k.digest = digest
	attrs := []any{"keys", usable}
	if len(over) > 0 {
		attrs = append(attrs, "passed_over", len(over), "first", over[0].String())
	}
	if usable == 0 {
		log.Warn("an issuer has no key that can be used", attrs...)
		return
	}
	log.Info("the keys of an issuer are fetched", attrs...)
}
