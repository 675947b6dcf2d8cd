package command_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
)

func TestCheckSaysEverythingThatIsWrong(t *testing.T) {
	memory := engine.Export{Name: "memory", Type: api.ExternTypeMemory}
	start := engine.Export{Name: "_start", Type: api.ExternTypeFunc}
	f := engine.FuncType{Name: "_start"}
	wasi := engine.Import{Module: "wasi_snapshot_preview1", Name: "fd_read"}
	tests := []struct {
		name string
		info engine.Info
		want []string
	}{
		{"a program", engine.Info{Exports: []engine.Export{memory, start}, ExportedFuncs: []engine.FuncType{f}, Imports: []engine.Import{wasi}}, nil},
		{"nothing", engine.Info{}, []string{"it exports no function _start, so it is no command", `it exports no memory named "memory"`}},
		{"a memory by another type", engine.Info{Exports: []engine.Export{{Name: "memory"}, start}, ExportedFuncs: []engine.FuncType{f}},
			[]string{`it exports no memory named "memory"`}},
		{"a library that is also a program", engine.Info{Exports: []engine.Export{memory, start}, ExportedFuncs: []engine.FuncType{f, {Name: "_initialize"}}},
			[]string{"it exports _start and _initialize, and can be a command or a library but not both"}},
		{"a start with parameters", engine.Info{Exports: []engine.Export{memory, start}, ExportedFuncs: []engine.FuncType{{Name: "_start", Params: []api.ValueType{api.ValueTypeI32}}}},
			[]string{"its function _start has parameters or results"}},
		{"host functions, each module once", engine.Info{Exports: []engine.Export{memory, start}, ExportedFuncs: []engine.FuncType{f},
			Imports: []engine.Import{{Module: "portico_core_v1", Name: "log"}, wasi, {Module: "portico_core_v1", Name: "random"}, {Module: "env", Name: "x"}}},
			[]string{`it imports from "portico_core_v1"; a command has wasi_snapshot_preview1 alone, host functions are for libraries with the marker portico_abi_v1 (hostabi/ABI.md)`,
				`it imports from "env"; a command has wasi_snapshot_preview1 alone, host functions are for libraries with the marker portico_abi_v1 (hostabi/ABI.md)`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := command.Check(&tt.info)
			got := ""
			if err != nil {
				var p adapter.Problems
				if !errors.As(err, &p) {
					t.Errorf("the error is %T", err)
				}
				got = err.Error()
			}
			if want := strings.Join(tt.want, "; "); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// bytesOf makes a module of sections, each with its id and length in front.
func bytesOf(sections ...string) []byte {
	return []byte("\x00asm\x01\x00\x00\x00" + strings.Join(sections, ""))
}

func TestWhatCannotBeLoadedIsNamed(t *testing.T) {
	const (
		typ     = "\x01\x04\x01\x60\x00\x00"
		fn      = "\x03\x02\x01\x00"
		mem     = "\x05\x03\x01\x00\x01"
		exports = "\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00"
		code    = "\x0a\x04\x01\x02\x00\x0b"
		outside = "\x0b\x0a\x01\x00\x41\xff\xff\x03\x0b\x02hi" // data over the end of memory
		unknown = "\x02\x1e\x01\x16wasi_snapshot_preview1\x03exe\x00\x00"
	)
	e := newEngine(t)
	for name, tt := range map[string]struct {
		wasm []byte
		want string
	}{
		"text":                   {[]byte("(module)"), "it is not WebAssembly"},
		"no program":             {bytesOf(), "it exports no function _start"},
		"an unknown call":        {bytesOf(typ, unknown, fn, mem, strings.Replace(exports, "_start\x00\x00", "_start\x00\x01", 1), code), `it imports the unknown function "wasi_snapshot_preview1"."exe"`},
		"data outside of memory": {bytesOf(typ, fn, mem, exports, code, outside), "start instance"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := command.New(context.Background(), e, tt.wasm, command.Options{Name: "p"})
			var l *adapter.LoadError
			if p != nil || !errors.As(err, &l) || l.Plugin != "p" || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a load error with %q", err, tt.want)
			}
		})
	}
	t.Run("a program that does nothing", func(t *testing.T) {
		p := load(t, e, bytesOf(typ, fn, mem, exports, code), command.Options{})
		if got := call(p, hostabi.Authorize, about("")); got.Reason != hostabi.Malformed {
			t.Errorf("got %+v", got)
		}
	})
}
