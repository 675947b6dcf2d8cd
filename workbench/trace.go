package workbench

import (
	"context"
	"errors"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/config"
)

// trace is the guest's stack of a trap. A module that has line tables is run
// again, unmodified, so that they hold; one without shows its functions.
func (b *Bench) trace(ctx context.Context, c *config.Case, requests []config.CaseRequest, seen []*Outcome) string {
	if !b.hasLines() {
		return stackOf(seen)
	}
	if b.tracer == nil {
		b.progress("compiling " + b.file + " once more, for the lines of its source")
		var err error
		// WatchContext stops loops in unmodified modules, at a price that does not
		// count here.
		if b.tracer, err = b.newEngine(engine.Options{CacheDir: b.cache, Interrupt: engine.WatchContext, Lines: true}); err != nil {
			return stackOf(seen)
		}
	}
	s, err := b.open(ctx, c, variant{engine: b.tracer})
	if err != nil {
		return stackOf(seen)
	}
	defer func() { _ = s.close() }() // what it leaves is removed with the bench
	var again []*Outcome
	for i := range c.Step {
		again = append(again, s.step(ctx, c, &c.Step[i], &requests[i]))
	}
	if text := stackOf(again); text != "" {
		return text
	}
	return stackOf(seen)
}

// hasLines reports whether the module carries line tables (DWARF).
func (b *Bench) hasLines() bool {
	for _, c := range b.inspection.Custom {
		if c.Name == ".debug_line" {
			return true
		}
	}
	return false
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
