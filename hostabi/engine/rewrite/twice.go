package rewrite

const (
	// twiceWeight is the most that the body of a loop weighs which is written
	// twice. Two of them fit a segment, so that no check comes between.
	twiceWeight = segment / 2

	// twiceBody is the size of a function above which none of its loops is
	// written twice, since what wazero needs for a function grows with the
	// square of its blocks.
	twiceBody = 16 << 10
)

// twice is the loop under way whose body is written two times, so that one
// check pays for two rounds. In a loop of a few instructions the check is a
// third of the work, and more on processors where it waits for what the check
// before it has stored: that chain may then take two rounds.
//
//	original        rewritten
//
//	loop $l         block $exit
//	  …body…          loop $l
//	end                 check
//	                    block $next
//	                      …body…      ;; where $l is $next
//	                      br $exit
//	                    end
//	                    …body…
//	                  end
//	                end
//
// The second body is read again from the original, so costs and shape are those
// of what is written. Only loops without loops in them are written twice, so
// there is one at a time and no code grows more than twofold.
type twice struct {
	pass  int // 1 in the first body, 2 in the second, 0 elsewhere
	start int // offset of the body
	depth int // number of frames up to the one that stands for $l
}

// isLight reports whether a loop that was just read is to be written twice.
// Where it calls a function the check matters little.
func (b *body) isLight(in instr) bool {
	if b.path == unreached || len(b.d.b) > twiceBody || b.m.blockSig(in.imm).params > 0 {
		return false
	}
	d := b.d
	w := 0
	for depth := 1; depth > 0 && w <= twiceWeight && d.more(); {
		in := d.instr()
		w += weight(in.op)
		switch in.op {
		case opBlock, opIf:
			depth++
		case opEnd:
			depth--
		case opLoop, opTryTable, opMemoryFill, opMemoryCopy,
			opCall, opCallIndirect, opCallRef, opReturnCall, opReturnCallIndirect, opReturnCallRef:
			return false
		}
	}
	return w <= twiceWeight && d.err == nil
}

// loopTwice opens a loop that is written twice.
func (b *body) loopTwice(in instr) {
	b.m.twice++
	b.flush(in.start)
	typ := b.d.b[in.start+1 : b.d.off]
	b.insertBlock(in.imm, typ)
	b.copied = in.start
	b.meter.see(in, b.frames, nil)
	b.loop(in)
	b.insertBlock(-64, []byte{blockVoid})
	b.twice = twice{pass: 1, start: b.d.off, depth: len(b.frames)}
}

// again ends the first body and begins the second.
func (b *body) again(end instr) {
	exit := instr{op: opBr, imm: 2}
	b.flush(end.start)
	b.out = append(b.out, opBr, byte(exit.imm))
	b.meter.see(exit, b.frames, nil)
	b.branch(uint32(exit.imm), b.path)
	b.path = unreached
	b.insertEnd()
	b.d.off, b.copied, b.lastOK = b.twice.start, b.twice.start, false
	b.twice.pass, b.twice.depth = 2, len(b.frames)
}

// atEnd reports whether the next end closes the body of such a loop.
func (b *body) atEnd(pass int) bool {
	return b.twice.pass == pass && b.twice.depth == len(b.frames)
}

// insertBlock opens a block that the original does not have.
func (b *body) insertBlock(imm int64, typ []byte) {
	b.out = append(append(b.out, opBlock), typ...)
	b.meter.see(instr{op: opBlock, imm: imm}, b.frames, nil)
	b.push(frame{op: opBlock})
}

// insertEnd closes it.
func (b *body) insertEnd() {
	b.out = append(b.out, opEnd)
	b.meter.see(instr{op: opEnd}, b.frames, nil)
	b.end()
}

// relabel counts the inserted blocks in the labels of a branch that leaves
// such a loop.
func (b *body) relabel(in *instr) {
	if b.twice.pass == 0 {
		return
	}
	switch in.op {
	case opBr, opBrIf, opBrOnNull, opBrOnNonNull:
		b.flush(in.start)
		in.imm = int64(b.moved(uint32(in.imm)))
		b.out = appendU32(append(b.out, byte(in.op)), uint32(in.imm))
		b.copied = b.d.off
	case opBrTable:
		b.flush(in.start)
		b.out = appendU32(append(b.out, opBrTable), uint32(len(b.d.labels)-1))
		for i, l := range b.d.labels {
			b.d.labels[i] = b.moved(l)
			b.out = appendU32(b.out, b.d.labels[i])
		}
		b.copied = b.d.off
	}
}

// moved is the new form of a label: in the first body two of the frames around
// $next are inserted ones, in the second one is. A label that no frame has is
// left as it is, to be refused.
func (b *body) moved(l uint32) uint32 {
	n := uint32(len(b.frames))
	if l <= n-uint32(b.twice.depth) || l >= n {
		return l
	}
	return l + 3 - uint32(b.twice.pass)
}
