package authorize

import (
	"context"
	"sync"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// flights lets one call decide for all requests that wait for the same
// decision. The first of them makes the call on its own goroutine and exchange
// and stays until it has ended, even if its client leaves, so that a
// disconnecting client cannot fail the others; each of the others may leave.
//
// A call that turns out to concern its own request alone steps aside: one of
// those who wait leads in its place, and nobody waits for it any more.
//
// golang.org/x/sync/singleflight runs the call either on a caller that cannot
// leave or on a goroutine of its own, which would outlive the exchange that it
// reads.
type flights struct {
	mu sync.Mutex
	m  map[key]*flight // guarded by mu
}

type flight struct {
	waiting int           // guarded by flights.mu
	lead    chan struct{} // holds a token while nobody leads
	done    chan struct{}
	// Set before done is closed.
	decision *decision
	refusal  *exchange.Refusal
}

// do returns what decide returns, or, with shared true, what another request's
// decide has, or that ctx ended meanwhile. decide may call alone, from its own
// goroutine, to keep its outcome for itself.
func (f *flights) do(ctx context.Context, k key, decide func(ctx context.Context, alone func()) (*decision, *exchange.Refusal)) (d *decision, refusal *exchange.Refusal, shared bool) {
	own, leads := f.join(k)
	if !leads {
		select {
		case <-own.done:
			return own.decision, own.refusal, true
		case <-own.lead:
			f.leave(k, own)
		case <-ctx.Done():
			f.leave(k, own)
			return nil, exchange.ClientGone.Because(context.Cause(ctx)), true
		}
	}
	aside := false
	defer func() {
		if aside {
			return
		}
		if d == nil && refusal == nil { // decide panicked
			refusal = failed
		}
		own.decision, own.refusal = d, refusal
		f.mu.Lock()
		delete(f.m, k)
		f.mu.Unlock()
		close(own.done)
	}()
	d, refusal = decide(context.WithoutCancel(ctx), func() {
		if !aside {
			aside = true
			f.stepAside(k, own)
		}
	})
	return d, refusal, false
}

// join returns the flight of k. Who made it leads it.
func (f *flights) join(k key) (own *flight, leads bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if own, ok := f.m[k]; ok {
		own.waiting++
		return own, false
	}
	if f.m == nil {
		f.m = make(map[key]*flight)
	}
	own = &flight{lead: make(chan struct{}, 1), done: make(chan struct{})}
	f.m[k] = own
	return own, true
}

// leave is for one that does not wait any more, because it leads or because
// its client is gone. A flight that has neither who leads nor who waits ends.
func (f *flights) leave(k key, own *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	own.waiting--
	if own.waiting == 0 && len(own.lead) == 1 {
		delete(f.m, k)
	}
}

// stepAside gives the lead of a flight to one of those who wait.
func (f *flights) stepAside(k key, own *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if own.waiting == 0 {
		delete(f.m, k)
		return
	}
	own.lead <- struct{}{}
}
