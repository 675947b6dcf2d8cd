package adapter

import (
	"context"
	"errors"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// ReasonOfGet says why there is no instance for the call of ctx.
func ReasonOfGet(ctx context.Context, err error) hostabi.Reason {
	switch {
	case errors.Is(err, engine.ErrDeadline) && over(ctx):
		return hostabi.TimedOut // while the instance started
	case errors.Is(err, engine.ErrStart):
		return hostabi.Instantiating
	case errors.Is(err, engine.ErrBusy):
		return hostabi.Busy
	case errors.Is(err, context.DeadlineExceeded):
		return hostabi.Busy // it was all spent waiting for an instance
	case errors.Is(err, context.Canceled):
		return hostabi.Canceled
	}
	return hostabi.Instantiating
}

// over reports whether the time of ctx is over, which need not show in ctx.Err.
func over(ctx context.Context) bool {
	d, ok := ctx.Deadline()
	return ok && !time.Now().Before(d)
}

// ReasonOfCall says why a call of the engine did not return.
func ReasonOfCall(err error) hostabi.Reason {
	switch {
	case errors.Is(err, engine.ErrDeadline):
		return hostabi.TimedOut
	case errors.Is(err, engine.ErrCanceled):
		return hostabi.Canceled
	case errors.Is(err, engine.ErrExit):
		return hostabi.Exited
	case errors.Is(err, engine.ErrOutput):
		return hostabi.Malformed
	case errors.Is(err, engine.ErrStopped):
		return hostabi.Exhausted
	}
	return hostabi.Trapped
}

// Outcome is what a call says to the breaker. A plugin that answers, if only
// with a code, runs: no instance was lost, and the cause may be the client's
// bytes, which must not switch it off for others.
func Outcome(r hostabi.Reason) engine.Outcome {
	switch r {
	case hostabi.Trapped, hostabi.TimedOut, hostabi.Exited, hostabi.Instantiating, hostabi.Exhausted:
		return engine.Failed
	case hostabi.Busy, hostabi.Canceled:
		return engine.Neither
	}
	return engine.Succeeded
}
