package engine

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero/api"
)

// refuse reports every import that the host does not provide, in the module's
// order.
func (e *Engine) refuse(in *Info) error {
	var problems []string
	for _, i := range in.Imports {
		if p := e.missing(i); p != "" {
			problems = append(problems, p)
		}
	}
	if in.Memory != nil && in.Memory.Shared {
		problems = append(problems, "its memory is shared; threads are not supported")
	}
	if problems == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrRefused, strings.Join(problems, "; "))
}

// missing says why an import cannot be had, "" when it can.
func (e *Engine) missing(i Import) string {
	name := fmt.Sprintf("%q.%q", i.Module, i.Name)
	switch i.Type {
	case api.ExternTypeFunc:
	case api.ExternTypeMemory:
		if i.shared {
			return "it imports the shared memory " + name + "; threads are not supported"
		}
		return "it imports the memory " + name + "; a guest must bring its own memory and export it"
	case api.ExternTypeTable:
		return "it imports the table " + name + "; the host provides functions only"
	case api.ExternTypeGlobal:
		return "it imports the global " + name + "; the host provides functions only"
	default:
		return "it imports the tag " + name + "; the host provides functions only"
	}
	module, ok := e.hosts[i.Module]
	if !ok {
		return "it imports the function " + name + " of an unknown module"
	}
	f, ok := module[i.Name]
	if !ok {
		return "it imports the unknown function " + name
	}
	if !bytes.Equal(f.Params, i.Params) || !bytes.Equal(f.Results, i.Results) {
		return fmt.Sprintf("it imports the function %s as %s, it is %s",
			name, describe(i.Params, i.Results), describe(f.Params, f.Results))
	}
	return ""
}

// describe prints a function type as "(i32, i64) -> (i32)".
func describe(params, results []api.ValueType) string {
	return "(" + valueTypes(params) + ") -> (" + valueTypes(results) + ")"
}

func valueTypes(types []api.ValueType) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = api.ValueTypeName(t)
	}
	return strings.Join(names, ", ")
}
