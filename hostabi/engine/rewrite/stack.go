package rewrite

const (
	// frameShift turns bytes of a frame into weight: 32 bytes a unit. Between
	// two yields at [DefaultInterval] the stack so grows by 2 MiB at most.
	frameShift = 5

	// sharedEntry is the size of a function above which a loop at its start has
	// a check apart from the function's, so that its rounds do not pay for the
	// frame.
	sharedEntry = 1 << 10
)

// frameSize is how much stack a call of the function may take, in bytes, at
// worst. wazero gives each value that lives across a call a place of its own:
// what an instruction or a call results in, and at a join of ways each variable
// that they may have set. Parameters and results of calls stand on the stack,
// too.
func (t *meter) frameSize() int {
	const variable = 8
	n := t.declared + t.values + t.across*t.branches + t.passed
	if t.m.vectors || t.vectors {
		n *= 2
	}
	return n * variable
}

// frameCost is what entering the function pays for its stack, so that a
// recursion of large frames yields as often as it has to. No more than half an
// interval is asked for: frames larger than that, of a MiB, are bounded by what
// wazero compiles at all.
func (t *meter) frameCost() int {
	return min(t.frameSize()>>frameShift, int(t.m.limits.Interval)/2)
}
