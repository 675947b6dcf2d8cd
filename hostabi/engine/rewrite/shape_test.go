package rewrite

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
)

// bomb is a module of equal functions of one type, with locals, mutable
// globals and code in turn.
type bomb struct {
	funcs, params, results, locals, globals int
	code                                    []byte
}

func (b bomb) module() []byte {
	types := func(n int) []byte { return append(appendU32(nil, uint32(n)), bytes.Repeat([]byte{0x7f}, n)...) }
	body := []byte{0}
	if b.locals > 0 {
		body = append(appendU32([]byte{1}, uint32(b.locals)), 0x7f)
	}
	body = append(append(body, b.code...), opEnd)
	body = append(appendU32(nil, uint32(len(body))), body...)
	n := max(b.funcs, 1)
	return mod(
		section{secType, slices.Concat([]byte{1, 0x60}, types(b.params), types(b.results))},
		section{secFunction, many(uint32(n), 0)},
		section{secTable, []byte{1, 0x70, 0, 1}},
		section{secGlobal, many(uint32(b.globals), 0x7f, 1, opI32Const, 0, opEnd)},
		section{secCode, many(uint32(n), body...)})
}

// each joins code made for 0 to n-1.
func each(n int, code func(i uint32) []byte) (all []byte) {
	for i := range n {
		all = append(all, code(uint32(i))...)
	}
	return all
}

// getDrop reads a variable.
func getDrop(op byte) func(uint32) []byte {
	return func(i uint32) []byte { return append(appendU32([]byte{op}, i), opDrop) }
}

func writeOne(i uint32) []byte { return appendU32([]byte{opI32Const, 1, opLocalSet}, i) }

var (
	aLoop    = []byte{opLoop, blockVoid, opI32Const, 0, opBrIf, 0, opEnd}
	aBlock   = []byte{opBlock, blockVoid, opI32Const, 0, opBrIf, 0, opEnd}
	openLoop = []byte{opLoop, blockVoid}
	endLoop  = []byte{opI32Const, 0, opBrIf, 0, opEnd}
)

func inARow(locals, n int, code []byte) bomb {
	return bomb{locals: locals, code: slices.Concat(bytes.Repeat(code, n), each(locals, getDrop(opLocalGet)))}
}

func nested(locals, depth int) bomb {
	return bomb{locals: locals, code: slices.Concat(bytes.Repeat(openLoop, depth),
		each(locals, getDrop(opLocalGet)), bytes.Repeat(endLoop, depth))}
}

// brTable is a br_table of n labels to the block around it.
func brTable(n int) bomb {
	code := appendU32([]byte{opBlock, blockVoid, opI32Const, 0, opBrTable}, uint32(n))
	return bomb{code: slices.Concat(code, make([]byte, n+1), []byte{opEnd})}
}

func straight(locals, n int) bomb {
	return bomb{locals: locals, code: each(n, func(i uint32) []byte {
		i %= uint32(locals)
		return appendU32(append(appendU32([]byte{opLocalGet}, i), opI32Const, 1, i32Add, opLocalSet), i)
	})}
}

// handOver calls itself n times, each call with the results of the one before.
func handOver(width, n int) bomb {
	return bomb{params: width, results: width, code: slices.Concat(
		each(width, func(i uint32) []byte { return appendU32([]byte{opLocalGet}, i) }), bytes.Repeat([]byte{opCall, 0}, n))}
}

// waiting leaves n operands on the stack over many blocks.
func waiting(n, blocks int) bomb {
	return bomb{code: slices.Concat(bytes.Repeat([]byte{opI32Const, 1}, n),
		bytes.Repeat(aBlock, blocks), bytes.Repeat([]byte{opDrop}, n))}
}

func manyFuncs(n int, b bomb) bomb { b.funcs = n; return b }

func reloading(globals, calls int) bomb {
	return bomb{globals: globals, code: slices.Concat(each(globals, getDrop(opGlobalGet)), bytes.Repeat([]byte{opCall, 0}, calls))}
}

// handlers nests n try_tables and leaves them all n times.
func handlers(n int) bomb {
	return bomb{globals: 100, code: slices.Concat(bytes.Repeat([]byte{opTryTable, blockVoid, 0}, n),
		bytes.Repeat(appendU32([]byte{opI32Const, 0, opBrIf}, uint32(n)), n), bytes.Repeat([]byte{opEnd}, n))}
}

// TestBombsAreRefused has modules whose compilation takes wazero minutes and
// more, from 4 KB on, and the same shapes at a size that takes seconds.
func TestBombsAreRefused(t *testing.T) {
	const takesTime, takesMemory, together, declared = "to compile, at most 20s are allowed", "MiB to compile, at most 2048 MiB are allowed",
		"the module up to here may take", "parameters and locals in all functions, at most 20000000 are allowed"
	// The interpreter validates the same, and is fast with all of them.
	r := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features))
	defer r.Close(t.Context())
	for _, c := range []struct {
		name       string
		bomb, less bomb
		want       string
	}{
		{"loops in a row with locals", inARow(5000, 5000, aLoop), inARow(800, 800, aLoop), takesTime},
		{"nested loops with locals", nested(500, 500), nested(200, 200), takesTime},
		{"nested loops", nested(1, 12_000), nested(1, 4000), takesTime},
		{"blocks in a row with locals", inARow(2000, 4000, aBlock), inARow(800, 800, aBlock), takesTime},
		{"blocks in a row", inARow(1, 50_000, aBlock), inARow(1, 10_000, aBlock), takesTime},
		{"a br_table of many labels", brTable(200_000), brTable(30_000), takesTime},
		{"straight-line code with locals", straight(8000, 100_000), straight(1000, 20_000), takesTime},
		{"straight-line code", straight(1, 1_000_000), straight(1, 100_000), takesTime},
		{"indirect calls", bomb{code: bytes.Repeat([]byte{opI32Const, 0, opCallIndirect, 0, 0}, 200_000)},
			bomb{code: bytes.Repeat([]byte{opI32Const, 0, opCallIndirect, 0, 0}, 20_000)}, takesTime},
		{"nested handlers", handlers(3000), handlers(200), takesTime},
		{"calls that hand over a thousand values", handOver(1000, 5000), handOver(1000, 500), takesMemory},
		{"calls among many globals", reloading(5000, 5000), reloading(500, 500), takesMemory},
		{"operands that wait over blocks", waiting(1_000_000, 4000), waiting(1000, 1000), takesTime},
		{"many functions with loops and locals", manyFuncs(50, inARow(600, 600, aLoop)), manyFuncs(2, inARow(600, 600, aLoop)), together},
		{"many functions with nested loops", manyFuncs(400, nested(100, 100)), manyFuncs(4, nested(100, 100)), together},
		{"a crowd of locals in each function", manyFuncs(1000, bomb{locals: 50_000}), manyFuncs(100, bomb{locals: 50_000}), declared},
	} {
		t.Run(c.name, func(t *testing.T) {
			wasm := c.bomb.module()
			begin := time.Now()
			_, err := Module(wasm, Limits{})
			t.Logf("%d bytes refused after %v: %v", len(wasm), time.Since(begin).Round(time.Millisecond), err)
			if !errors.Is(err, ErrTooMany) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "function ") {
				t.Errorf("Module = %v, want %q", err, c.want)
			}
			less, err := Module(c.less.module(), Limits{})
			if err != nil {
				t.Fatalf("the smaller one: %v", err)
			}
			if m, err := r.CompileModule(t.Context(), less.Wasm); err != nil {
				t.Errorf("the smaller one is not valid: %v", err)
			} else {
				m.Close(t.Context())
			}
		})
	}
}

// TestRefusalNamesTheFunction has the name section in place of a debugger.
func TestRefusalNamesTheFunction(t *testing.T) {
	wasm := nested(500, 500).module()
	names := append([]byte{1, 0}, appendName(nil, "parse")...)
	names = append(appendU32([]byte{nameFunctions}, uint32(len(names))), names...)
	wasm = appendSection(wasm, secCustom, append(appendName(nil, "name"), names...))
	_, err := Module(wasm, Limits{})
	want := `function 0 "parse": too many definitions: 5377 bytes with 1000 branches, 508 checks, 0 calls and 500 variables ` +
		`across them may take 2m12s to compile, at most 20s are allowed`
	if err == nil || err.Error() != want {
		t.Errorf("Module = %v, want %s", err, want)
	}
}

// TestInterpreterLoopsAreAccepted has the shape of the largest function of an
// interpreter: hundreds of locals, thousands of branches, in a few loops.
func TestInterpreterLoopsAreAccepted(t *testing.T) {
	b := inARow(300, 2000, slices.Concat(aBlock, writeOne(7)))
	b.code = slices.Concat(openLoop, openLoop, b.code, endLoop, endLoop)
	if _, err := Module(b.module(), Limits{}); err != nil {
		t.Error(err)
	}
}

// TestRealGuestsAreFarFromTheLimits wants room for guests ten times as large.
func TestRealGuestsAreFarFromTheLimits(t *testing.T) {
	for _, g := range costGuests {
		res := rewritten(t, g.wasm(t), Limits{})
		t.Logf("%s: at most %v to compile", g.name, res.Compile.Round(time.Millisecond))
		if res.Compile <= 0 || res.Compile > maxModuleTime/8 {
			t.Errorf("%s: at most %v to compile, want a small part of %v", g.name, res.Compile, maxModuleTime)
		}
	}
}

// TestOperandsComeOut wants the meter's count of operands right at the end of
// every block of every valid module at hand, the specification's among them.
func TestOperandsComeOut(t *testing.T) {
	patterns := []string{
		filepath.Join("testdata", "guests", "*.wasm"),
		filepath.Join("testdata", "generated", "*.wasm"),
	}
	for _, depth := range []string{"*", "*/*", "*/*/*"} {
		patterns = append(patterns, filepath.Join(specRoot(t), filepath.FromSlash(depth), "*.wasm"))
	}
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features))
	defer r.Close(ctx)
	valid := 0
	for _, p := range patterns {
		files, err := filepath.Glob(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			wasm := readFile(t, file)
			c, err := r.CompileModule(ctx, wasm)
			if err != nil {
				continue
			}
			c.Close(ctx)
			m, err := split(wasm)
			if err != nil {
				continue
			}
			m.limits = Limits{MemoryPages: 1 << 16, TableElements: 1 << 20, Interval: DefaultInterval}
			if m.scan() != nil {
				continue
			}
			m.findSmall()
			if _, err := m.emit(); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			valid++
			if m.askew != 0 {
				t.Errorf("%s: %d blocks end with another number of operands", filepath.Base(file), m.askew)
			}
		}
	}
	t.Logf("%d valid modules", valid)
	if valid < 100 {
		t.Errorf("%d valid modules, want hundreds", valid)
	}
}
