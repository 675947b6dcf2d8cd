package runtime_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// grown adds functions to a module until it has that many bytes or a few more:
// code that is compiled as any other, with loops, calls, branches and memory.
// Nobody calls it, so the module behaves as before. Each seed gives other code.
func grown(t testing.TB, wasm []byte, size int, seed uint64) []byte {
	t.Helper()
	const (
		types, imports, functions, code = 1, 2, 3, 10 // ids of sections
		i32                             = 0x7f
	)
	r := rand.New(rand.NewPCG(seed, 0))
	content := map[byte][]byte{}
	for rest := wasm[8:]; len(rest) > 0; {
		n, at := binary.Uvarint(rest[1:])
		end := 1 + at + int(n)
		content[rest[0]] = rest[1+at : end]
		rest = rest[end:]
	}
	var bodies []byte
	added := 0
	first, ok := functionCount(content[imports], content[functions])
	if !ok {
		t.Fatal("the module imports what is no function")
	}
	for len(wasm)+len(bodies)+added < size {
		b := body(r, first, added)
		bodies = append(append(bodies, binary.AppendUvarint(nil, uint64(len(b)))...), b...)
		added++
	}
	kinds, _ := binary.Uvarint(content[types])
	more := map[byte][]byte{
		types:     {0x60, 1, i32, 1, i32},
		functions: bytes.Repeat(binary.AppendUvarint(nil, kinds), added),
		code:      bodies,
	}
	counts := map[byte]int{types: 1, functions: added, code: added}

	out := bytes.Clone(wasm[:8])
	for rest := wasm[8:]; len(rest) > 0; {
		n, at := binary.Uvarint(rest[1:])
		section := rest[1+at : 1+at+int(n)]
		if extra, ok := more[rest[0]]; ok {
			count, at := binary.Uvarint(section)
			section = append(append(binary.AppendUvarint(nil, count+uint64(counts[rest[0]])), section[at:]...), extra...)
		}
		out = append(binary.AppendUvarint(append(out, rest[0]), uint64(len(section))), section...)
		rest = rest[1+at+int(n):]
	}
	return out
}

// functionCount is the number of functions of a module, which must import
// nothing else.
func functionCount(imports, functions []byte) (n int, ok bool) {
	own, _ := binary.Uvarint(functions)
	count, at := binary.Uvarint(imports)
	for range count {
		for range 2 { // module and name
			length, n := binary.Uvarint(imports[at:])
			at += n + int(length)
		}
		if imports[at] != 0 {
			return 0, false
		}
		_, n := binary.Uvarint(imports[at+1:])
		at += 1 + n
	}
	return int(count + own), true
}

// body is the code of the nth function added, which may call those before it.
func body(r *rand.Rand, first, n int) []byte {
	constant := func() []byte { // a signed LEB128 of five bytes
		v := r.Uint32()
		return []byte{0x41, byte(v) | 0x80, byte(v>>7) | 0x80, byte(v>>14) | 0x80, byte(v>>21) | 0x80, byte(int32(v)>>28) & 0x7f}
	}
	address := func() []byte { // of local 1, within a page
		return []byte{0x20, 1, 0x41, 0xfc, 0xff, 0, 0x71} // local.get 1; i32.const 16380; i32.and
	}
	b := []byte{1, 2, 0x7f} // locals 1 and 2 are i32
	add := func(parts ...[]byte) {
		for _, p := range parts {
			b = append(b, p...)
		}
	}
	for range 12 {
		switch kind := r.IntN(5); kind {
		case 0: // 1 = 0 * constant ^ 1
			add([]byte{0x20, 0}, constant(), []byte{0x6c, 0x20, 1, 0x73, 0x21, 1})
		case 1: // 2 = memory[1] + 2
			add(address(), []byte{0x28, 2, 0, 0x20, 2, 0x6a, 0x21, 2})
		case 2: // memory[1] = 2 - constant
			add(address(), []byte{0x20, 2}, constant(), []byte{0x6b, 0x36, 2, 0})
		case 3: // loop { 0--; if 0 != 0 continue }
			add([]byte{0x03, 0x40, 0x20, 1}, constant(), []byte{0x6a, 0x21, 1,
				0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b})
		case 4: // if 1 < constant { 1 = f(2) } else { 2 = 1 << 3 }
			add([]byte{0x20, 1}, constant(), []byte{0x48, 0x04, 0x40, 0x20, 2})
			if n > 0 {
				add([]byte{0x10}, binary.AppendUvarint(nil, uint64(first+r.IntN(n))))
			}
			add([]byte{0x21, 1, 0x05, 0x20, 1, 0x41, 3, 0x74, 0x21, 2, 0x0b})
		}
	}
	return append(b, 0x20, 1, 0x0b)
}
