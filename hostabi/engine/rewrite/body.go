package rewrite

// unreached marks a label that no path has reached yet.
const unreached = -1

// frame is one open block. Costs are the weights that a path brings along
// since its last check.
type frame struct {
	op    int // opBlock (also for the function), opLoop, opIf, opElse, opTryTable
	label int // heaviest path that branched to the label so far
	saved int // opIf: the path at the if, for its else; unreached in dead code
	patch int // opLoop: where the cost of its check stands in out
	entry bool
	meter frameMeter
}

// body rewrites one function: it copies the code, renumbers functions and
// follows the heaviest path to decide where checks stand and what they cost.
type body struct {
	m      *module
	d      decoder
	out    []byte
	copied int // d.b up to here is in out

	small  bool
	frames []frame
	path   int // weight since the last check on the heaviest path to here; unreached in dead code
	unpaid int // heaviest path to a place where the function is left

	// The check at the entry, whose cost is known at the end. It may be that
	// of a loop which begins the function.
	entryPending bool
	entryPatch   int
	entryCost    int

	meter meter
	twice twice

	last   instr // the one before, to see constant lengths
	lastOK bool
}

// rewriteBody appends the new form of body i to out, without its size.
func (m *module) rewriteBody(i int, out []byte) ([]byte, error) {
	_, small := m.small(m.imported + uint32(i))
	b := body{m: m, d: decoder{b: m.bodies[i]}, out: out, small: small, entryPending: !small}
	b.frames = append(m.bodyStack[:0], frame{op: opBlock, label: unreached})
	if err := b.startMeter(i, b.d.locals()); err != nil {
		b.d.fail(err)
	}
	b.meter.vectors = b.d.vectors
	for b.d.err == nil && len(b.frames) > 0 {
		b.step()
	}
	m.bodyStack = b.frames
	if b.d.err == nil {
		if err := b.meter.accept(&m.compile); err != nil {
			b.d.fail(err)
		}
	}
	if err := b.d.finish(); err != nil {
		return nil, err
	}
	b.flush(len(b.d.b))
	if !small && b.entryPatch > 0 {
		setCost(b.out, b.entryPatch, max(b.entryCost, b.unpaid+checkWeight, b.meter.frameCost()))
	}
	return b.out, nil
}

// startMeter begins to measure body i, which declares some locals. It numbers
// the blocks on, so that no variable seems set.
func (b *body) startMeter(i, locals int) error {
	m := b.m
	s := m.calleeSig(int64(m.imported) + int64(i))
	b.frames[0].meter.sig = signature{results: s.results}
	m.block++
	b.meter = meter{m: m, fn: uint32(i) + 1}
	b.meter.declared = int(s.params) + locals
	b.meter.bytes = len(m.bodies[i])
	b.meter.globals = m.mutable
	if more := b.meter.declared - len(m.localVars.set); more > 0 {
		m.localVars.set = append(m.localVars.set, make([]uint32, more)...)
		m.localVars.crossed = append(m.localVars.crossed, make([]uint32, more)...)
	}
	m.declared += b.meter.declared
	return atMost(uint32(m.declared), maxDeclared, "parameters and locals in all functions")
}

// flush copies the original up to an offset.
func (b *body) flush(to int) {
	b.out = append(b.out, b.d.b[b.copied:to]...)
	b.copied = to
}

func (b *body) step() {
	in := b.d.instr()
	if b.d.err != nil {
		return
	}
	switch {
	case in.op == opLoop && b.isLight(in):
		b.enter(in)
		b.loopTwice(in)
		return
	case in.op == opEnd && b.atEnd(1):
		b.again(in)
		return
	}
	b.before(in)
	b.relabel(&in)
	if b.path != unreached {
		b.path += weight(in.op)
	}
	b.meter.see(in, b.frames, b.d.labels)
	switch in.op {
	case opBlock:
		b.push(frame{op: opBlock})
	case opIf:
		b.push(frame{op: opIf, saved: b.path})
	case opTryTable:
		b.handlers()
		b.push(frame{op: opTryTable})
	case opLoop:
		b.loop(in)
	case opElse:
		b.elseArm()
	case opEnd:
		last := b.atEnd(2)
		b.end()
		if last {
			b.flush(b.d.off)
			b.insertEnd()
			b.twice.pass = 0
		}
	case opBr:
		b.branch(uint32(in.imm), b.path)
		b.path = unreached
	case opBrIf, opBrOnNull, opBrOnNonNull:
		b.branch(uint32(in.imm), b.path)
	case opBrTable:
		for _, l := range b.d.labels {
			b.branch(l, b.path)
		}
		b.path = unreached
	case opUnreachable, opReturn, opThrow, opThrowRef:
		b.leave()
		b.path = unreached
	default:
		b.operation(in)
	}
	b.last, b.lastOK = in, true
}

// before inserts the check that is due in front of an instruction.
func (b *body) before(in instr) {
	if b.small {
		return
	}
	b.enter(in)
	if b.path >= segment && in.op != opEnd && in.op != opElse && in.op != opLoop {
		b.flush(in.start)
		b.check(b.path + checkWeight)
		b.path = 0
	}
}

// enter inserts the function's own check in front of its first instruction,
// unless a loop there has one for both.
func (b *body) enter(in instr) {
	if b.entryPending && in.op != opBlock && (in.op != opLoop || len(b.d.b) > sharedEntry) {
		b.entryPending = false
		b.flush(in.start)
		b.entryPatch = b.entryCheck()
	}
}

// operation handles what is no control instruction, and calls.
func (b *body) operation(in instr) {
	switch in.op {
	case opCall, opReturnCall:
		b.call(in)
	case opCallIndirect, opReturnCallIndirect, opCallRef, opReturnCallRef:
		b.add(indirectWeight)
		b.leave()
	case opRefFunc:
		b.replaceIndex(in)
	case opMemoryFill, opMemoryCopy:
		b.bulk(in)
	default:
		if emptiesCounter(in.op) {
			b.flush(in.start)
			b.out = append(b.out, opI32Const, 0, opGlobalSet)
			b.out = appendU32(b.out, b.m.fuel)
		}
	}
	switch in.op {
	case opReturnCall, opReturnCallIndirect, opReturnCallRef:
		b.path = unreached
	}
}

func (b *body) call(in instr) {
	f := uint32(in.imm)
	b.replaceIndex(in)
	b.add(callWeight)
	if f < b.m.imported {
		b.add(hostWeight)
	}
	w, _ := b.m.small(f)
	b.add(w)
	b.leave()
}

// replaceIndex copies an instruction whose immediate is a function.
func (b *body) replaceIndex(in instr) {
	b.flush(in.start)
	b.out = appendU32(append(b.out, byte(in.op)), b.m.fn(uint32(in.imm)))
	b.copied = b.d.off
}

// bulk pays for memory.fill and memory.copy: by the path for a short constant
// length, which is what compilers emit for structs, else through a helper.
func (b *body) bulk(in instr) {
	if b.lastOK && b.last.op == opI32Const && b.last.imm >= 0 && b.last.imm <= inlineBulk {
		b.add(int(b.last.imm) >> byteShift)
		return
	}
	b.flush(in.start)
	b.out = appendU32(append(b.out, opCall), b.m.helper(in.op))
	b.copied = b.d.off
}

func (b *body) add(w int) {
	if b.path != unreached {
		b.path += w
	}
}

// leave notes that the function may end here, or wait for another.
func (b *body) leave() { b.unpaid = max(b.unpaid, b.path) }

func (b *body) push(f frame) {
	f.label, f.meter = unreached, b.meter.frame
	b.frames = append(b.frames, f)
}

// branch notes a path to a label.
func (b *body) branch(label uint32, path int) {
	if uint64(label) >= uint64(len(b.frames)) {
		b.d.malformed("label %d of %d", label, len(b.frames))
		return
	}
	f := &b.frames[len(b.frames)-1-int(label)]
	f.label = max(f.label, path)
}

// handlers notes the paths from anywhere in a try_table to its catch clauses.
// Their labels are counted from outside of it.
func (b *body) handlers() {
	if b.path == unreached {
		return
	}
	for _, l := range b.d.labels {
		b.branch(l, maxUnpaid)
	}
}

// loop opens a loop and puts a check at its header, which also serves as the
// function's when nothing stands before it.
func (b *body) loop(in instr) {
	f := frame{op: opLoop, saved: b.path, entry: b.entryPending}
	b.entryPending = false
	if !b.small {
		b.flush(b.d.off)
		f.patch = b.headerCheck(b.m.blockSig(in.imm).params > 0)
	}
	b.push(f)
	if b.path != unreached {
		b.path = 0
	}
}

func (b *body) elseArm() {
	f := &b.frames[len(b.frames)-1]
	if f.op != opIf {
		b.d.malformed("else without if")
		return
	}
	f.op = opElse
	f.label = max(f.label, b.path)
	b.path = f.saved
}

func (b *body) end() {
	f := b.frames[len(b.frames)-1]
	b.frames = b.frames[:len(b.frames)-1]
	switch f.op {
	case opLoop:
		if cost := max(f.saved, f.label, 0) + checkWeight; !b.small {
			setCost(b.out, f.patch, cost)
			if f.entry {
				b.entryPatch, b.entryCost = f.patch, cost
			}
		}
	case opIf: // without else, the condition may skip it
		b.path = max(b.path, f.label, f.saved)
	default:
		b.path = max(b.path, f.label)
	}
	if len(b.frames) == 0 {
		b.leave()
	}
}
