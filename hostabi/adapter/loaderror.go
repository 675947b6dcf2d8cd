package adapter

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portico-gateway/portico/hostabi/engine"
)

// LoadError is a module that cannot be a plugin, for reasons that its author
// or operator can mend.
type LoadError struct {
	Plugin string
	Err    error // says everything that is wrong
}

// NewLoadError returns a LoadError whose text has the guest's stack, if err
// has one.
func NewLoadError(plugin string, err error) error {
	return &LoadError{plugin, withStack(err)}
}

func (e *LoadError) Error() string { return fmt.Sprintf("plugin %q: %v", e.Plugin, e.Err) }

func (e *LoadError) Unwrap() error { return e.Err }

// Problems is everything that is wrong with a module.
type Problems []string

func (p Problems) Error() string { return strings.Join(p, "; ") }

// toldError is an error in other words. Only the log sees it.
type toldError struct {
	error
	text string
}

func (e *toldError) Error() string { return e.text }

func (e *toldError) Unwrap() error { return e.error }

// withStack writes the guest's functions, if the error has them, innermost
// first, in one line.
func withStack(err error) error {
	var e *engine.Error
	if !errors.As(err, &e) || e.Stack == "" {
		return err
	}
	return &toldError{err, err.Error() + " in " + line(e.Stack)}
}

// Told is what the log says of a call that did not return: its cause, and the
// guest's functions, innermost first. That it was a trap, or stopped, says the
// reason of the failure.
func Told(err error) error {
	var e *engine.Error
	if !errors.As(err, &e) || e.Cause == nil || e.Kind != engine.ErrTrap && e.Kind != engine.ErrStopped {
		return withStack(err)
	}
	text := e.Cause.Error()
	if e.Stack != "" {
		text += " in " + line(e.Stack)
	}
	return &toldError{err, text}
}

func line(stack string) string { return strings.ReplaceAll(strings.TrimSpace(stack), "\n", " < ") }
