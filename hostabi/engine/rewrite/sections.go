package rewrite

import (
	"fmt"
	"strings"
)

// vector reads a vector's length and refuses one above limit.
func (d *decoder) vector(size int, limit uint32, what string) int {
	n := d.u32()
	if err := atMost(n, limit, what); err != nil {
		d.fail(err)
		return 0
	}
	if uint64(n)*uint64(size) > uint64(len(d.b)-d.off) {
		d.malformed("%d %s announced in %d bytes", n, what, len(d.b)-d.off)
		return 0
	}
	return int(n)
}

// rest makes a vector of what begins at the decoder's position.
func (d *decoder) rest(n int) vector { return vector{n: uint32(n), items: d.b[d.off:]} }

func (m *module) scanTypes(d *decoder) {
	n := d.vector(2, maxTypes, "types")
	m.types = d.rest(n)
	for range n {
		form := d.u8()
		if form != 0x4e {
			m.funcType(d, form)
			continue
		}
		for range d.vector(3, maxTypes, "types in a group") {
			m.funcType(d, d.u8())
		}
	}
	if err := atMost(m.nTypes, maxTypes, "types"); err != nil {
		d.fail(err)
	}
}

func (m *module) funcType(d *decoder, form byte) {
	if form != 0x60 {
		d.malformed("type that is not a function type")
	}
	params := d.vector(1, maxParams, "parameters")
	for range params {
		d.valType()
	}
	results := d.vector(1, maxParams, "results")
	for range results {
		d.valType()
	}
	m.sigs = append(m.sigs, signature{uint16(params), uint16(results)})
	m.nTypes++
	m.vectors = m.vectors || d.vectors
}

func (m *module) scanImports(d *decoder) {
	n := d.vector(4, maxImports, "imports")
	m.imports = d.rest(n)
	for range n {
		module, name := d.name(), d.name()
		if module == YieldModule {
			d.fail(fmt.Errorf("%w: import from %q", ErrReserved, module))
		}
		switch kind := d.u8(); kind {
		case 0:
			m.funcTypes = append(m.funcTypes, d.u32())
			m.imported++
		case 1:
			// What a host gives is the host's to bound; ours gives no tables.
			m.tableType(d)
		case 2:
			_, _, _, shared := d.limits()
			if shared {
				d.fail(fmt.Errorf("%w: import %q %q", ErrSharedMemory, module, name))
			}
			d.fail(fmt.Errorf("%w: %q %q", ErrImportedMemory, module, name))
		case 3:
			m.globalType(d)
			m.globalsIn++
		case 4:
			d.u8()
			d.u32()
		default:
			d.malformed("unknown import kind %#x", kind)
		}
	}
}

func (m *module) scanFunctions(d *decoder) {
	n := d.vector(1, maxFuncs, "functions")
	m.funcs = d.rest(n)
	for range n {
		m.funcTypes = append(m.funcTypes, d.u32())
	}
	m.taken = make([]bool, int(m.imported)+n)
}

func (m *module) scanCode(d *decoder) {
	n := d.vector(3, maxFuncs, "function bodies")
	m.bodies = make([][]byte, 0, n)
	for range n {
		size := d.vector(1, maxBody, "bytes in one function")
		m.bodies = append(m.bodies, d.bytes(size))
	}
}

// limits reads the limits of a memory or table.
func (d *decoder) limits() (initial, maximum uint32, bounded, shared bool) {
	flags := d.u8()
	if flags > 7 {
		d.malformed("unknown limits %#x", flags)
	}
	if flags&4 != 0 {
		d.fail(ErrMemory64)
	}
	initial = d.u32()
	if flags&1 != 0 {
		maximum, bounded = d.u32(), true
	}
	return initial, maximum, bounded, flags&2 != 0
}

// appendLimits writes limits whose maximum is at most limit.
func appendLimits(b []byte, initial, maximum uint32, bounded bool, limit uint32) []byte {
	if !bounded || maximum > limit {
		maximum = limit
	}
	return appendU32(appendU32(append(b, 1), initial), maximum)
}

// tableType reads a reference type and limits, and returns where the limits
// begin.
func (m *module) tableType(d *decoder) (at int, initial, maximum uint32, bounded bool) {
	d.valType()
	at = d.off
	initial, maximum, bounded, shared := d.limits()
	if shared {
		d.fail(fmt.Errorf("%w: table", ErrSharedMemory))
	}
	return at, initial, maximum, bounded
}

func (m *module) scanMemory(d *decoder) {
	n := d.vector(2, 1, "memories")
	out := appendU32(nil, uint32(n))
	for range n {
		initial, maximum, bounded, shared := d.limits()
		limit := m.limits.MemoryPages
		if shared {
			d.fail(ErrSharedMemory)
		}
		if initial > limit {
			d.fail(fmt.Errorf("%w: declares %s of memory at start, the limit is %s", ErrMemoryLimit, mib(initial), mib(limit)))
		}
		out = appendLimits(out, initial, maximum, bounded, limit)
	}
	m.rewritten[secMemory] = out
}

func (m *module) scanTags(d *decoder) {
	start := d.off
	for range d.vector(2, maxTags, "tags") {
		d.u8()
		d.u32()
	}
	m.rewritten[secTag] = d.b[start:]
}

func (m *module) scanGlobals(d *decoder) {
	n := d.vector(4, maxGlobals-1, "globals")
	out := make([]byte, 0, len(d.b))
	for range n {
		start := d.off
		m.globalType(d)
		out = append(out, d.b[min(start, d.off):d.off]...)
		out = m.constExpr(d, out)
	}
	m.globals = vector{n: uint32(n), items: out}
}

func (m *module) globalType(d *decoder) {
	d.valType()
	m.vectors = m.vectors || d.vectors
	if d.u8() == 1 {
		m.mutable++
	}
}

func (m *module) scanExports(d *decoder) {
	n := d.vector(3, maxExports, "exports")
	out := make([]byte, 0, len(d.b)+8)
	for range n {
		name := d.name()
		kind, index := d.u8(), d.u32()
		if strings.HasPrefix(name, YieldModule) {
			d.fail(fmt.Errorf("%w: export %q", ErrReserved, name))
		}
		if kind == 0 {
			m.take(index)
			index = m.fn(index)
		}
		out = appendU32(append(appendName(out, name), kind), index)
	}
	m.exports = vector{n: uint32(n), items: out}
}

func (m *module) scanStart(d *decoder) {
	m.start, m.hasStart = m.fn(d.u32()), true
}

// scanElements renumbers the functions of the segments, whose eight forms
// differ in three bits: 1 no table to go to at start, 2 an explicit table (or,
// with the first, declared only), 4 expressions in place of indices.
func (m *module) scanElements(d *decoder) {
	n := d.vector(2, maxElements, "element segments")
	out := appendU32(make([]byte, 0, len(d.b)+n), uint32(n))
	for range n {
		form := d.u32()
		if form > 7 {
			d.malformed("unknown element segment %d", form)
		}
		out = appendU32(out, form)
		if form&1 == 0 {
			if form&2 != 0 {
				out = appendU32(out, d.u32())
			}
			out = m.constExpr(d, out)
		}
		if form&3 != 0 {
			start := d.off
			if form&4 != 0 {
				d.valType()
			} else {
				d.u8()
			}
			out = append(out, d.b[min(start, d.off):d.off]...)
		}
		count := d.count(1)
		out = appendU32(out, uint32(count))
		for range count {
			if form&4 != 0 {
				out = m.constExpr(d, out)
				continue
			}
			f := d.u32()
			m.take(f)
			out = appendU32(out, m.fn(f))
		}
	}
	m.rewritten[secElement] = out
}

func (m *module) scanDataCount(d *decoder) {
	m.rewritten[secDataCount] = d.b
	if err := atMost(d.u32(), maxData, "data segments"); err != nil {
		d.fail(err)
	}
}

// constExpr appends a constant expression to out, renumbered.
func (m *module) constExpr(d *decoder, out []byte) []byte {
	for d.err == nil {
		in := d.instr()
		switch in.op {
		case opRefFunc:
			m.take(uint32(in.imm))
			out = appendU32(append(out, opRefFunc), m.fn(uint32(in.imm)))
			continue
		case opBlock, opLoop, opIf, opTryTable:
			d.malformed("block in a constant expression")
		}
		out = append(out, d.b[min(in.start, d.off):d.off]...)
		if in.op == opEnd {
			break
		}
	}
	return out
}

// take notes that a function may be called through a table or a reference.
func (m *module) take(f uint32) {
	if int64(f) < int64(len(m.taken)) {
		m.taken[f] = true
	}
}
