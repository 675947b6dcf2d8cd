package engine

import (
	"encoding/binary"
	"math/rand/v2"
)

// mutant changes a valid module so that it mostly stays valid: constants,
// operators of equal type, offsets, whole bodies of functions. Wild changes
// of single bytes come on top when they are asked for.
func mutant(r *rand.Rand, wasm []byte, changes, wild int) []byte {
	sections := splitSections(wasm)
	for n, s := range sections {
		if s.id == sectionCode {
			sections[n].body = mutateCode(r, s.body, changes)
		}
	}
	out := append([]byte(nil), wasm[:8]...)
	for _, s := range sections {
		out = append(out, s.id)
		out = binary.AppendUvarint(out, uint64(len(s.body)))
		out = append(out, s.body...)
	}
	for range wild {
		out[8+r.IntN(len(out)-8)] = byte(r.Uint32())
	}
	return out
}

type rawSection struct {
	id   byte
	body []byte
}

func splitSections(wasm []byte) (sections []rawSection) {
	r := &reader{b: wasm[8:]}
	for len(r.b) > 0 {
		id := r.byte()
		sections = append(sections, rawSection{id, r.bytes(r.u32())})
	}
	return sections
}

func mutateCode(r *rand.Rand, code []byte, changes int) []byte {
	rd := &reader{b: code}
	bodies := make([][]byte, rd.u32())
	for n := range bodies {
		bodies[n] = append([]byte(nil), rd.bytes(rd.u32())...)
	}
	for range changes {
		n := r.IntN(len(bodies))
		if r.IntN(10) == 0 { // valid only where the types are equal
			m := r.IntN(len(bodies))
			bodies[n], bodies[m] = bodies[m], bodies[n]
			continue
		}
		mutateBody(r, bodies[n])
	}
	out := binary.AppendUvarint(nil, uint64(len(bodies)))
	for _, b := range bodies {
		out = binary.AppendUvarint(out, uint64(len(b)))
		out = append(out, b...)
	}
	return out
}

// families are operators that take and give the same types.
var families = [][2]byte{
	{0x46, 0x4f},                                           // i32 comparisons
	{0x51, 0x5a},                                           // i64 comparisons
	{0x67, 0x69},                                           // i32 counting of bits
	{0x6a, 0x78},                                           // i32 arithmetic
	{0x79, 0x7b},                                           // i64 counting of bits
	{0x7c, 0x8a},                                           // i64 arithmetic
	{0x28, 0x28}, {0x2c, 0x2f}, {0x30, 0x35}, {0x3a, 0x3b}, // loads and stores
}

// mutateBody changes one instruction of a body.
func mutateBody(r *rand.Rand, body []byte) {
	spots := constants(body)
	if len(spots) == 0 {
		return
	}
	s := spots[r.IntN(len(spots))]
	if s.length == 0 { // an operator
		for _, f := range families {
			if op := body[s.at]; op >= f[0] && op <= f[1] {
				body[s.at] = f[0] + byte(r.IntN(int(f[1]-f[0])+1))
			}
		}
		return
	}
	for n := range s.length { // the bytes of a LEB128 keep their lengths
		more := body[s.at+n] & 0x80
		body[s.at+n] = byte(r.Uint32())&0x7f | more
	}
	if s.length == 5 { // the last byte of 32 bits has only four of them
		body[s.at+4] &= 0x07
	}
}

// spot is a place in a body: an immediate of some bytes, or an operator.
type spot struct{ at, length int }

// constants walks the instructions of a body that the guests use, and finds
// what can be changed without harm to its types.
func constants(body []byte) (spots []spot) {
	r := &reader{b: body}
	at := func() int { return len(body) - len(r.b) }
	for i, n := uint32(0), r.u32(); r.more(i, n); i++ {
		r.u32()
		r.byte()
	}
	for len(r.b) > 0 && r.err == nil {
		start := at()
		switch op := r.byte(); {
		case op == 0x41 || op == 0x42:
			r.u64()
			spots = append(spots, spot{start + 1, at() - start - 1})
		case op == 0x02 || op == 0x03 || op == 0x04 || op == 0xd0 || op == 0x3f || op == 0x40:
			r.byte()
		case op == 0x0c || op == 0x0d || op == 0x10 || op >= 0x20 && op <= 0x26:
			r.u32()
		case op >= 0x28 && op <= 0x3e:
			r.u32()
			offset := at()
			r.u32()
			spots = append(spots, spot{start, 0}, spot{offset, at() - offset})
		case op >= 0x45 && op <= 0xc4:
			spots = append(spots, spot{start, 0})
		case op == 0xfc:
			switch r.u32() {
			case 10, 14: // memory.copy, table.copy
				r.bytes(2)
			default: // memory.fill and those of tables with one index
				r.u32()
			}
		case op == 0x00 || op == 0x01 || op == 0x05 || op == 0x0b || op == 0x0f || op == 0x1a || op == 0x1b:
		default:
			return spots // a vector or something else that is left alone
		}
	}
	return spots
}
