package engine

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
)

func TestInspectReadsWhatAModuleDeclares(t *testing.T) {
	// (module (type (func (result i32))) (import "portico_core_v1" "get_status" (func (type 0)))
	//   (func (type 0) …) (memory 1 4) (table 2 funcref) (export …) (start …) and custom sections)
	wasm := "\x00asm\x01\x00\x00\x00" +
		"\x01\x08\x02\x60\x00\x01\x7f\x60\x00\x00" +
		"\x02\x1e\x01\x0fportico_core_v1\x0aget_status\x00\x00" +
		"\x03\x03\x02\x00\x01" +
		"\x04\x04\x01\x70\x00\x02" +
		"\x05\x04\x01\x01\x01\x04" +
		"\x07\x2f\x03\x0eportico_abi_v1\x00\x02\x11portico_authorize\x00\x01\x06memory\x02\x00" +
		"\x08\x01\x02" +
		"\x0a\x09\x02\x04\x00\x41\x00\x0b\x02\x00\x0b" +
		"\x00\x1f\x09producers\x01\x08language\x01\x04Rust\x041.96" +
		"\x00\x05\x03abcx"
	got, err := Inspect([]byte(wasm))
	if err != nil {
		t.Fatal(err)
	}
	got.types, got.funcs = nil, nil
	want := &Info{
		Size:    len(wasm),
		Imports: []Import{{Module: "portico_core_v1", Name: "get_status", Type: api.ExternTypeFunc, Params: []byte{}, Results: []byte{i32}}},
		Exports: []Export{
			{"portico_abi_v1", api.ExternTypeFunc, 2},
			{"portico_authorize", api.ExternTypeFunc, 1},
			{"memory", api.ExternTypeMemory, 0},
		},
		ExportedFuncs: []FuncType{{"portico_abi_v1", []byte{}, []byte{}}, {"portico_authorize", []byte{}, []byte{i32}}},
		Memory:        &Memory{Min: 1, Max: 4, HasMax: true},
		Tables:        []Table{{Min: 2}},
		Start:         true,
		Funcs:         2,
		CodeBytes:     9,
		Custom:        []Custom{{"producers", 21}, {"abc", 1}},
		Producers:     []Producer{{"language", "Rust", "1.96"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Inspect() = %+v\nwant %+v", got, want)
	}
	if kinds := got.Kinds(); !slices.Equal(kinds, []hostabi.Kind{hostabi.Authorize}) {
		t.Errorf("Kinds() = %v, want authorize", kinds)
	}
}

func TestInspectKindsNeedTheMarker(t *testing.T) {
	in := &Info{ExportedFuncs: []FuncType{{Name: hostabi.ExportAuthorize}}}
	if kinds := in.Kinds(); kinds != nil {
		t.Errorf("Kinds() = %v without the marker", kinds)
	}
}

func TestInspectIgnoresBrokenProducers(t *testing.T) {
	in, err := Inspect([]byte("\x00asm\x01\x00\x00\x00\x00\x0c\x09producers\xff\x01"))
	if err != nil || in.Producers != nil || len(in.Custom) != 1 {
		t.Errorf("Inspect() = %+v, %v", in, err)
	}
}

// FuzzInspect holds Inspect against wazero: it never panics, and where wazero
// takes a module, both see the same functions, imports and exports.
func FuzzInspect(f *testing.F) {
	names, err := filepath.Glob("testdata/guests/*.wasm")
	if err != nil || len(names) == 0 {
		f.Fatal("no guests", err)
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	e := newEngine(f, Options{})
	f.Fuzz(func(t *testing.T, wasm []byte) {
		in, err := Inspect(wasm)
		if err != nil || len(wasm) > 64<<10 || e.refuse(in) != nil {
			return
		}
		if _, _, err := e.rewriter.rewrite(wasm, Limits{}.defaults()); err != nil {
			return // counts that wazero would allocate for
		}
		m, err := e.runtime.CompileModule(t.Context(), wasm)
		if err != nil {
			return
		}
		defer m.Close(t.Context())
		if got, want := len(in.Imports), len(m.ImportedFunctions()); got != want {
			t.Errorf("%d imports, wazero has %d", got, want)
		}
		exported := m.ExportedFunctions()
		if len(in.ExportedFuncs) != len(exported) {
			t.Errorf("%d exported functions, wazero has %d", len(in.ExportedFuncs), len(exported))
		}
		for _, g := range in.ExportedFuncs {
			w := exported[g.Name]
			if w == nil || !slices.Equal(g.Params, w.ParamTypes()) || !slices.Equal(g.Results, w.ResultTypes()) {
				t.Errorf("export %q differs from wazero's", g.Name)
			}
		}
	})
}
