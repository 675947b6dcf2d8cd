package rewrite

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero"
)

// loopMaker writes functions of loops, blocks and branches among them. Each
// loop begins by taking a step, and the function returns when there are none
// left, so that it ends whatever it does.
type loopMaker struct {
	rnd    *rand.Rand
	code   []byte
	labels []bool // of the blocks around: whether the label takes a value
	loops  int    // open ones
	left   int    // instructions to write
}

const (
	varSteps = iota // the parameter
	varHash         // what the function returns
	varSum
)

func (l *loopMaker) emit(code ...byte) { l.code = append(l.code, code...) }

// mix makes the result depend on the way that was taken.
func (l *loopMaker) mix() {
	l.emit(opLocalGet, varHash)
	l.code = appendS32(append(l.code, opI32Const), l.rnd.Int32())
	l.emit(0x73, opI32Const, 5, 0x77, opLocalSet, varHash) // xor, rotl
	if l.rnd.IntN(3) == 0 {
		l.emit(opLocalGet, varHash, opI32Const, 0x3f, i32And, opLocalGet, varHash, 0x36, 0, 0) // i32.store
		l.emit(opLocalGet, varSum, opI32Const, 0x3f, i32And, opI32Load, 0, 0, opLocalGet, varHash, i32Add, opLocalSet, varSum)
	}
}

// condition pushes a bit of the hash.
func (l *loopMaker) condition() {
	l.emit(opLocalGet, varHash, opI32Const, byte(l.rnd.IntN(32)), i32ShrU, opI32Const, 1, i32And)
}

// plain picks a label that takes no value.
func (l *loopMaker) plain() (byte, bool) {
	n := l.rnd.IntN(len(l.labels))
	return byte(n), !l.labels[len(l.labels)-1-n]
}

func (l *loopMaker) block(op byte, value bool) {
	typ := byte(blockVoid)
	if value {
		typ = 0x7f
	}
	if op == opIf {
		l.condition()
	}
	l.emit(op, typ)
	l.labels = append(l.labels, value && op != opLoop)
	if op == opLoop {
		l.loops++
		l.emit(opLocalGet, varSteps, 0x45, opIf, blockVoid, opLocalGet, varHash, opReturn, opEnd) // i32.eqz
		l.emit(opLocalGet, varSteps, opI32Const, 1, opI32Sub, opLocalSet, varSteps)
	}
	l.sequence()
	if value {
		l.emit(opLocalGet, varHash)
	}
	if op == opIf && (value || l.rnd.IntN(2) == 0) {
		l.emit(opElse)
		l.sequence()
		if value {
			l.emit(opLocalGet, varSum)
		}
	}
	l.emit(opEnd)
	if value {
		l.emit(opLocalGet, varSum, i32Add, opLocalSet, varSum)
	}
	if op == opLoop {
		l.loops--
	}
	l.labels = l.labels[:len(l.labels)-1]
}

func (l *loopMaker) sequence() {
	for range 1 + l.rnd.IntN(4) {
		if l.left--; l.left < 0 {
			break
		}
		l.mix()
		switch k := l.rnd.IntN(12); {
		case k < 4 && l.loops < 3:
			l.block(opLoop, l.rnd.IntN(3) == 0)
		case k < 6:
			l.block(opBlock, l.rnd.IntN(3) == 0)
		case k == 6:
			l.block(opIf, l.rnd.IntN(3) == 0)
		case k < 10:
			if label, ok := l.plain(); ok {
				l.condition()
				l.emit(opBrIf, label)
			}
		case k == 10:
			l.table()
		default:
			if label, ok := l.plain(); ok && l.loops > 0 {
				l.emit(opBr, label)
				return // what follows is dead
			}
		}
	}
}

func (l *loopMaker) table() {
	var labels []byte
	for range 1 + l.rnd.IntN(4) {
		if label, ok := l.plain(); ok {
			labels = append(labels, label)
		}
	}
	if len(labels) == 0 {
		return
	}
	l.emit(opLocalGet, varHash, opI32Const, 3, i32And, opBrTable, byte(len(labels)-1))
	l.emit(labels...)
	l.code = append(l.code, opUnreachable) // dead
}

// loopModule makes a module whose export run takes a number of steps.
func loopModule(seed uint64) []byte {
	l := &loopMaker{rnd: rand.New(rand.NewPCG(seed, 1)), left: 60, labels: []bool{true}}
	l.emit(1, 2, 0x7f) // two locals
	for l.left > 0 {
		// A branch out of this block ends a sequence, not the function.
		l.block(opBlock, false)
	}
	l.emit(opLocalGet, varHash, opLocalGet, varSum, 0x73, opEnd)
	return mod(
		section{secType, []byte{1, 0x60, 1, 0x7f, 1, 0x7f}},
		section{secFunction, []byte{1, 0}},
		section{secMemory, []byte{1, 0, 1}},
		section{secExport, append(appendName([]byte{1}, "run"), 0, 0)},
		section{secCode, append([]byte{1}, append(appendU32(nil, uint32(len(l.code))), l.code...)...)})
}

// sameLoops runs a module of loops plain and rewritten. Both must give the
// same results and memory; it returns how often the rewritten one left to Go.
func sameLoops(t *testing.T, r wazero.Runtime, yields *int, wasm []byte, steps uint64) int {
	t.Helper()
	var seen [2][]string
	for i, wasm := range [2][]byte{wasm, rewritten(t, wasm, Limits{Interval: minInterval}).Wasm} {
		m := instantiate(t, r, wasm)
		*yields = 0
		out, err := m.ExportedFunction("run").Call(context.Background(), steps)
		all, _ := m.Memory().Read(0, 128)
		seen[i] = []string{outcome(m.ExportedFunction("run").Definition().ResultTypes(), out, err), fmt.Sprintf("%x", all)}
		m.Close(context.Background())
	}
	if !slices.Equal(seen[0], seen[1]) {
		t.Errorf("rewritten, it gives\n%q, want\n%q", seen[1], seen[0])
	}
	return *yields
}

// TestLoopsBehave compares loops of every make, many of which are written
// twice: branches out of them and back, to blocks within and around, by tables,
// with results and without.
func TestLoopsBehave(t *testing.T) {
	yields, light, left := 0, 0, 0
	r := newRuntime(t, config(), func(context.Context) { yields++ })
	for seed := range uint64(400) {
		wasm := loopModule(seed)
		res := rewritten(t, wasm, Limits{})
		if res.Twice > 0 {
			light++
		}
		for _, steps := range []uint64{0, 1, 2, 3, 1000} {
			left += sameLoops(t, r, &yields, wasm, steps)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d of 400 modules have loops that are written twice; they left to Go %d times", light, left)
	if light < 200 || left < 1000 {
		t.Errorf("%d modules with such loops left to Go %d times, want more of both", light, left)
	}
}

// FuzzLoops is TestLoopsBehave for any seed.
func FuzzLoops(f *testing.F) {
	yields := 0
	r := newRuntime(f, config(), func(context.Context) { yields++ })
	f.Add([]byte("portico!"), uint16(1000))
	f.Fuzz(func(t *testing.T, seed []byte, steps uint16) {
		var b [8]byte
		copy(b[:], seed)
		sameLoops(t, r, &yields, loopModule(binary.LittleEndian.Uint64(b[:])), uint64(steps))
	})
}
