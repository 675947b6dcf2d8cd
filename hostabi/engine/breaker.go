package engine

import (
	"sync"
	"sync/atomic"
	"time"
)

// BreakerOptions configures a [Breaker].
type BreakerOptions struct {
	// Failures within Window open the breaker, if they are at least half of
	// the calls in it: a request that makes a guest trap must not let its
	// sender switch the plugin off for everybody. 0 means 5.
	Failures int

	// Window is counted from the first failure in it; 0 means 10 s.
	Window time.Duration

	// Backoff is how long the breaker stays open at first; each probe that
	// fails doubles it, up to MaxBackoff. 0 means 1 s and 30 s.
	Backoff, MaxBackoff time.Duration

	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Breaker keeps calls away from a plugin that fails again and again. It opens
// after a row of failures, lets one probe through when its back-off is over,
// and closes when that succeeds. It is safe for concurrent use; while it is
// closed, a call that succeeds takes no lock.
type Breaker struct {
	o      BreakerOptions
	closed atomic.Pointer[window] // nil while open

	mu      sync.Mutex // guards what follows, and changes of closed
	backoff time.Duration
	until   time.Time // when open: the next probe's time
	probe   *window   // the probe that is under way
	opened  uint64
}

// window counts the calls between two changes of state. Its address is the
// Permit of the calls in it, so that one that began before the breaker opened
// does not count as the probe.
type window struct {
	good atomic.Uint64

	// Guarded by Breaker.mu.
	began    time.Time // of the first failure
	goodThen uint64    // calls that succeeded before began
	failures int
}

// Permit is the right to one call. Each is to be handed to Done.
type Permit struct{ w *window }

// Outcome is how a call ended for the breaker.
type Outcome uint8

const (
	// Succeeded: the plugin did what it was asked.
	Succeeded Outcome = iota
	// Failed: the plugin trapped, timed out, or broke its contract.
	Failed
	// Neither: the call says nothing about the plugin; its client went away.
	Neither
)

// BreakerState is the state of a [Breaker].
type BreakerState uint8

const (
	BreakerClosed BreakerState = iota
	BreakerOpen
	BreakerHalfOpen
)

func (s BreakerState) String() string {
	return [...]string{"closed", "open", "half-open"}[s]
}

// NewBreaker returns a closed breaker.
func NewBreaker(o BreakerOptions) *Breaker {
	if o.Failures <= 0 {
		o.Failures = 5
	}
	if o.Window <= 0 {
		o.Window = 10 * time.Second
	}
	if o.Backoff <= 0 {
		o.Backoff = time.Second
	}
	if o.MaxBackoff <= 0 {
		o.MaxBackoff = 30 * time.Second
	}
	o.MaxBackoff = max(o.MaxBackoff, o.Backoff)
	if o.Now == nil {
		o.Now = time.Now
	}
	b := &Breaker{o: o, backoff: o.Backoff}
	b.closed.Store(&window{})
	return b
}

// Allow asks for one call. ok is false while the breaker is open, and while
// another call is its probe.
func (b *Breaker) Allow() (p Permit, ok bool) {
	if w := b.closed.Load(); w != nil {
		return Permit{w}, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if w := b.closed.Load(); w != nil {
		return Permit{w}, true
	}
	if b.probe != nil || b.o.Now().Before(b.until) {
		return Permit{}, false
	}
	b.probe = &window{}
	return Permit{b.probe}, true
}

// Done says how a permitted call ended. Calls that began before the last
// change of state count for nothing.
func (b *Breaker) Done(p Permit, o Outcome) {
	if p.w == nil {
		return
	}
	if o == Succeeded && b.closed.Load() == p.w {
		p.w.good.Add(1)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch p.w {
	case b.probe:
		b.probed(o)
	case b.closed.Load():
		if o == Failed {
			b.failed(p.w)
		}
	}
}

// probed ends the probe. The caller holds mu.
func (b *Breaker) probed(o Outcome) {
	b.probe = nil
	switch o {
	case Succeeded:
		b.backoff = b.o.Backoff
		b.closed.Store(&window{})
	case Failed:
		b.backoff = min(2*b.backoff, b.o.MaxBackoff)
		b.until = b.o.Now().Add(b.backoff)
	}
	// Neither leaves the time as it is: the next call is the probe.
}

// failed counts a failure while closed. The caller holds mu.
func (b *Breaker) failed(w *window) {
	now, good := b.o.Now(), w.good.Load()
	if w.failures == 0 || now.Sub(w.began) >= b.o.Window {
		w.began, w.goodThen, w.failures = now, good, 0
	}
	w.failures++
	if w.failures < b.o.Failures || uint64(w.failures) < good-w.goodThen {
		return
	}
	b.closed.Store(nil)
	b.opened++
	b.until = now.Add(b.backoff)
}

// State returns the state, and how often the breaker opened.
func (b *Breaker) State() (s BreakerState, opened uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed.Load() != nil:
		s = BreakerClosed
	case b.probe != nil:
		s = BreakerHalfOpen
	default:
		s = BreakerOpen
	}
	return s, b.opened
}
