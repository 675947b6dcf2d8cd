package javascript

import (
	"context"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
)

// defineLater provides the import modules that the JavaScript engine was built
// for and this version does not have: their functions answer ENOSYS, which a
// script sees as an error that names the function.
func defineLater(e *engine.Engine) error {
	info, err := engine.Inspect(Engine)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, f := range hostabi.Functions {
		module, _ := f.Import()
		known[module] = true
	}
	missing := map[string][]engine.HostFunc{}
	for _, i := range info.Imports {
		if strings.HasPrefix(i.Module, "portico_") && !known[i.Module] && i.Module != native.ModuleScript {
			missing[i.Module] = append(missing[i.Module], engine.HostFunc{Name: i.Name, Params: i.Params, Results: i.Results, Fn: noSys})
		}
	}
	for module, fns := range missing {
		if err := e.DefineHost(module, fns); err != nil {
			return err
		}
	}
	return nil
}

func noSys(_ context.Context, _ api.Module, s []uint64) { s[0] = api.EncodeI32(int32(hostabi.ENOSYS)) }
