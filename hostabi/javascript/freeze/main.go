// Freeze makes the JavaScript engine of what the C compiler gave: it runs the
// engine once, with the library as its script, and writes a module whose memory
// begins as that run left it. So an instance starts with the library evaluated.
//
//	freeze RAW.wasm LIBRARY.js… ENGINE.wasm
//
// The files of the library are one function together, in the order given.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: freeze RAW.wasm LIBRARY.js… ENGINE.wasm")
		os.Exit(2)
	}
	n := len(os.Args) - 1
	if err := freeze(os.Args[1], os.Args[2:n], os.Args[n]); err != nil {
		fmt.Fprintln(os.Stderr, "freeze:", err)
		os.Exit(1)
	}
}

func freeze(raw string, files []string, to string) error {
	wasm, err := os.ReadFile(raw)
	if err != nil {
		return err
	}
	source, err := library(files)
	if err != nil {
		return err
	}
	memory, err := run(context.Background(), wasm, source)
	if err != nil {
		return err
	}
	frozen, err := rewrite(wasm, memory)
	if err != nil {
		return err
	}
	return os.WriteFile(to, frozen, 0o644)
}

// library puts the files into one function of the host.
func library(files []string) ([]byte, error) {
	source := bytes.NewBufferString("(function (host) { \"use strict\";\n")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		source.Write(b)
	}
	source.WriteString("})")
	return source.Bytes(), nil
}

// run evaluates the library and returns the memory that it leaves.
func run(ctx context.Context, wasm, source []byte) ([]byte, error) {
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, err
	}
	compiled, err := r.CompileModule(ctx, wasm)
	if err != nil {
		return nil, err
	}
	var failure error
	if err := host(ctx, r, compiled, source, &failure); err != nil {
		return nil, err
	}
	m, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithStartFunctions(exportInitialize))
	if err != nil {
		return nil, err
	}
	answer, err := m.ExportedFunction(exportFreeze).Call(ctx)
	switch {
	case failure != nil:
		return nil, failure
	case err != nil:
		return nil, err
	case int32(answer[0]) != 0:
		return nil, fmt.Errorf("%s answered %d", exportFreeze, int32(answer[0]))
	}
	memory, ok := m.Memory().Read(0, m.Memory().Size())
	if !ok {
		return nil, errors.New("no memory")
	}
	return bytes.Clone(memory), nil
}

const (
	exportInitialize = "_initialize"
	exportFreeze     = "portico_freeze"
)

// host provides what the engine imports. The library must not call any of it
// while it is evaluated, except to be read and to fail.
func host(ctx context.Context, r wazero.Runtime, m wazero.CompiledModule, source []byte, failure *error) error {
	modules := map[string]wazero.HostModuleBuilder{}
	for _, f := range m.ImportedFunctions() {
		module, name, _ := f.Import()
		if module == wasi_snapshot_preview1.ModuleName {
			continue
		}
		if modules[module] == nil {
			modules[module] = r.NewHostModuleBuilder(module)
		}
		fn := api.GoModuleFunc(func(context.Context, api.Module, []uint64) {
			panic(fmt.Sprintf("the library called %s.%s", module, name))
		})
		switch module + "." + name {
		case "portico_script.read":
			fn = func(_ context.Context, m api.Module, s []uint64) {
				if ptr, size := uint32(s[0]), uint32(s[1]); int(size) >= len(source) {
					m.Memory().Write(ptr, source)
				}
				s[0] = uint64(len(source))
			}
		case "portico_script.fail":
			fn = func(_ context.Context, m api.Module, s []uint64) {
				text, _ := m.Memory().Read(uint32(s[2]), uint32(s[3]))
				*failure = fmt.Errorf("library:%d:%d: %s", uint32(s[0]), uint32(s[1]), text)
				s[0] = 0
			}
		}
		modules[module].NewFunctionBuilder().WithGoModuleFunction(fn, f.ParamTypes(), f.ResultTypes()).Export(name)
	}
	for _, b := range modules {
		if _, err := b.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}
