package rewrite

// signature is the number of parameters and results of a function type.
type signature struct{ params, results uint16 }

// handed is how many values a call or branch may hand over before they count.
// Compilers pass what is more in memory, but for a few wide function types.
const handed = 16

// meter follows one function to find its shape. It knows of operands only how
// many there are, which suffices for valid modules.
type meter struct {
	shape
	m      *module
	height int // operands
	dead   int // depth of the frame whose rest wazero skips; 0 for none
	loops  int // open ones
	tries  int
	frame  frameMeter // of the block opened last
	fn     uint32     // marks what this function has read across blocks

	// For the frame.
	values  int  // results of instructions and calls
	passed  int  // most parameters and results of one call
	vectors bool // some of them are
}

// variables are the locals and globals that a module's functions use, by
// index: in which block each was last set, and the last function that read it
// in another one. The numbers of blocks and functions grow over the module, so
// nothing is cleared between functions.
type variables struct{ set, crossed []uint32 }

// frameMeter is what the meter notes of an open block.
type frameMeter struct {
	height int // below the parameters
	sig    signature
}

func (m *module) sig(typ int64) signature {
	if typ >= 0 && typ < int64(len(m.sigs)) {
		return m.sigs[typ]
	}
	return signature{}
}

// blockSig is the type of a block: an index, or a single result, or nothing.
func (m *module) blockSig(typ int64) signature {
	if typ < 0 && typ != -64 {
		return signature{results: 1}
	}
	return m.sig(typ)
}

// calleeSig is the type of a function, by its old index.
func (m *module) calleeSig(f int64) signature {
	if f < 0 || f >= int64(len(m.funcTypes)) {
		return signature{}
	}
	return m.sig(int64(m.funcTypes[f]))
}

func (t *meter) newBlock() { t.m.block++ }

// read notes that a variable is read: across blocks, unless it was set in this
// one.
func (t *meter) read(v *variables, i int64) {
	if i >= int64(len(v.set)) || v.set[i] == t.m.block || v.crossed[i] == t.fn {
		return
	}
	v.crossed[i] = t.fn
	t.across++
}

func (t *meter) write(v *variables, i int64) {
	if i < int64(len(v.set)) {
		v.set[i] = t.m.block
	}
}

// hand counts the values of calls and branches with many.
func (t *meter) hand(n int) {
	if n > handed {
		t.carried += n
	}
}

// branchTo counts branches to as many labels, and what they hand over.
func (t *meter) branchTo(frames []frame, labels ...uint32) {
	t.joins(len(labels))
	for _, l := range labels {
		if uint64(l) < uint64(len(frames)) {
			f := &frames[len(frames)-1-int(l)]
			n := f.meter.sig.results
			if f.op == opLoop {
				n = f.meter.sig.params
			}
			t.hand(int(n))
		}
	}
}

func (t *meter) joins(n int) {
	t.branches += n
	t.nested += n * (1 + t.loops)
	t.operands += n * max(t.height, 0)
	t.leaves += n * t.tries
	t.newBlock()
}

// check counts an inserted check, from which as many ways go on.
func (t *meter) check(ways int) {
	t.checks++
	t.nested += ways * (1 + t.loops)
	t.newBlock()
}

// see takes in an instruction, before its frame is opened or closed.
func (t *meter) see(in instr, frames []frame, labels []uint32) {
	if t.dead > 0 {
		if in.op != opElse && in.op != opEnd || t.dead != len(frames) {
			return
		}
	}
	t.values++
	t.vectors = t.vectors || in.op>>8 == prefixVec
	switch in.op {
	case opBlock, opLoop, opTryTable, opIf:
		t.open(in, labels, frames)
	case opElse:
		f := &frames[len(frames)-1]
		t.dead, t.height = 0, f.meter.height+int(f.meter.sig.params)
		t.joins(1)
	case opEnd:
		f := &frames[len(frames)-1]
		after := f.meter.height + int(f.meter.sig.results)
		if t.dead == 0 && t.height != after {
			t.m.askew++
		}
		t.dead, t.height = 0, after
		t.close(f)
	case opBr:
		t.branchTo(frames, uint32(in.imm))
		t.dead = len(frames)
	case opBrIf, opBrOnNonNull:
		t.height--
		t.branchTo(frames, uint32(in.imm))
	case opBrOnNull:
		t.branchTo(frames, uint32(in.imm))
	case opBrTable:
		t.height--
		t.branchTo(frames, labels...)
		t.dead = len(frames)
	case opUnreachable, opReturn, opThrow, opThrowRef:
		t.leaves += t.tries
		t.dead = len(frames)
	case opCall:
		t.call(t.m.calleeSig(in.imm), 0)
	case opCallIndirect, opCallRef:
		t.call(t.m.sig(in.imm), 1)
	case opReturnCall, opReturnCallIndirect, opReturnCallRef:
		t.calls++
		t.slow++
		t.dead = len(frames)
	case opLocalGet:
		t.read(&t.m.localVars, in.imm)
		t.height++
	case opLocalSet, opLocalTee:
		t.write(&t.m.localVars, in.imm)
		t.height += effect(in.op)
	case opGlobalGet:
		t.read(&t.m.globalVars, in.imm)
		t.height++
	case opGlobalSet:
		t.write(&t.m.globalVars, in.imm)
		t.height--
	default:
		if isSlow(in.op) {
			t.slow++
			t.newBlock()
		}
		if reloads(in.op) {
			t.calls++
		}
		t.height += effect(in.op)
	}
}

func (t *meter) call(s signature, extra int) {
	t.calls++
	t.slow += extra
	n := int(s.params) + int(s.results)
	t.hand(n)
	t.values += int(s.results)
	t.passed = max(t.passed, n)
	t.height += int(s.results) - int(s.params) - extra
}

func (t *meter) open(in instr, labels []uint32, frames []frame) {
	s := t.m.blockSig(in.imm)
	if in.op == opIf {
		t.height--
	}
	t.hand(int(s.params) + int(s.results))
	t.values += int(s.params) + int(s.results)
	switch in.op {
	case opLoop:
		t.loops++
	case opTryTable:
		t.branchTo(frames, labels...)
		t.calls++
		t.tries++
	}
	t.joins(1)
	t.frame = frameMeter{height: t.height - int(s.params), sig: s}
}

func (t *meter) close(f *frame) {
	switch f.op {
	case opLoop:
		t.loops--
	case opTryTable:
		t.tries--
		t.leaves++
	}
	t.newBlock()
}

// isSlow tells the instructions that become dozens, many of them blocks.
func isSlow(op int) bool {
	switch {
	case op >= 0x6d && op <= 0x70, op >= 0x7f && op <= 0x82: // integer division
		return true
	case op >= 0xa8 && op <= 0xab, op >= 0xae && op <= 0xb1, op>>8 == prefixMisc: // truncation, bulk operations
		return true
	}
	return reloads(op) || op == opTableGet || op == opTableSet || op == opRefFunc
}

// reloads tells the instructions that call into Go, after which all mutable
// globals are read again.
func reloads(op int) bool {
	switch op {
	case opMemoryGrow, opTableGrow, opTableInit, opTableCopy, opTableFill, opMemoryInit, opMemoryCopy, opMemoryFill,
		opRefFunc, opThrow, opThrowRef:
		return true
	}
	return false
}
