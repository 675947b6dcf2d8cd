package rewrite

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// TestGenerated compares modules made by Binaryen's fuzzer with their
// rewritten forms: the result or trap of every export, what was imported and
// with which arguments, the memory and the exported globals at the end.
//
// Small ones are in testdata, those named eh with exception handling. For others run testdata/generate.sh and
// name their directory in REWRITE_GENERATED.
func TestGenerated(t *testing.T) {
	dir := filepath.Join("testdata", "generated")
	if d := os.Getenv("REWRITE_GENERATED"); d != "" {
		dir = d
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.wasm"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no modules in %s: %v", dir, err)
	}
	ran, exports := 0, 0
	for _, f := range files {
		wasm := readFile(t, f)
		want, n, err := observe(t, wasm, "")
		if err != nil {
			t.Logf("%s: not for this engine: %v", f, err)
			continue
		}
		res, err := Module(wasm, Limits{MemoryPages: 65536, TableElements: 1 << 28, Interval: 500})
		if errors.Is(err, ErrImportedMemory) || errors.Is(err, ErrSharedMemory) {
			t.Logf("%s: %v", f, err)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		got, _, err := observe(t, res.Wasm, res.Start)
		if err != nil {
			t.Errorf("%s: rewritten: %v", f, err)
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: rewritten differs\n got %q\nwant %q", f, got, want)
		}
		ran++
		exports += n
	}
	t.Logf("%d of %d modules compared, %d calls", ran, len(files), exports)
	if ran == 0 {
		t.Error("none could be compared")
	}
}

// observe runs a module and notes everything that can be seen from outside.
func observe(t *testing.T, wasm []byte, start string) (seen []string, calls int, err error) {
	t.Helper()
	ctx := context.Background()
	r := newRuntime(t, config(), nil)
	defer r.Close(ctx)
	c, err := r.CompileModule(ctx, wasm)
	if err != nil {
		return nil, 0, err
	}
	builders := map[string]wazero.HostModuleBuilder{}
	for _, f := range c.ImportedFunctions() {
		module, name, _ := f.Import()
		if module == YieldModule {
			continue
		}
		if builders[module] == nil {
			builders[module] = r.NewHostModuleBuilder(module)
		}
		n, results := len(f.ParamTypes()), f.ResultTypes()
		builders[module].NewFunctionBuilder().WithGoFunction(api.GoFunc(func(_ context.Context, stack []uint64) {
			seen = append(seen, name+outcome(f.ParamTypes(), slices.Clone(stack[:n]), nil))
			clear(stack[:len(results)])
		}), f.ParamTypes(), results).Export(name)
	}
	for _, b := range builders {
		if _, err := b.Instantiate(ctx); err != nil {
			return nil, 0, err
		}
	}
	for name, wasm := range globalProviders(wasm) {
		if _, err := r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithName(name)); err != nil {
			return nil, 0, err
		}
	}
	mod, err := r.InstantiateModule(ctx, c, wazero.NewModuleConfig().WithStartFunctions())
	if err == nil && start != "" {
		_, err = mod.ExportedFunction(start).Call(ctx)
	}
	if err != nil && strings.Contains(err.Error(), "wasm error") { // a trap at start
		return append(seen, outcome(nil, nil, err)), 1, nil
	}
	if err != nil {
		return nil, 0, err
	}
	names := make([]string, 0)
	for name := range mod.ExportedFunctionDefinitions() {
		if name != start {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		f := mod.ExportedFunction(name)
		args := make([]uint64, 2*len(f.Definition().ParamTypes()))
		for i := range args {
			args[i] = 0 // also null for references
		}
		words := 0
		for _, p := range f.Definition().ParamTypes() {
			words++
			if p == vectorType {
				words++
			}
		}
		out, err := f.Call(ctx, args[:words]...)
		seen = append(seen, name+" "+outcome(f.Definition().ResultTypes(), out, err))
		calls++
	}
	if mem := mod.Memory(); mem != nil {
		all, _ := mem.Read(0, mem.Size())
		h := fnv.New64a()
		h.Write(all)
		seen = append(seen, fmt.Sprintf("memory %d %#x", mem.Size(), h.Sum64()))
	}
	return seen, calls, nil
}

// globalProviders makes modules that export the globals that a module imports,
// all zero or null.
func globalProviders(wasm []byte) map[string][]byte {
	type provider struct{ globals, exports vector }
	providers := map[string]*provider{}
	m, err := split(wasm)
	if err != nil {
		return nil
	}
	d, _ := m.payload(secImport)
	for range d.count(4) {
		module, name := d.name(), d.name()
		switch d.u8() {
		case 0:
			d.u32()
		case 1:
			m.tableType(&d)
		case 2:
			d.limits()
		case 3:
			start := d.off
			d.valType()
			typ := d.b[start:d.off]
			p := providers[module]
			if p == nil {
				p = &provider{}
				providers[module] = p
			}
			p.exports.add(appendU32(append(appendName(nil, name), 3), p.globals.n))
			p.globals.add(append(append(slices.Clone(typ), d.u8()), zero[typ[0]]...))
		case 4:
			d.u8()
			d.u32()
		}
	}
	out := map[string][]byte{}
	for name, p := range providers {
		b := appendSection(slices.Clone(header), secGlobal, p.globals.section())
		out[name] = appendSection(b, secExport, p.exports.section())
	}
	return out
}

// zero holds the constant expressions of zero and null.
var zero = map[byte][]byte{
	0x7f: {opI32Const, 0, opEnd},
	0x7e: {opI64Const, 0, opEnd},
	0x7d: {opF32Const, 0, 0, 0, 0, opEnd},
	0x7c: {opF64Const, 0, 0, 0, 0, 0, 0, 0, 0, opEnd},
	0x7b: {prefixVec, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, opEnd},
	0x70: {opRefNull, 0x70, opEnd},
	0x6f: {opRefNull, 0x6f, opEnd},
}
