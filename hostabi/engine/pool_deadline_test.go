package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// The deadlines of calls have no timer, so they do not show in ctx.Done.
func TestGetHoldsADeadlineWithoutATimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var until time.Time // of the last start
		p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{
			Max: 2, QueueTimeout: time.Hour, StartTimeout: time.Minute,
			Init: func(ctx context.Context, _ *Instance) error {
				until, _ = ctx.Deadline()
				return nil
			},
		})
		first := take(t, p)
		defer p.Put(first)
		in := func(d time.Duration) context.Context {
			return hostabi.WithDeadline(t.Context(), time.Now().Add(d))
		}
		i, err := p.Get(in(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Put(i)
		if got := time.Until(until); got != time.Second {
			t.Errorf("a start within a call has %v, want %v", got, time.Second)
		}
		begin := time.Now()
		if _, err := p.Get(in(3 * time.Second)); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 3*time.Second {
			t.Errorf("Get: %v after %v, want %v after 3 s", err, time.Since(begin), context.DeadlineExceeded)
		}
		if s := p.Stats(); s.Waiting != 0 || s.Busy != 0 {
			t.Errorf("%d wait, %d were busy, want none", s.Waiting, s.Busy)
		}
	})
}
