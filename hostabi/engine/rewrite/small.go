package rewrite

// smallDepth is how deep small functions may call each other. Four levels
// find all that matters: accessors, and what wraps them.
const smallDepth = 4

// sketch is what a short function does: its own weight and whom it calls.
type sketch struct {
	weight  int
	callees []uint32
}

// findSmall weighs the functions that need no checks of their own. In round n
// it settles those whose calls are at most n deep; recursion is never settled.
func (m *module) findSmall() {
	m.weights = make([]int, len(m.bodies))
	open := map[int]sketch{}
	for i, b := range m.bodies {
		m.weights[i] = -1
		// An instruction takes at least a byte and weighs mostly one.
		if len(b) > 4*smallWeight {
			continue
		}
		if s, ok := sketchOf(b, m.imported); ok {
			open[i] = s
		}
	}
	for range smallDepth {
		settled := map[int]int{}
		for i, s := range open {
			limit := smallWeight
			if m.taken[int(m.imported)+i] {
				limit = smallTaken
			}
			if w, ok := m.total(s); ok && w <= limit {
				settled[i] = w
			}
		}
		for i, w := range settled {
			m.weights[i] = w
			delete(open, i)
		}
	}
}

// total adds up a function and its callees, if all of those are settled.
func (m *module) total(s sketch) (int, bool) {
	w := s.weight
	for _, f := range s.callees {
		c, small := m.small(f)
		if !small {
			return 0, false
		}
		w += callWeight + c
	}
	return w, true
}

// small returns the weight of a function (by its old index) without checks.
func (m *module) small(f uint32) (int, bool) {
	i := int64(f) - int64(m.imported)
	if i < 0 || i >= int64(len(m.weights)) || m.weights[i] < 0 {
		return 0, false
	}
	return m.weights[i], true
}

// sketchOf reads a body, and reports false for one that may not be small.
func sketchOf(body []byte, imported uint32) (s sketch, ok bool) {
	d := decoder{b: body}
	d.locals()
	for d.more() {
		in := d.instr()
		switch in.op {
		case opLoop, opTryTable, opCallIndirect, opReturnCallIndirect, opCallRef, opReturnCallRef,
			opMemoryFill, opMemoryCopy:
			return s, false
		case opCall, opReturnCall:
			if uint32(in.imm) < imported {
				s.weight += hostWeight
				break
			}
			s.callees = append(s.callees, uint32(in.imm))
		}
		s.weight += weight(in.op)
		if emptiesCounter(in.op) || s.weight > smallWeight {
			return s, false
		}
	}
	return s, d.err == nil
}

// locals reads the declarations before the code of a body, and returns how
// many there are.
func (d *decoder) locals() int {
	var sum uint64
	for range d.count(2) {
		sum += uint64(d.u32())
		d.valType()
	}
	if sum > maxLocals {
		d.fail(atMost(uint32(min(sum, 1<<32-1)), maxLocals, "locals in one function"))
		return 0
	}
	return int(sum)
}
