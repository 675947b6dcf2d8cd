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
// golang.org/x/sync/singleflight runs the call either on a caller that cannot
// leave or on a goroutine of its own, which would outlive the exchange that it
// reads.
type flights struct {
	mu sync.Mutex
	m  map[key]*flight // guarded by mu
}

type flight struct {
	done     chan struct{}
	decision *decision
	refusal  *exchange.Refusal
}

func (f *flights) do(ctx context.Context, k key, decide func(context.Context) (*decision, *exchange.Refusal)) (*decision, *exchange.Refusal) {
	f.mu.Lock()
	if other, ok := f.m[k]; ok {
		f.mu.Unlock()
		select {
		case <-other.done:
			return other.decision, other.refusal
		case <-ctx.Done():
			return nil, exchange.ClientGone.Because(context.Cause(ctx))
		}
	}
	if f.m == nil {
		f.m = make(map[key]*flight)
	}
	own := &flight{done: make(chan struct{})}
	f.m[k] = own
	f.mu.Unlock()

	defer func() {
		if own.decision == nil && own.refusal == nil { // decide panicked
			own.refusal = failed
		}
		f.mu.Lock()
		delete(f.m, k)
		f.mu.Unlock()
		close(own.done)
	}()
	own.decision, own.refusal = decide(context.WithoutCancel(ctx))
	return own.decision, own.refusal
}
