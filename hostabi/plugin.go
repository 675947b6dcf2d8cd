package hostabi

import (
	"context"
	"fmt"
)

// Plugin is the one door through which the gateway calls a plugin, whatever
// stands behind it. It is safe for concurrent use.
type Plugin interface {
	// Name is the plugin's name: its file's, without extension.
	Name() string

	// Has reports whether the plugin can be called as that kind.
	Has(k Kind) bool

	// Call runs the plugin once. The answer is one of the Answer constants
	// that the kind allows. The error is a *Failure; the answer then means
	// nothing. ctx bounds waiting for an instance and the call together; its
	// deadline, where it has one, stands in place of the plugin's own timeout.
	Call(ctx context.Context, k Kind, h Host) (answer int32, err error)
}

// Reason says how a plugin failed.
type Reason uint8

const (
	// Trapped: the guest trapped: unreachable, out of bounds, out of stack.
	Trapped Reason = iota + 1
	// TimedOut: the call did not end by its deadline and was stopped.
	TimedOut
	// Canceled: the client went away and the call was stopped.
	Canceled
	// Busy: no instance became free in time.
	Busy
	// Broken: the breaker is open after a row of failures.
	Broken
	// Exited: the guest called proc_exit.
	Exited
	// Answered: the guest returned a negative code or one that its kind does
	// not have.
	Answered
	// Malformed: the guest's result is not what its kind must give.
	Malformed
	// Instantiating: a new instance could not be made.
	Instantiating
	// Exhausted: the guest went on after a limit was used up, and was stopped.
	Exhausted
)

// Reasons is the number of reasons, 0 among them.
const Reasons = int(Exhausted) + 1

var reasonNames = [...]string{"", "trap", "timeout", "canceled", "busy", "breaker open", "exit",
	"bad answer", "malformed result", "no instance", "limit"}

func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return "unknown"
}

// Failure is a call that did not end with an answer. Clients never see it:
// they get a gateway response, and the log gets the failure.
type Failure struct {
	Plugin string
	Kind   Kind
	Reason Reason
	// Err is the cause: a trap with the guest's stack, or text for the log.
	Err error
}

func (f *Failure) Error() string {
	if f.Err == nil {
		return fmt.Sprintf("plugin %q: %s: %s", f.Plugin, f.Kind, f.Reason)
	}
	return fmt.Sprintf("plugin %q: %s: %s: %v", f.Plugin, f.Kind, f.Reason, f.Err)
}

func (f *Failure) Unwrap() error { return f.Err }
