package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
)

func TestStartBecomesAnExport(t *testing.T) {
	res := rewritten(t, file("start")(t), Limits{})
	if want := "portico_internal.start"; res.Start != want {
		t.Fatalf("Start = %q, want %q", res.Start, want)
	}
	mod := instantiate(t, newRuntime(t, config(), nil), res.Wasm)
	get := func() uint64 {
		out, err := mod.ExportedFunction("get").Call(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	before := get()
	if _, err := mod.ExportedFunction(res.Start).Call(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := [2]uint64{before, get()}, [2]uint64{0, 7}; got != want {
		t.Errorf("the global before and after start = %v, want %v", got, want)
	}
	if res := rewritten(t, file("names")(t), Limits{}); res.Start != "" {
		t.Errorf("Start of a module without = %q, want none", res.Start)
	}
}

func TestLimitsClampWhatMayGrow(t *testing.T) {
	for _, tt := range []struct {
		name, file, export string
		limits             Limits
		by                 []uint64
		want               []int32
	}{
		{"memory grows to the limit and no further", "memory", "grow", Limits{MemoryPages: 40},
			[]uint64{8, 1}, []int32{32, -1}},
		{"memory has a limit by default", "memory", "grow", Limits{}, []uint64{480, 1}, []int32{32, -1}},
		{"a table without a bound shares what is left", "tables", "grow_free", Limits{TableElements: 60},
			[]uint64{20, 1}, []int32{10, -1}},
		{"a table with a bound too", "tables", "grow_some", Limits{TableElements: 60},
			[]uint64{20, 1}, []int32{10, -1}},
		{"what one table does not want another gets", "tables", "grow_free", Limits{TableElements: 1000},
			[]uint64{890, 1}, []int32{10, -1}},
		{"a bound below the limit stays", "tables", "grow_some", Limits{TableElements: 1000},
			[]uint64{90, 1}, []int32{10, -1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mod := instantiate(t, newRuntime(t, config(), nil), rewritten(t, file(tt.file)(t), tt.limits).Wasm)
			var got []int32
			for _, by := range tt.by {
				out, err := mod.ExportedFunction(tt.export).Call(t.Context(), by)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, int32(out[0]))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("growing by %d = %d, want %d", tt.by, got, tt.want)
			}
		})
	}
}

// mod puts a module together from sections, for what no assembler makes.
func mod(sections ...section) []byte {
	b := slices.Clone(header)
	for _, s := range sections {
		b = appendSection(b, s.id, s.payload)
	}
	return b
}

func many(n uint32, item ...byte) []byte {
	return append(appendU32(nil, n), bytes.Repeat(item, int(n))...)
}

func TestRefusals(t *testing.T) {
	void := section{secType, []byte{1, 0x60, 0, 0}}
	one := section{secFunction, []byte{1, 0}}
	code := func(body ...byte) section {
		return section{secCode, append([]byte{1, byte(len(body))}, body...)}
	}
	export := func(name string) section {
		return section{secExport, append(appendName([]byte{1}, name), 0, 0)}
	}
	imports := func(module, name string, desc ...byte) section {
		return section{secImport, append(appendName(appendName([]byte{1}, module), name), desc...)}
	}
	for _, tt := range []struct {
		name string
		wasm []byte
		err  error
		text string
	}{
		{"nothing", nil, ErrMalformed, "malformed module: no header of a core module, version 1"},
		{"a component", []byte("\x00asm\x0d\x00\x01\x00"), ErrMalformed,
			"malformed module: no header of a core module, version 1"},
		{"an imported memory", mod(imports("env", "memory", 2, 0, 1)), ErrImportedMemory,
			`section 2: imported memory is not supported: "env" "memory"`},
		{"an imported shared memory", mod(imports("env", "memory", 2, 3, 1, 2)), ErrSharedMemory,
			`section 2: shared memory and atomics are not supported: import "env" "memory"`},
		{"a shared memory", mod(section{secMemory, []byte{1, 3, 1, 2}}), ErrSharedMemory,
			"section 5: shared memory and atomics are not supported"},
		{"an atomic instruction", mod(void, one, code(0, prefixAtomic, 3, 0, opEnd)), ErrSharedMemory,
			"function 0: shared memory and atomics are not supported: atomic instruction"},
		{"a 64-bit memory", mod(section{secMemory, []byte{1, 4, 1}}), ErrMemory64,
			"section 5: 64-bit memory is not supported"},
		{"two memories", mod(section{secMemory, []byte{2, 0, 1, 0, 1}}), ErrTooMany,
			"section 5: too many definitions: 2 memories, at most 1 are allowed"},
		{"a memory over the limit", mod(section{secMemory, appendU32([]byte{1, 0}, 1024)}), ErrMemoryLimit,
			"section 5: memory limit exceeded: declares 64 MiB of memory at start, the limit is 32 MiB"},
		{"a memory a page over the limit", mod(section{secMemory, appendU32([]byte{1, 0}, 513)}), ErrMemoryLimit,
			"section 5: memory limit exceeded: declares 32.06 MiB of memory at start, the limit is 32 MiB"},
		{"one huge table", mod(section{secTable, appendU32([]byte{1, 0x70, 0}, 1<<27)}), ErrTableLimit,
			"section 4: table limit exceeded: declares 134217728 elements at start, the limit is 262144"},
		{"tables that are large together", mod(section{secTable, many(200, 0x70, 0, 0x80, 0x80, 1)}), ErrTableLimit,
			"section 4: table limit exceeded: declares 3276800 elements at start, the limit is 262144"},
		{"many small tables", mod(section{secTable, many(1000, 0x70, 0, 1)}), ErrTooMany,
			"section 4: too many definitions: 1000 tables, at most 256 are allowed"},
		{"many globals", mod(section{secGlobal, many(20_000, 0x7f, 0, opI32Const, 0, opEnd)}), ErrTooMany,
			"section 6: too many definitions: 20000 globals, at most 16383 are allowed"},
		{"elements that are not there", mod(section{secElement, []byte{1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}}), ErrMalformed,
			"section 9: malformed module: 4294967295 elements announced in 0 bytes"},
		{"a crowd of locals", mod(void, one, code(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, opEnd)), ErrTooMany,
			"function 0: too many definitions: 4294967295 locals in one function, at most 50000 are allowed"},
		{"an import of the yield function", mod(void, imports(YieldModule, YieldName, 0, 0)), ErrReserved,
			`section 2: name is reserved: import from "portico_internal"`},
		{"an export in the rewriter's name", mod(void, one, export("portico_internal.start"), code(0, opEnd)), ErrReserved,
			`section 7: name is reserved: export "portico_internal.start"`},
		{"an unknown instruction", mod(void, one, code(0, 0x06, 0x40, opEnd)), ErrMalformed,
			"function 0: malformed module: unknown instruction 0x6"},
		{"a vector instruction in a padded number", mod(void, one, code(0, prefixVec, 0x8c, 0, opEnd)), ErrMalformed,
			"function 0: malformed module: unknown vector instruction"},
		{"a label that no block has", mod(void, one, code(0, opBr, 1, opEnd)), ErrMalformed,
			"function 0: malformed module: label 1 of 1"},
		{"else without if", mod(void, one, code(0, opElse, opEnd)), ErrMalformed,
			"function 0: malformed module: else without if"},
		{"a body that does not end", mod(void, one, code(0, opNop)), ErrMalformed,
			"function 0: malformed module: cut short"},
		{"a body that goes on", mod(void, one, code(0, opEnd, opNop)), ErrMalformed,
			"function 0: malformed module: 1 bytes left over"},
		{"functions without bodies", mod(void, one), ErrMalformed,
			"malformed module: 1 functions with 0 bodies"},
		{"sections out of order", mod(one, void), ErrMalformed, "malformed module: section 1 out of order"},
		{"names that are not there", mod(section{secCustom, []byte("\x04name\x01\x05\xff\xff\xff\xff\x0f")}), ErrTooMany,
			"name section: too many definitions: 4294967295 names, at most 1010000 are allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Module(tt.wasm, Limits{})
			if !errors.Is(err, tt.err) || err.Error() != tt.text {
				t.Errorf("Module = %v, want %v", err, tt.text)
			}
		})
	}
}

// TestNamesSurvive wants the functions' names in the trace of a trap, though
// every index has moved.
func TestNamesSurvive(t *testing.T) {
	_, m := newStoppable(t, file("names")(t), Limits{})
	_, err := m.ExportedFunction("run").Call(t.Context())
	want := "wasm error: unreachable\nwasm stack trace:\n\t.inner()\n\t.middle(i32)\n\t.run()"
	if err == nil || err.Error() != want {
		t.Errorf("Call = %v, want %v", err, want)
	}
}

func TestCustomSections(t *testing.T) {
	wasm := slices.Clone(header)
	var names []string
	for _, n := range []string{".debug_info", "producers", "reloc.CODE", "linking", "metadata.code.branch_hint",
		"sourceMappingURL", "portico.manifest"} {
		wasm = appendSection(wasm, secCustom, append(appendName(nil, n), "content"...))
	}
	r := newRuntime(t, config().WithCustomSections(true), nil)
	c, err := r.CompileModule(t.Context(), rewritten(t, wasm, Limits{}).Wasm)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.CustomSections() {
		names = append(names, s.Name()+"="+string(s.Data()))
	}
	if want := []string{"producers=content", "portico.manifest=content"}; !slices.Equal(names, want) {
		t.Errorf("custom sections = %q, want %q", names, want)
	}
}

// TestBulkOperationsBehave compares memory.fill and memory.copy, which work in
// pieces when rewritten, with the plain ones: overlaps, lengths around the
// pieces, and traps that must leave memory as it was.
func TestBulkOperationsBehave(t *testing.T) {
	r := newRuntime(t, config(), nil)
	plain := instantiate(t, r, file("bulk")(t))
	other := instantiate(t, r, rewritten(t, file("bulk")(t), Limits{}).Wasm)
	const size = 8 << 16
	rnd := rand.New(rand.NewPCG(1, 2))
	interesting := []uint64{0, 1, chunk - 1, chunk, chunk + 1, 3*chunk + 5, size - 1, size, size + 1, 1<<32 - 1, 1<<32 - chunk}
	pick := func() uint64 {
		if rnd.IntN(2) == 0 {
			return interesting[rnd.IntN(len(interesting))]
		}
		return rnd.Uint64N(size + 100)
	}
	a, _ := plain.Memory().Read(0, size)
	b, _ := other.Memory().Read(0, size)
	for i := range a {
		a[i] = byte(rnd.Uint32())
	}
	copy(b, a)
	for range 3000 {
		name := []string{"fill", "copy", "fill1000", "copy1000"}[rnd.IntN(4)]
		args := []uint64{pick(), pick(), pick()}
		if rnd.IntN(2) == 0 { // often in bounds, often overlapping
			args = []uint64{rnd.Uint64N(size / 2), rnd.Uint64N(size / 2), rnd.Uint64N(size / 2)}
		}
		_, err := plain.ExportedFunction(name).Call(t.Context(), args...)
		_, oerr := other.ExportedFunction(name).Call(t.Context(), args...)
		if x, y := outcome(nil, nil, err), outcome(nil, nil, oerr); x != y {
			t.Fatalf("%s%v = %s, want %s", name, args, y, x)
		}
		if !bytes.Equal(a, b) {
			t.Fatalf("%s%v leaves another memory", name, args)
		}
	}
}

// TestOriginalIsLeftAlone wants the input untouched, and two runs equal.
func TestOriginalIsLeftAlone(t *testing.T) {
	wasm := file("stop")(t)
	before := slices.Clone(wasm)
	first := rewritten(t, wasm, Limits{})
	second := rewritten(t, wasm, Limits{})
	if !bytes.Equal(wasm, before) || !bytes.Equal(first.Wasm, second.Wasm) {
		t.Error("the input has changed, or the output is not always the same")
	}
}

// TestInvalidStaysTheEnginesToRefuse documents why the original is validated:
// rewriting gives an index a meaning that it did not have.
func TestInvalidStaysTheEnginesToRefuse(t *testing.T) {
	wasm := mod(section{secType, []byte{1, 0x60, 0, 0}}, section{secFunction, []byte{1, 0}},
		section{secCode, []byte{1, 5, 0, opGlobalGet, 0, 0x1a, opEnd}}) // there is no global 0
	r := newRuntime(t, config(), nil)
	if _, err := r.CompileModule(t.Context(), wasm); err == nil {
		t.Error("the original compiles")
	}
	if _, err := r.CompileModule(t.Context(), rewritten(t, wasm, Limits{}).Wasm); err != nil {
		t.Errorf("the rewritten module does not compile (%v); then this test and the warning can go", err)
	}
}

// ExampleModule shows the host's side: a yield function that ends the calls
// whose time is over.
func ExampleModule() {
	endless := mod(section{secType, []byte{1, 0x60, 0, 0}}, section{secFunction, []byte{1, 0}},
		section{secExport, append(appendName([]byte{1}, "run"), 0, 0)},
		section{secCode, []byte{1, 7, 0, opLoop, blockVoid, opBr, 0, opEnd, opEnd}})
	res, err := Module(endless, Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	times := 0
	r.NewHostModuleBuilder(YieldModule).NewFunctionBuilder().WithFunc(func() {
		if times++; times == 100 { // the engine asks the call's own flag
			panic(errors.New("time is over"))
		}
	}).Export(YieldName).Instantiate(ctx)
	m, _ := r.Instantiate(ctx, res.Wasm)
	_, err = m.ExportedFunction("run").Call(ctx)
	first, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Println(first)
	// Output: time is over (recovered by wazero)
}
