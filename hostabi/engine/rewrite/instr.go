package rewrite

import "fmt"

// Opcodes that the rewriter looks at. Those of a prefix (0xfc, 0xfd) follow as
// prefix<<8 | opcode.
const (
	opUnreachable        = 0x00
	opNop                = 0x01
	opBlock              = 0x02
	opLoop               = 0x03
	opIf                 = 0x04
	opElse               = 0x05
	opThrow              = 0x08
	opThrowRef           = 0x0a
	opEnd                = 0x0b
	opBr                 = 0x0c
	opBrIf               = 0x0d
	opBrTable            = 0x0e
	opReturn             = 0x0f
	opCall               = 0x10
	opCallIndirect       = 0x11
	opReturnCall         = 0x12
	opReturnCallIndirect = 0x13
	opCallRef            = 0x14
	opReturnCallRef      = 0x15
	opDrop               = 0x1a
	opSelect             = 0x1b
	opSelectTyped        = 0x1c
	opTryTable           = 0x1f
	opLocalGet           = 0x20
	opLocalSet           = 0x21
	opLocalTee           = 0x22
	opGlobalGet          = 0x23
	opGlobalSet          = 0x24
	opTableGet           = 0x25
	opTableSet           = 0x26
	opI32Load            = 0x28
	opI32Store           = 0x36
	opI64Store32         = 0x3e
	opMemorySize         = 0x3f
	opMemoryGrow         = 0x40
	opI32Const           = 0x41
	opI64Const           = 0x42
	opF32Const           = 0x43
	opF64Const           = 0x44
	opI32GeS             = 0x4e
	opI32Sub             = 0x6b
	opLastNumeric        = 0xc4
	opRefNull            = 0xd0
	opRefIsNull          = 0xd1
	opRefFunc            = 0xd2
	opRefAsNonNull       = 0xd4
	opBrOnNull           = 0xd5
	opBrOnNonNull        = 0xd6
	prefixMisc           = 0xfc
	prefixVec            = 0xfd
	prefixAtomic         = 0xfe

	opMemoryInit = prefixMisc<<8 | 8
	opDataDrop   = prefixMisc<<8 | 9
	opMemoryCopy = prefixMisc<<8 | 10
	opMemoryFill = prefixMisc<<8 | 11
	opTableInit  = prefixMisc<<8 | 12
	opElemDrop   = prefixMisc<<8 | 13
	opTableCopy  = prefixMisc<<8 | 14
	opTableGrow  = prefixMisc<<8 | 15
	opTableSize  = prefixMisc<<8 | 16
	opTableFill  = prefixMisc<<8 | 17

	blockVoid = 0x40
)

// instr is one decoded instruction. For br_table and try_table the labels are
// in decoder.labels until the next call.
type instr struct {
	op    int
	imm   int64 // of i32.const, the block type, or the first index: label, function, type, …
	start int   // offset of the opcode; the decoder stands behind the end
}

// instr reads one instruction. It reads as wazero 1.12 does: where its decoder
// accepts two encodings and would take one of them for another instruction
// (a vector opcode in a padded LEB128), that one is refused.
func (d *decoder) instr() instr {
	in := instr{start: d.off}
	op := d.u8()
	in.op = int(op)
	switch op {
	case opBlock, opLoop, opIf:
		in.imm = d.blockType()
	case opBr, opBrIf, opBrOnNull, opBrOnNonNull, opCall, opReturnCall, opRefFunc,
		opThrow, opCallRef, opReturnCallRef,
		opLocalGet, opLocalSet, opLocalTee, opGlobalGet, opGlobalSet, opTableGet, opTableSet:
		in.imm = int64(d.u32())
	case opBrTable:
		n := d.count(1)
		d.labels = d.labels[:0]
		for range n + 1 {
			d.labels = append(d.labels, d.u32())
		}
	case opCallIndirect, opReturnCallIndirect:
		in.imm = int64(d.u32())
		d.u32()
	case opSelectTyped:
		if d.u8() != 1 {
			d.malformed("select with other than one type")
		}
		d.valType()
	case opTryTable:
		in.imm = d.tryTable()
	case opMemorySize, opMemoryGrow:
		d.zero()
	case opI32Const:
		in.imm = d.signed(32)
	case opI64Const:
		in.imm = d.signed(64)
	case opF32Const:
		d.bytes(4)
	case opF64Const:
		d.bytes(8)
	case opRefNull:
		d.heapType()
	case prefixMisc:
		in.op = d.misc()
	case prefixVec:
		in.op = d.vec()
	case prefixAtomic:
		d.fail(fmt.Errorf("%w: atomic instruction", ErrSharedMemory))
	case opUnreachable, opNop, opElse, opThrowRef, opEnd, opReturn, opDrop, opSelect, opRefIsNull, opRefAsNonNull:
	default:
		switch {
		case op >= opI32Load && op <= opI64Store32:
			d.memArg()
		case op > opF64Const && op <= opLastNumeric:
		default:
			d.malformed("unknown instruction %#x", op)
		}
	}
	return in
}

func (d *decoder) tryTable() (blockType int64) {
	blockType = d.blockType()
	n := d.count(2)
	d.labels = d.labels[:0]
	for range n {
		switch kind := d.u8(); kind {
		case 0, 1: // catch, catch_ref
			d.u32()
		case 2, 3: // catch_all, catch_all_ref
		default:
			d.malformed("unknown catch clause %#x", kind)
		}
		d.labels = append(d.labels, d.u32())
	}
	return blockType
}

func (d *decoder) memArg() {
	if align := d.u32(); align > 4 {
		d.malformed("alignment 2^%d", align)
	}
	d.u32()
}

// zero reads a memory index, which must be one zero byte.
func (d *decoder) zero() {
	if d.u8() != 0 {
		d.malformed("more than one memory")
	}
}

func (d *decoder) misc() int {
	sub := d.u32()
	op := prefixMisc<<8 | int(sub&0xff)
	switch {
	case sub < 8: // saturating conversions
	case op == opMemoryInit:
		d.u32()
		d.zero()
	case op == opMemoryCopy:
		d.zero()
		d.zero()
	case op == opMemoryFill:
		d.zero()
	case op == opTableInit, op == opTableCopy:
		d.u32()
		d.u32()
	default:
		d.u32()
	}
	if sub > 17 {
		d.malformed("unknown instruction 0xfc %d", sub)
	}
	return op
}

func (d *decoder) vec() int {
	sub := d.u8()
	if sub >= 0x80 && d.u8() != 1 {
		d.malformed("unknown vector instruction")
	}
	switch {
	case sub <= 0x0b, sub == 0x5c, sub == 0x5d:
		d.memArg()
	case sub == 0x0c, sub == 0x0d:
		d.bytes(16)
	case sub >= 0x15 && sub <= 0x22:
		d.u8()
	case sub >= 0x54 && sub <= 0x5b:
		d.memArg()
		d.u8()
	}
	return prefixVec<<8 | int(sub)
}
