package rewrite

import (
	"bytes"
	"fmt"
	"time"
)

const (
	secCustom = iota
	secType
	secImport
	secFunction
	secTable
	secMemory
	secGlobal
	secExport
	secStart
	secElement
	secCode
	secData
	secDataCount
	secTag
)

// rank orders the sections; the numbers of the two late-comers do not.
var rank = [...]int{
	secType: 1, secImport: 2, secFunction: 3, secTable: 4, secMemory: 5, secTag: 6, secGlobal: 7,
	secExport: 8, secStart: 9, secElement: 10, secDataCount: 11, secCode: 12, secData: 13,
}

var header = []byte("\x00asm\x01\x00\x00\x00")

type section struct {
	id      byte
	payload []byte
}

// vector is a section that is a vector: what is in it, and how many.
type vector struct {
	n     uint32
	items []byte
}

func (v vector) section() []byte { return append(appendU32(nil, v.n), v.items...) }

// module is a module on its way through the rewriter: first split into
// sections, then scanned, each section leaving its rewritten form here.
type module struct {
	limits   Limits
	sections []section

	types, imports, funcs, globals, exports vector

	rewritten [len(rank)][]byte // of the sections that need no additions

	nTypes    uint32   // with those in groups
	imported  uint32   // functions
	globalsIn uint32   // imported globals
	taken     []bool   // by function index: its address may be in a table
	bodies    [][]byte // with the locals
	weights   []int    // of small functions, by index into bodies; -1 for others

	start     uint32
	hasStart  bool
	fuel      uint32 // index of the counter
	helpers   helpers
	checks    int
	twice     int     // loops written twice
	bodyStack []frame // reused from body to body

	// For the shapes of functions.
	sigs       []signature
	funcTypes  []uint32 // by function index
	mutable    int      // globals
	vectors    bool     // some parameter, result or global is one
	block      uint32   // number of the current block
	localVars  variables
	globalVars variables
	declared   int           // parameters and locals so far
	compile    time.Duration // estimate so far
	askew      int           // blocks that ended with other operands than declared: none in a valid module
}

// split takes a module apart, and checks the order of its sections.
func split(wasm []byte) (*module, error) {
	if !bytes.HasPrefix(wasm, header) {
		return nil, fmt.Errorf("%w: no header of a core module, version 1", ErrMalformed)
	}
	m := &module{}
	last := 0
	d := decoder{b: wasm, off: len(header)}
	for d.more() {
		s := section{id: d.u8()}
		s.payload = d.bytes(d.count(1))
		if s.id != secCustom && d.err == nil {
			if int(s.id) >= len(rank) {
				return nil, fmt.Errorf("%w: unknown section %d", ErrMalformed, s.id)
			}
			if rank[s.id] <= last {
				return nil, fmt.Errorf("%w: section %d out of order", ErrMalformed, s.id)
			}
			last = rank[s.id]
		}
		m.sections = append(m.sections, s)
	}
	return m, d.err
}

// payload returns a section's bytes; none when the module lacks it.
func (m *module) payload(id byte) (decoder, bool) {
	for i := range m.sections {
		if m.sections[i].id == id {
			return decoder{b: m.sections[i].payload}, true
		}
	}
	return decoder{}, false
}

// fn gives a function its new index: the yield function stands behind the
// imports. In a module without functions of its own nothing moves.
func (m *module) fn(i uint32) uint32 {
	if i >= m.imported && len(m.bodies) > 0 {
		return i + 1
	}
	return i
}

// scan reads every section and rewrites those that come without code. The
// order matters: indices are counted before they are used.
func (m *module) scan() error {
	steps := [...]struct {
		id   byte
		scan func(*decoder)
	}{
		{secType, m.scanTypes},
		{secImport, m.scanImports},
		{secFunction, m.scanFunctions},
		{secCode, m.scanCode},
		{secTable, m.scanTables},
		{secMemory, m.scanMemory},
		{secTag, m.scanTags},
		{secGlobal, m.scanGlobals},
		{secExport, m.scanExports},
		{secStart, m.scanStart},
		{secElement, m.scanElements},
		{secDataCount, m.scanDataCount},
		{secData, m.scanData},
	}
	for _, s := range steps {
		d, ok := m.payload(s.id)
		if !ok {
			continue
		}
		s.scan(&d)
		if err := d.finish(); err != nil {
			return fmt.Errorf("section %d: %w", s.id, err)
		}
	}
	if n := uint32(len(m.bodies)); n != m.funcs.n {
		return fmt.Errorf("%w: %d functions with %d bodies", ErrMalformed, m.funcs.n, n)
	}
	m.fuel = m.globalsIn + m.globals.n
	return nil
}
