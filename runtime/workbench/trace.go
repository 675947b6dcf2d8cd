package workbench

import (
	"context"
	"errors"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/config"
)

// Trace is the guest's stack of the trap of a result, innermost function first.
// A module that has line tables is run again, unmodified, so that they hold; one
// without shows its functions. It is "" where the result has no trap.
func (b *Bench) Trace(ctx context.Context, file *config.Cases, c *config.Case, r *Result) string {
	if !r.Trapped {
		return ""
	}
	if b.info.lines {
		if again, err := b.again(ctx, file, c); err == nil { // else its functions have to do
			if text := stackOf(again); text != "" {
				return text
			}
		}
	}
	return stackOf(r.Outcomes)
}

// again runs a case on the unmodified module.
func (b *Bench) again(ctx context.Context, file *config.Cases, c *config.Case) (list []*Outcome, err error) {
	own, requests, err := prepare(file, c)
	if err != nil {
		return nil, err
	}
	if b.tracer == nil {
		b.progress("compiling " + b.file + " once more, for the lines of its source")
		// WatchContext stops loops in unmodified modules, at a price that does not
		// count here.
		if b.tracer, err = b.newEngine(engine.Options{CacheDir: b.cache, Interrupt: engine.WatchContext, Lines: true}); err != nil {
			return nil, err
		}
	}
	s, err := b.open(ctx, &own, variant{engine: b.tracer})
	if err != nil {
		return nil, err
	}
	for i := range own.Step {
		list = append(list, s.step(ctx, &own, &own.Step[i], &requests[i]))
	}
	return list, s.close()
}

// stackOf is the stack of the first trap, innermost first, one function a line.
func stackOf(list []*Outcome) string {
	for _, o := range list {
		var e *engine.Error
		if o.Failure != nil && o.Failure.Reason == hostabi.Trapped && errors.As(o.Failure, &e) {
			return strings.TrimRight(e.Stack, "\n")
		}
	}
	return ""
}
