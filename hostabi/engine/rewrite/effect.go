package rewrite

// effect is how many operands a plain instruction leaves more than it takes.
// Control instructions and calls, which depend on types, are not plain.
func effect(op int) int {
	switch op >> 8 {
	case prefixMisc:
		return miscEffect(op & 0xff)
	case prefixVec:
		return vecEffect(op & 0xff)
	}
	switch {
	case op >= opI32Load && op < opI32Store, op == opMemoryGrow:
		return 0
	case op >= opI32Store && op <= opI64Store32:
		return -2
	case op >= opI32Const && op <= opF64Const:
		return 1
	case op > opF64Const && op <= opLastNumeric:
		return numericEffect(op)
	}
	switch op {
	case opLocalGet, opGlobalGet, opMemorySize, opRefNull, opRefFunc:
		return 1
	case opDrop, opLocalSet, opGlobalSet:
		return -1
	case opSelect, opSelectTyped, opTableSet:
		return -2
	}
	return 0 // local.tee, table.get, tests of references, nop
}

// numericEffect tells operations of two operands from those of one.
func numericEffect(op int) int {
	for _, unary := range [...][2]int{
		{0x45, 0x45}, {0x50, 0x50}, {0x67, 0x69}, {0x79, 0x7b}, {0x8b, 0x91}, {0x99, 0x9f}, {0xa7, 0xc4},
	} {
		if op >= unary[0] && op <= unary[1] {
			return 0
		}
	}
	return -1
}

func miscEffect(sub int) int {
	switch prefixMisc<<8 | sub {
	case opTableGrow:
		return -1
	case opTableSize:
		return 1
	case opMemoryInit, opMemoryCopy, opMemoryFill, opTableInit, opTableCopy, opTableFill:
		return -3
	}
	return 0 // saturating conversions, data.drop, elem.drop
}

// vecUnary has a bit for each vector instruction that leaves as much as it
// takes: loads, splats, conversions, tests, arithmetic on one operand.
var vecUnary = func() (set [4]uint64) {
	for _, r := range [...][2]int{
		{0x00, 0x0a}, {0x0f, 0x16}, {0x18, 0x19}, {0x1b, 0x1b}, {0x1d, 0x1d}, {0x1f, 0x1f}, {0x21, 0x21},
		{0x4d, 0x4d}, {0x53, 0x53}, {0x5c, 0x64}, {0x67, 0x6a}, {0x74, 0x75}, {0x7a, 0x7a}, {0x7c, 0x81},
		{0x83, 0x84}, {0x87, 0x8a}, {0x94, 0x94}, {0xa0, 0xa1}, {0xa3, 0xa4}, {0xa7, 0xaa}, {0xc0, 0xc1},
		{0xc3, 0xc4}, {0xc7, 0xca}, {0xe0, 0xe1}, {0xe3, 0xe3}, {0xec, 0xed}, {0xef, 0xef}, {0xf8, 0xff},
	} {
		for op := r[0]; op <= r[1]; op++ {
			set[op/64] |= 1 << (op % 64)
		}
	}
	return set
}()

func vecEffect(sub int) int {
	switch {
	case sub == 0x0c: // v128.const
		return 1
	case sub == 0x0b, sub == 0x52, sub >= 0x58 && sub <= 0x5b: // stores, bitselect
		return -2
	case vecUnary[sub/64]>>(sub%64)&1 != 0:
		return 0
	}
	return -1
}
