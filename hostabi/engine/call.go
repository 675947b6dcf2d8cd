package engine

import (
	"context"
	"fmt"
	"math"
	"time"
)

// callContext is the context of the call that an instance is in. It belongs to
// the instance, so a call allocates none, and wazero hands it to every host
// function as it is.
type callContext struct {
	i      *Instance
	parent context.Context // the caller's, during a call
	until  time.Duration   // deadline since Engine.epoch
	making context.Context // what wazero is told while it makes the instance; nil after
}

var _ context.Context = (*callContext)(nil)

// noDeadline is later than any.
const noDeadline = time.Duration(math.MaxInt64)

func (c *callContext) Deadline() (time.Time, bool) {
	if c.until == noDeadline {
		return time.Time{}, false
	}
	return c.i.engine.epoch.Add(c.until), true
}

func (c *callContext) Done() <-chan struct{} { return c.parent.Done() }

func (c *callContext) Err() error {
	if err := c.parent.Err(); err != nil {
		return err
	}
	if c.until != noDeadline && time.Since(c.i.engine.epoch) >= c.until {
		return context.DeadlineExceeded
	}
	return nil
}

// Value knows nothing once the instance is made: wazero asks for its experiments at
// every call, and the caller's chain of contexts can be long.
func (c *callContext) Value(key any) any {
	if c.making != nil {
		return c.making.Value(key)
	}
	return nil
}

// Call runs an exported function. state is what host functions get from
// [CallState] meanwhile. The call is stopped with an error when the deadline
// passes, if it is not zero, or when ctx is done. The result is the
// function's first, 0 if it has none; an i32 is in the lower half.
//
// After any error but ErrNoFunc the instance is broken and Put drops it. Call
// does not allocate unless it fails. An instance runs one call at a time, and
// host functions must not call the instance they were called from.
func (i *Instance) Call(ctx context.Context, deadline time.Time, f Func, state any, params ...uint64) (uint64, error) {
	if i.broken != nil {
		return 0, ErrBroken
	}
	fn, err := i.function(f)
	if err != nil {
		return 0, err
	}
	if len(params) != i.compiled.funcs[f].params {
		return 0, fmt.Errorf("call %q: %d parameters, want %d", i.compiled.funcs[f].name, len(params), i.compiled.funcs[f].params)
	}
	cancel := i.enter(ctx, deadline, state)
	copy(i.stack, params)
	given := &i.ctx
	if i.engine.interrupt == WatchContext {
		own := i.ctx // what watches may look at it a moment longer than the call
		given = &own
	}
	// A call that was over before it began still runs as far as the guest's first
	// yield or checkEvery-th host call, so the rare case needs no branch of its own.
	err = fn.CallWithStack(given, i.stack[:i.compiled.funcs[f].slots])
	i.leave(cancel)
	if err != nil {
		return 0, i.fail(ctx, err)
	}
	if !i.compiled.funcs[f].returns {
		return 0, nil
	}
	return i.stack[0], nil
}

// enter makes the instance ready for one call. cancel is nil unless the engine
// watches contexts.
func (i *Instance) enter(ctx context.Context, deadline time.Time, state any) (cancel context.CancelFunc) {
	i.ctx.until = noDeadline
	if !deadline.IsZero() {
		i.ctx.until = deadline.Sub(i.engine.epoch)
		if i.engine.interrupt == WatchContext {
			ctx, cancel = context.WithDeadline(ctx, deadline)
		}
	}
	i.ctx.parent = ctx
	i.state = state
	i.hostCalls = 0
	i.checkLater()
	return cancel
}

func (i *Instance) leave(cancel context.CancelFunc) {
	i.output.flush(i)
	i.state = nil
	i.ctx.parent = context.Background()
	if cancel != nil {
		cancel()
	}
}

// fail marks the instance broken.
func (i *Instance) fail(ctx context.Context, err error) error {
	e := newError(err)
	if e.Kind == ErrCanceled && e.Cause == nil {
		e.Cause = ctx.Err()
	}
	i.broken = e.Kind
	return e
}

// Check ends the call that is under way when its deadline has passed, its
// context is done, the engine closes or the guest's stack is too large. It
// does not return then. Host functions that run or wait for longer than a
// millisecond call it, from the goroutine that they were called on.
func (i *Instance) Check() {
	if time.Since(i.engine.epoch) >= i.ctx.until {
		panic(stopDeadline)
	}
	if err := i.ctx.parent.Err(); err != nil {
		if err == context.DeadlineExceeded {
			panic(stopDeadline)
		}
		panic(&stop{kind: ErrCanceled, cause: err})
	}
	if i.engine.closing.Load() {
		panic(stopClosing)
	}
	if i.stackExhausted() {
		panic(stopStack)
	}
}

// Stop ends the call that is under way with ErrStopped, because of cause. It
// does not return. Host functions call it, from the goroutine that they were
// called on.
func (i *Instance) Stop(cause error) { panic(&stop{kind: ErrStopped, cause: cause}) }

// HostCalls is how often the guest has called the host in the call that is under
// way, or was in the last one: functions of DefineHost and of WASI.
func (i *Instance) HostCalls() int { return i.hostCalls }

// LimitCalls ends the call that is under way, or else the next, with ErrStopped
// when the guest calls the host more than n times, which may be below 0. It holds
// until it is called again; 0 is no bound.
func (i *Instance) LimitCalls(n int) { i.maxCalls, i.nextCheck = n, 0 }

// checkCalls is Check for every checkEvery-th host call and for one too many.
func (i *Instance) checkCalls() {
	i.Check()
	if i.maxCalls != 0 && i.hostCalls > i.maxCalls {
		panic(stopCalls)
	}
	i.checkLater()
}

// checkLater says when the next checkCalls is due.
func (i *Instance) checkLater() {
	i.nextCheck = i.hostCalls + checkEvery
	if i.maxCalls != 0 {
		i.nextCheck = min(i.nextCheck, i.maxCalls+1)
	}
}

// Context is the context of the caller of the call that is under way, with its
// values.
func (i *Instance) Context() context.Context { return i.ctx.parent }

// Deadline is when the call that is under way is stopped; ok is false when it
// has no deadline of its own.
func (i *Instance) Deadline() (deadline time.Time, ok bool) { return i.ctx.Deadline() }

// SetDeadline moves the deadline of the call that is under way; zero takes it
// away. Only host functions call it: an answer that streams is given more time
// with each piece that the client takes. It has no effect in WatchContext.
func (i *Instance) SetDeadline(deadline time.Time) {
	i.ctx.until = noDeadline
	if !deadline.IsZero() {
		i.ctx.until = deadline.Sub(i.engine.epoch)
	}
}
