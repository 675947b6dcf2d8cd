package command

import (
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

const (
	exportStart = "_start"
	moduleWasi  = "wasi_snapshot_preview1"
)

// Kinds are what a command can be called for. They cannot be read from its
// exports: what the program does with an event shows when it gets one.
func Kinds() []hostabi.Kind { return []hostabi.Kind{hostabi.Authorize, hostabi.Integrate} }

// Is reports whether a module is a program.
func Is(info *engine.Info) bool {
	return slices.ContainsFunc(info.Exports, func(x engine.Export) bool { return x.Name == exportStart })
}

// Check says what keeps a program from being a command plugin, without running
// it. The error is of type [adapter.Problems] and lists everything.
func Check(info *engine.Info) error {
	var problems adapter.Problems
	switch f, ok := info.Func(exportStart); {
	case !ok:
		problems = append(problems, "it exports no function _start, so it is no command")
	case len(f.Params)+len(f.Results) > 0:
		problems = append(problems, "its function _start has parameters or results")
	}
	if _, ok := info.Func(hostabi.ExportInitialize); ok {
		problems = append(problems, "it exports _start and _initialize, and can be a command or a library but not both")
	}
	if !slices.ContainsFunc(info.Exports, func(x engine.Export) bool {
		return x.Name == hostabi.ExportMemory && x.Type == api.ExternTypeMemory
	}) {
		problems = append(problems, `it exports no memory named "memory"`)
	}
	problems = checkImports(problems, info)
	if len(problems) == 0 {
		return nil
	}
	return problems
}

func checkImports(problems adapter.Problems, info *engine.Info) adapter.Problems {
	var named []string // modules that were complained about
	for _, i := range info.Imports {
		if i.Module == moduleWasi || slices.Contains(named, i.Module) {
			continue
		}
		named = append(named, i.Module)
		problems = append(problems, fmt.Sprintf("it imports from %q; a command has %s alone, "+
			"host functions are for libraries with the marker %s (hostabi/ABI.md)", i.Module, moduleWasi, hostabi.ExportMarker))
	}
	return problems
}
