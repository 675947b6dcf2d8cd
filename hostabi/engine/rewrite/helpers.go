package rewrite

// helpers are the functions added at the end of a module, by new index; 0 for
// one that is not needed (the first index is never a helper's, since the yield
// function comes before).
type helpers struct {
	yield, refill, fill, copy, next uint32
}

// initHelpers gives the yield and the refill function their indices.
func (m *module) initHelpers() {
	h := &m.helpers
	h.yield = m.imported
	h.refill = m.imported + 1 + uint32(len(m.bodies))
	h.next = h.refill + 1
}

// helper returns the function that stands in for memory.fill or memory.copy.
func (m *module) helper(op int) uint32 {
	h := &m.helpers
	at := &h.fill
	if op == opMemoryCopy {
		at = &h.copy
	}
	if *at == 0 {
		*at = h.next
		h.next++
	}
	return *at
}

// Further opcodes of the helpers.
const (
	i32LtU       = 0x49
	i32GtU       = 0x4b
	i32LeU       = 0x4d
	i64LeU       = 0x58
	i32Add       = 0x6a
	i32And       = 0x71
	i32ShrU      = 0x76
	i64Add       = 0x7c
	i64Shl       = 0x86
	i64ExtendI32 = 0xad
)

// refillBody is (call $yield) (global.set $fuel (i32.const INTERVAL)).
func (m *module) refillBody() []byte {
	b := appendU32([]byte{0, opCall}, m.helpers.yield)
	b = appendS32(append(b, opI32Const), int32(m.limits.Interval))
	b = appendU32(append(b, opGlobalSet), m.fuel)
	return append(b, opEnd)
}

// inMemory pushes whether the bytes from local at, as many as local 2 says,
// lie in memory.
func inMemory(b []byte, at byte) []byte {
	return append(b,
		opLocalGet, at, i64ExtendI32, opLocalGet, 2, i64ExtendI32, i64Add,
		opMemorySize, 0, i64ExtendI32, opI64Const, 16, i64Shl, i64LeU)
}

// pay takes the weight of local 2 bytes from the counter.
func (m *module) pay(b []byte) []byte {
	b = appendU32(append(b, opGlobalGet), m.fuel)
	b = append(b, opLocalGet, 2, opI32Const, byteShift, i32ShrU, opI32Sub, opGlobalSet)
	return appendU32(b, m.fuel)
}

// payChunk takes the weight of a chunk, and leaves to Go when it is time.
func (m *module) payChunk(b []byte) []byte {
	b, at := appendCheck(b, m.fuel, m.helpers.refill)
	setCost(b, at, chunk>>byteShift)
	return b
}

// advance adds a chunk to a local, or takes it away.
func advance(b []byte, local byte, by int32) []byte {
	b = appendS32(append(b, opLocalGet, local, opI32Const), by)
	return append(b, i32Add, opLocalSet, local)
}

// whileLarge ends a loop body: once more while local 2 is above a chunk.
func whileLarge(b []byte) []byte {
	b = appendS32(append(b, opLocalGet, 2, opI32Const), chunk)
	return append(b, i32GtU, opBrIf, 0, opEnd)
}

// ifLarge opens a block for a length above a chunk, whose bytes all lie in
// memory. Out of bounds the block is skipped, and the whole operation, at the
// end of the helper, traps before it wrote anything, as it must.
func ifLarge(ranges ...byte) []byte {
	b := appendS32([]byte{0, opLocalGet, 2, opI32Const}, chunk)
	b = append(b, i32GtU)
	for _, at := range ranges {
		b = append(inMemory(b, at), i32And)
	}
	return append(b, opIf, blockVoid)
}

// fillBody fills (dst, value, n) chunk by chunk.
func (m *module) fillBody() []byte {
	b := ifLarge(0)
	b = append(b, opLoop, blockVoid, opLocalGet, 0, opLocalGet, 1, opI32Const)
	b = append(appendS32(b, chunk), prefixMisc, opMemoryFill&0xff, 0)
	b = advance(advance(b, 0, chunk), 2, -chunk)
	b = append(whileLarge(m.payChunk(b)), opEnd)
	b = m.pay(b)
	return append(b, opLocalGet, 0, opLocalGet, 1, opLocalGet, 2, prefixMisc, opMemoryFill&0xff, 0, opEnd)
}

// copyBody copies (dst, src, n) chunk by chunk, from the end when dst is
// behind src, since the two may overlap.
func (m *module) copyBody() []byte {
	move := func(b []byte) []byte {
		return append(appendS32(append(b, opI32Const), chunk), prefixMisc, opMemoryCopy&0xff, 0, 0)
	}
	b := ifLarge(0, 1)
	b = append(b, opLocalGet, 0, opLocalGet, 1, i32LeU, opIf, blockVoid)

	b = append(b, opLoop, blockVoid, opLocalGet, 0, opLocalGet, 1)
	b = advance(advance(advance(move(b), 0, chunk), 1, chunk), 2, -chunk)
	b = whileLarge(m.payChunk(b))

	b = append(b, opElse, opLoop, blockVoid)
	b = advance(b, 2, -chunk)
	b = append(b, opLocalGet, 0, opLocalGet, 2, i32Add, opLocalGet, 1, opLocalGet, 2, i32Add)
	b = whileLarge(m.payChunk(move(b)))

	b = append(b, opEnd, opEnd)
	b = m.pay(b)
	return append(b, opLocalGet, 0, opLocalGet, 1, opLocalGet, 2, prefixMisc, opMemoryCopy&0xff, 0, 0, opEnd)
}
