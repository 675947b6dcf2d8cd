package hostabi

import (
	"context"
	"time"
)

// WithDeadline returns a context that says when a call into a plugin must end
// and leaves it to the engine to end it: its Done channel is its parent's, so
// it costs no timer. An earlier deadline of the parent holds.
func WithDeadline(parent context.Context, deadline time.Time) context.Context {
	if d, ok := parent.Deadline(); ok && d.Before(deadline) {
		return parent
	}
	return deadlineContext{parent, deadline}
}

type deadlineContext struct {
	context.Context
	deadline time.Time
}

func (c deadlineContext) Deadline() (time.Time, bool) { return c.deadline, true }
