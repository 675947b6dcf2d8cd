package rewrite

const (
	// dataGap is how many zeros may be written between two segments to make
	// them one. wazero takes some hundred bytes for a segment.
	dataGap = 64

	// dataRuns is how many runs may stand before one that is extended: a Go
	// guest has about ten.
	dataRuns = 64
)

// dataRun is a data segment that is being put together: what memory holds from
// an offset on.
type dataRun struct {
	offset uint32
	bytes  []byte
}

func (r *dataRun) end() uint64 { return uint64(r.offset) + uint64(len(r.bytes)) }

// dataMerger joins segments that follow each other in memory. Go's linker
// leaves out each run of eight zeros, so a small Go guest has 27,000 segments,
// of which wazero keeps 2 MB in the module and 0.6 MB in each instance.
//
// Segments are copied in their order into a memory of zeros that nobody sees
// before the last one, so zeros between two of them change nothing if no other
// has written there. A segment out of bounds ends the instantiation, and so
// does one that it was joined to.
type dataMerger struct {
	out  vector
	runs []dataRun // the last one may grow; those before are in out
	full bool      // no more runs are kept: the rest is copied
}

// scanData joins active segments, if no instruction can name one: those that
// could need the section that counts them.
func (m *module) scanData(d *decoder) {
	whole := d.b
	g := dataMerger{out: vector{items: make([]byte, 0, len(d.b))}}
	for range d.vector(2, maxData, "data segments") {
		start := d.off
		form := d.u32()
		if form > 2 {
			d.malformed("unknown data segment %d", form)
		}
		if form == 2 {
			d.u32()
		}
		offset, known := uint32(0), false
		if form != 1 {
			offset, known = m.constOffset(d)
		}
		bytes := d.bytes(d.count(1))
		if d.err != nil {
			return
		}
		if form == 0 && known {
			g.add(offset, bytes)
		} else {
			g.copy(d.b[start:d.off])
		}
	}
	if m.rewritten[secDataCount] != nil {
		m.rewritten[secData] = whole
		return
	}
	g.flush()
	m.rewritten[secData] = g.out.section()
}

// constOffset reads a constant expression, and gives its value if it is a
// single constant that an address can be.
func (m *module) constOffset(d *decoder) (offset uint32, known bool) {
	start := *d
	in := start.instr()
	end := start.instr()
	m.constExpr(d, nil)
	known = in.op == opI32Const && end.op == opEnd && in.imm >= 0 && d.off == start.off
	return uint32(in.imm), known
}

// add takes in a segment at a known place.
func (g *dataMerger) add(offset uint32, bytes []byte) {
	if n := len(g.runs); n > 0 && !g.full {
		r := &g.runs[n-1]
		if at := uint64(offset); at >= r.end() && at-r.end() <= dataGap && g.free(r.end(), at) {
			r.bytes = append(append(r.bytes, make([]byte, at-r.end())...), bytes...)
			return
		}
	}
	g.flush()
	if g.full = g.full || len(g.runs) == dataRuns; g.full {
		g.write(dataRun{offset, bytes})
		return
	}
	g.runs = append(g.runs, dataRun{offset, bytes[:len(bytes):len(bytes)]})
}

// free reports whether no run has written between two addresses.
func (g *dataMerger) free(from, to uint64) bool {
	for i := range g.runs {
		if r := &g.runs[i]; uint64(r.offset) < to && from < r.end() {
			return false
		}
	}
	return true
}

// copy takes in a segment whose place is not known, after which no gap is.
func (g *dataMerger) copy(segment []byte) {
	g.flush()
	g.full = true
	g.out.add(segment)
}

// flush writes the last run.
func (g *dataMerger) flush() {
	if n := len(g.runs); n > 0 && !g.full {
		g.write(g.runs[n-1])
	}
}

func (g *dataMerger) write(r dataRun) {
	b := appendS32([]byte{0, opI32Const}, int32(r.offset))
	b = appendU32(append(b, opEnd), uint32(len(r.bytes)))
	g.out.items = append(append(g.out.items, b...), r.bytes...)
	g.out.n++
}
