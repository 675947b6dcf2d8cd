package hostabi

import "cmp"

// Usage is what a plugin has used up in one request, over all its calls in it.
type Usage struct {
	Calls      int                  // host calls, those into capabilities among them
	Capability [CapabilityCount]int // calls into each
	Lines      int                  // of the log
	Requests   int                  // that were sent to other hosts
	Bytes      int64                // of their bodies and those of the answers
}

// Allowance bounds the Usage of one request. A zero member is its default.
// What is sent to other hosts has bounds of its own, see [HTTPLimits].
type Allowance struct {
	Calls      int // 0 means DefaultCalls
	Capability int // calls into each capability; 0 means DefaultCapabilityCalls
	Lines      int // 0 means DefaultLines
}

const (
	// DefaultCalls is far above what any guest at hand makes, and takes a
	// tenth of a second at most.
	DefaultCalls = 1_000_000
	// DefaultCapabilityCalls: what a thousand of them are for belongs into one
	// value.
	DefaultCapabilityCalls = 1000
	// DefaultLines: a guest that logs once per header of a request stays below,
	// one that logs in a loop cannot fill a disk faster than the access log does.
	DefaultLines = 32
)

// WithDefaults is a with its defaults in place.
func (a Allowance) WithDefaults() Allowance {
	return Allowance{
		Calls:      cmp.Or(a.Calls, DefaultCalls),
		Capability: cmp.Or(a.Capability, DefaultCapabilityCalls),
		Lines:      cmp.Or(a.Lines, DefaultLines),
	}
}
