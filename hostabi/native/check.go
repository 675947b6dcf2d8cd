package native

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Check says what keeps a module from being a native guest, without running
// it. The error is of type [Problems] and lists everything, or, for a module
// that is made for something else, says what that is and what to do.
func Check(info *engine.Info) error {
	if p := foreign(info); p != "" {
		return Problems{p}
	}
	var problems Problems
	problems = checkExports(problems, info)
	problems = checkImports(problems, info)
	if len(problems) == 0 {
		return nil
	}
	return problems
}

// exports are the functions that a native guest may export, all without
// parameters.
var exports = []struct {
	name, result string
	kind         bool
}{
	{name: hostabi.ExportMarker},
	{name: hostabi.ExportInitialize},
	{hostabi.ExportConfigure, "i", false},
	{hostabi.ExportAuthorize, "i", true},
	{hostabi.ExportMapRequest, "i", true},
	{hostabi.ExportMapResponse, "i", true},
	{hostabi.ExportIntegrate, "i", true},
}

func checkExports(problems Problems, info *engine.Info) Problems {
	kinds := 0
	for _, e := range exports {
		i := slices.IndexFunc(info.Exports, func(x engine.Export) bool { return x.Name == e.name })
		if i < 0 {
			continue
		}
		if e.kind {
			kinds++
		}
		f, ok := info.Func(e.name)
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("export %q is no function", e.name))
		case len(f.Params) > 0 || !slices.Equal(f.Results, valueTypes(e.result)):
			problems = append(problems, fmt.Sprintf("export %q is %s, it must be %s",
				e.name, signature(f.Params, f.Results), signature(nil, valueTypes(e.result))))
		}
	}
	if kinds == 0 {
		problems = append(problems, "it exports no kind of plugin: portico_authorize, portico_map_request, "+
			"portico_map_response or portico_integrate")
	}
	memory := slices.ContainsFunc(info.Exports, func(x engine.Export) bool {
		return x.Name == hostabi.ExportMemory && x.Type == api.ExternTypeMemory
	})
	if !memory {
		problems = append(problems, `it exports no memory named "memory"`)
	}
	return problems
}

// wasi is the module that the engine provides and checks.
const wasi = "wasi_snapshot_preview1"

func checkImports(problems Problems, info *engine.Info) Problems {
	var named []string // modules that were complained about
	for _, i := range info.Imports {
		switch {
		case known(i.Module):
			if p := checkImport(i); p != "" {
				problems = append(problems, p)
			}
		case i.Module == wasi || slices.Contains(named, i.Module):
		default:
			named = append(named, i.Module)
			problems = append(problems, unknownModule(i.Module))
		}
	}
	return problems
}

func unknownModule(module string) string {
	if strings.HasPrefix(module, "portico_") {
		return fmt.Sprintf("import module %q needs a later Portico", module)
	}
	return fmt.Sprintf("import module %q is unknown", module)
}

// known reports whether this version has functions of a module.
func known(module string) bool {
	_, ok := capabilityOf(module)
	return ok || module == hostabi.ModuleCore
}

// functionOf finds the function that an import names.
func functionOf(i engine.Import) (hostabi.Func, bool) {
	n := slices.IndexFunc(hostabi.Functions, func(f hostabi.Func) bool {
		module, name := f.Import()
		return module == i.Module && name == i.Name
	})
	if n < 0 {
		return hostabi.Func{}, false
	}
	return hostabi.Functions[n], true
}

func checkImport(i engine.Import) string {
	name := i.Module + "." + i.Name
	f, ok := functionOf(i)
	switch {
	case !ok:
		return fmt.Sprintf("import %q needs a later Portico", name)
	case i.Type != api.ExternTypeFunc:
		return fmt.Sprintf("import %q is no function", name)
	}
	params, results := valueTypes(f.Params), valueTypes(f.Result)
	if !slices.Equal(i.Params, params) || !slices.Equal(i.Results, results) {
		return fmt.Sprintf("import %q is %s, it must be %s", name,
			signature(i.Params, i.Results), signature(params, results))
	}
	return ""
}

// Since is the oldest Portico that has every function which a module imports
// from the modules of this ABI, "" for none.
func Since(info *engine.Info) (version string) {
	for _, i := range info.Imports {
		if f, ok := functionOf(i); ok && olderVersion(version, f.Since) {
			version = f.Since
		}
	}
	return version
}

// olderVersion reports whether a is an older version than b.
func olderVersion(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		if len(as[i]) != len(bs[i]) { // decimal without leading zeros
			return len(as[i]) < len(bs[i])
		}
		if as[i] != bs[i] {
			return as[i] < bs[i]
		}
	}
	return len(as) < len(bs)
}

func signature(params, results []api.ValueType) string {
	return "(" + typeNames(params) + ") -> (" + typeNames(results) + ")"
}

func typeNames(types []api.ValueType) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = api.ValueTypeName(t)
	}
	return strings.Join(names, ", ")
}
