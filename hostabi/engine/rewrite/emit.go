package rewrite

import (
	"fmt"
	"strings"
)

// emit rewrites the code and puts the module together.
func (m *module) emit() (*Result, error) {
	res := &Result{}
	if len(m.bodies) > 0 {
		if err := m.instrument(); err != nil {
			return nil, err
		}
	}
	if m.hasStart {
		res.Start = startExport
		m.exports.items = append(appendName(m.exports.items, startExport), 0)
		m.exports.items = appendU32(m.exports.items, m.start)
		m.exports.n++
	}
	for id, v := range map[int]vector{
		secType: m.types, secImport: m.imports, secFunction: m.funcs, secGlobal: m.globals, secExport: m.exports,
	} {
		if v.n > 0 {
			m.rewritten[id] = v.section()
		}
	}
	res.Checks, res.Twice, res.Compile = m.checks, m.twice, m.compile
	var err error
	res.Wasm, err = m.assemble()
	return res, err
}

// instrument rewrites the code section and adds what the checks need to the
// sections before it.
func (m *module) instrument() error {
	m.initHelpers()
	m.globalVars = variables{make([]uint32, m.fuel), make([]uint32, m.fuel)}
	size := 0
	for _, b := range m.bodies {
		size += len(b)
	}
	code := make([]byte, 0, size+size/4)
	var scratch []byte
	for i := range m.bodies {
		var err error
		if scratch, err = m.rewriteBody(i, scratch[:0]); err != nil {
			return fmt.Errorf("function %s: %w", m.describe(m.imported+uint32(i)), err)
		}
		code = append(appendU32(code, uint32(len(scratch))), scratch...)
	}

	nothing, triple := m.nTypes, m.nTypes+1
	m.types.add([]byte{0x60, 0, 0})
	m.types.add([]byte{0x60, 3, 0x7f, 0x7f, 0x7f, 0})
	m.imports.add(appendU32(append(appendName(appendName(nil, YieldModule), YieldName), 0), nothing))
	m.globals.add(append(appendS32([]byte{0x7f, 1, opI32Const}, int32(m.limits.Interval)), opEnd))

	n := uint32(len(m.bodies))
	add := func(typ uint32, body []byte) {
		m.funcs.add(appendU32(nil, typ))
		code = append(appendU32(code, uint32(len(body))), body...)
		n++
	}
	add(nothing, m.refillBody())
	h := m.helpers
	for at := h.refill + 1; at < h.next; at++ {
		switch at {
		case h.fill:
			add(triple, m.fillBody())
		case h.copy:
			add(triple, m.copyBody())
		}
	}
	m.rewritten[secCode] = append(appendU32(make([]byte, 0, len(code)+5), n), code...)
	return nil
}

// add appends an item. The items of a vector may alias the original module, so
// they are copied the first time.
func (v *vector) add(item []byte) {
	v.items = append(v.items[:len(v.items):len(v.items)], item...)
	v.n++
}

// assemble writes the sections in their order, custom ones where they stood.
func (m *module) assemble() ([]byte, error) {
	size := 64
	for _, s := range m.rewritten {
		size += len(s) + 6
	}
	out := append(make([]byte, 0, size), header...)
	var order [len(rank)]byte // by rank, from 1
	for id, r := range rank {
		order[r] = byte(id)
	}
	next := 1
	upTo := func(r int) {
		for ; next <= r; next++ {
			if p := m.rewritten[order[next]]; p != nil {
				out = appendSection(out, order[next], p)
			}
		}
	}
	for _, s := range m.sections {
		if s.id != secCustom {
			upTo(rank[s.id])
			continue
		}
		var err error
		if out, err = m.appendCustom(out, s.payload); err != nil {
			return nil, err
		}
	}
	upTo(len(rank) - 1)
	return out, nil
}

func appendSection(out []byte, id byte, payload []byte) []byte {
	return append(appendU32(append(out, id), uint32(len(payload))), payload...)
}

// appendCustom keeps a custom section unless it speaks of code offsets.
func (m *module) appendCustom(out, payload []byte) ([]byte, error) {
	d := decoder{b: payload}
	name := d.name()
	if d.err != nil {
		return nil, fmt.Errorf("custom section: %w", d.err)
	}
	switch {
	case strings.HasPrefix(name, ".debug_"), strings.HasPrefix(name, "reloc."),
		strings.HasPrefix(name, "metadata.code."), name == "linking", name == "sourceMappingURL":
		return out, nil
	case name == "name":
		var err error
		if payload, err = m.renumberNames(payload, d.off); err != nil {
			return nil, err
		}
	}
	return appendSection(out, secCustom, payload), nil
}
