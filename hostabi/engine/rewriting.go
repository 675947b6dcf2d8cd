package engine

import (
	"context"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi/engine/rewrite"
)

// rewriter is what makes guests stoppable; a cheap mechanism of wazero's own
// could take its place.
type rewriter interface {
	// rewrite returns the module to compile, and the export that stands for
	// its start section, "" for none.
	rewrite(wasm []byte, l Limits) (rewritten []byte, start string, err error)

	// define provides what rewritten modules import.
	define(e *Engine) error
}

func newRewriter(i Interrupt) rewriter {
	if i == Rewrite {
		return yielding{}
	}
	return unmodified{}
}

// unmodified leaves modules as they are.
type unmodified struct{}

func (unmodified) rewrite(wasm []byte, _ Limits) ([]byte, string, error) { return wasm, "", nil }
func (unmodified) define(*Engine) error                                  { return nil }

// yielding is package rewrite.
type yielding struct{}

func (yielding) rewrite(wasm []byte, l Limits) ([]byte, string, error) {
	r, err := rewrite.Module(wasm, rewrite.Limits{MemoryPages: l.MemoryPages, TableElements: l.TableElements})
	if err != nil {
		return nil, "", err
	}
	return r.Wasm, r.Start, nil
}

// define does not enter yield into Engine.hosts: no guest may import it.
func (yielding) define(e *Engine) error {
	yield := api.GoModuleFunc(func(ctx context.Context, _ api.Module, _ []uint64) { InstanceOf(ctx).Check() })
	b := e.runtime.NewHostModuleBuilder(rewrite.YieldModule)
	b.NewFunctionBuilder().WithGoModuleFunction(yield, nil, nil).Export(rewrite.YieldName)
	return instantiateHost(b)
}
