package engine

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// HostFunc is a function that guests may import.
type HostFunc struct {
	Name            string
	Params, Results []api.ValueType

	// Fn gets the context of the call it is part of: [InstanceOf] and
	// [CallState] read it without allocation. That context is done when the
	// caller's is, and its Deadline is the call's; it carries no values,
	// those are at Instance.Context. A panic in Fn ends the call with ErrHost.
	Fn api.GoModuleFunc
}

// DefineHost provides a module that guests may import from. It is not safe for
// concurrent use and comes before the first Compile.
func (e *Engine) DefineHost(module string, fns []HostFunc) error {
	if _, ok := e.hosts[module]; ok {
		return fmt.Errorf("define host module %q: defined before", module)
	}
	b := e.runtime.NewHostModuleBuilder(module)
	byName := make(map[string]HostFunc, len(fns))
	for _, f := range fns {
		if _, ok := byName[f.Name]; ok {
			return fmt.Errorf("define host module %q: %q twice", module, f.Name)
		}
		byName[f.Name] = f
		b.NewFunctionBuilder().
			WithGoModuleFunction(checked(f.Fn), f.Params, f.Results).
			WithName(f.Name).
			Export(f.Name)
	}
	if err := instantiateHost(b); err != nil {
		return fmt.Errorf("define host module %q: %w", module, err)
	}
	e.hosts[module] = byName
	return nil
}

func instantiateHost(b wazero.HostModuleBuilder) error {
	_, err := b.Instantiate(context.Background())
	return err
}

// checked counts the host calls of an instance and makes every checkEvery-th look
// whether its call is to end: a guest may spend its time in long host calls, of
// which too few pass between two yields to be stopped there.
func checked(fn api.GoModuleFunc) api.GoModuleFunc {
	return func(ctx context.Context, mod api.Module, stack []uint64) {
		i := InstanceOf(ctx)
		if i.hostCalls++; i.hostCalls >= i.nextCheck {
			i.checkCalls()
		}
		fn(ctx, mod, stack)
	}
}

// InstanceOf returns the instance whose call a host function is part of. ctx
// is the one that the host function got.
func InstanceOf(ctx context.Context) *Instance {
	return ctx.(*callContext).i
}

// CallState returns what was handed to Instance.Call as state for the call
// that a host function is part of. The module is the one that the host
// function got; it is not needed, and taken so that the signature reads like
// the function's own.
func CallState(ctx context.Context, _ api.Module) any {
	return ctx.(*callContext).i.state
}
