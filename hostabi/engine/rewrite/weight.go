package rewrite

const (
	// segment is the weight of straight-line code after which a check is
	// inserted. Lower makes loops in large functions pay closer to what they
	// do, since a check pays for the heaviest path; higher saves checks.
	segment = 256

	// maxUnpaid bounds what a path weighs between two checks: a segment, and
	// the heaviest single instruction.
	maxUnpaid = 2 * segment

	// minInterval is the smallest interval between two yields. No check costs
	// more, so one that goes back to pay again has enough.
	minInterval = 2 * maxUnpaid

	// smallWeight is the most that a function without checks weighs,
	// smallTaken the same for one whose address is taken.
	smallWeight = 128
	smallTaken  = 32

	callWeight     = 4
	indirectWeight = 8 + smallTaken
	hostWeight     = 64 // 36 ns and more
	bulkWeight     = 32 // beside what is paid by length
	checkWeight    = 2

	// byteShift turns the length of a bulk operation into weight: 8 bytes a
	// unit. Filling fresh memory was measured at 5 to 20 bytes a nanosecond.
	byteShift = 3

	// chunk is how much a bulk operation does at once, 8,192 units.
	chunk = 1 << 16

	// inlineBulk is the largest constant length that is left as it is, and
	// paid by the path.
	inlineBulk = 1024
)

// weight is what an instruction costs at worst, in nanoseconds or so, its
// callee and its length aside.
func weight(op int) int {
	switch op {
	case opBlock, opLoop, opElse, opEnd:
		return 0
	case opMemoryGrow, opMemoryInit, opTableInit, opTableCopy, opTableFill, opTableGrow:
		return segment
	case opMemoryFill, opMemoryCopy:
		return bulkWeight
	case 0x6d, 0x6e, 0x6f, 0x70, 0x7f, 0x80, 0x81, 0x82: // integer division
		return 8
	case 0x91, 0x95, 0x9f, 0xa3: // square root and division of floats
		return 8
	case opThrow, opThrowRef:
		return hostWeight // exceptions are raised in Go
	case opTableGet, opTableSet, opDataDrop, opElemDrop, opTryTable:
		return 4
	}
	switch {
	case op >= opI32Load && op <= opI64Store32:
		return 3
	case op>>8 == prefixVec:
		return 4
	}
	return 1
}

// emptiesCounter says whether an operation, rare and long, makes the guest
// leave to Go at the next check.
func emptiesCounter(op int) bool {
	switch op {
	case opMemoryGrow, opMemoryInit, opTableInit, opTableCopy, opTableFill, opTableGrow:
		return true
	}
	return false
}
