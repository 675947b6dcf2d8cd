package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/tetratelabs/wazero/sys"
)

// How a call ended that did not return. The error of [Instance.Call] is an
// [*Error] of one of these kinds; the instance is then of no further use.
var (
	// ErrTrap reports that the guest trapped, out of stack included.
	ErrTrap = errors.New("trap")

	// ErrDeadline reports that the call was stopped at its deadline.
	ErrDeadline = errors.New("deadline exceeded")

	// ErrCanceled reports that the call was stopped because its context was
	// done, or because the engine is closing.
	ErrCanceled = errors.New("canceled")

	// ErrExit reports that the guest called proc_exit.
	ErrExit = errors.New("exit")

	// ErrOutput reports that the guest wrote more than Stdio.MaxStdout.
	ErrOutput = errors.New("too much output")

	// ErrStopped reports that the call was ended by [Instance.Stop] or
	// [Instance.LimitCalls].
	ErrStopped = errors.New("stopped")

	// ErrHost reports that a host function panicked: a mistake in the host.
	ErrHost = errors.New("panic in a host function")
)

// Other errors of pools, instances and compilation.
var (
	// ErrBusy reports that no instance became free in time.
	ErrBusy = errors.New("all instances are busy")

	// ErrClosed reports the use of an engine, module or pool after Close.
	ErrClosed = errors.New("closed")

	// ErrStart reports that a new instance could not be made ready.
	ErrStart = errors.New("start instance")

	// ErrBroken reports a call on an instance whose last call did not return.
	ErrBroken = errors.New("instance is broken")

	// ErrNoFunc reports a call of a function that the module does not export.
	ErrNoFunc = errors.New("no such function")

	// ErrRefused reports a module that is not compiled, for a reason that its
	// author can mend. The text names it.
	ErrRefused = errors.New("module refused")

	// ErrCacheDir reports a cache directory that is not private.
	ErrCacheDir = errors.New("cache directory is not private")
)

// Error is the end of a call that did not return.
type Error struct {
	Kind  error  // ErrTrap, ErrDeadline, ErrCanceled, ErrExit, ErrOutput, ErrStopped or ErrHost
	Cause error  // what the engine said, without stack; the context's error for ErrCanceled
	Stack string // the guest's functions, innermost first, one a line; may be empty
	Code  uint32 // of proc_exit
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Kind.Error()
	}
	return e.Kind.Error() + ": " + e.Cause.Error()
}

// Unwrap lets errors.Is find the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

// stop is what a host function panics with to end a call. wazero wraps it and
// adds the guest's stack.
type stop struct {
	kind  error
	cause error
	code  uint32
}

func (s *stop) Error() string { return s.kind.Error() }

// Stops that carry nothing of their call.
var (
	stopDeadline = &stop{kind: ErrDeadline}
	stopClosing  = &stop{kind: ErrCanceled, cause: ErrClosed}
	stopOutput   = &stop{kind: ErrOutput}
	stopCalls    = &stop{kind: ErrStopped, cause: errors.New("the guest went on calling the host after its calls were used up")}
	stopStack    = &stop{kind: ErrTrap, cause: errors.New("call stack exhausted")}
)

// stackMark is where wazero's text of an error ends and the stack begins.
const stackMark = "\nwasm stack trace:\n\t"

// newError sorts an error of wazero's Call.
func newError(err error) *Error {
	text, stack, _ := strings.Cut(err.Error(), stackMark)
	stack = strings.ReplaceAll(stack, "\n\t", "\n")
	if len(stack) > stackText {
		stack = strings.ToValidUTF8(stack[:stackText], "") + "…"
	}
	var s *stop
	var exit *sys.ExitError
	switch {
	case errors.As(err, &s):
		return &Error{Kind: s.kind, Cause: s.cause, Stack: stack, Code: s.code}
	case errors.As(err, &exit):
		return exitError(exit)
	case strings.HasPrefix(text, "wasm error: "):
		return &Error{Kind: ErrTrap, Cause: errors.New(strings.TrimPrefix(text, "wasm error: ")), Stack: stack}
	case text == "stack overflow": // the one trap that wazero returns bare
		return &Error{Kind: ErrTrap, Cause: stopStack.cause}
	}
	return &Error{Kind: ErrHost, Cause: errors.New(strings.TrimSuffix(text, " (recovered by wazero)")), Stack: stack}
}

// exitError sorts the way in which WatchContext ends a call.
func exitError(exit *sys.ExitError) *Error {
	switch exit.ExitCode() {
	case sys.ExitCodeDeadlineExceeded:
		return &Error{Kind: ErrDeadline}
	case sys.ExitCodeContextCanceled:
		return &Error{Kind: ErrCanceled, Cause: context.Canceled}
	}
	return &Error{Kind: ErrExit, Code: exit.ExitCode()}
}
