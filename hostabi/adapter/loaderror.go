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
	return &LoadError{plugin, WithStack(err)}
}

func (e *LoadError) Error() string { return fmt.Sprintf("plugin %q: %v", e.Plugin, e.Err) }

func (e *LoadError) Unwrap() error { return e.Err }

// Problems is everything that is wrong with a module.
type Problems []string

func (p Problems) Error() string { return strings.Join(p, "; ") }

// stackError adds the guest's stack to the text of an error. Only the log sees
// it.
type stackError struct {
	error
	stack string
}

func (e *stackError) Error() string { return e.error.Error() + " in " + e.stack }

func (e *stackError) Unwrap() error { return e.error }

// WithStack writes the guest's functions, if the error has them, innermost
// first, in one line.
func WithStack(err error) error {
	var e *engine.Error
	if !errors.As(err, &e) || e.Stack == "" {
		return err
	}
	return &stackError{err, strings.ReplaceAll(strings.TrimSpace(e.Stack), "\n", " < ")}
}
