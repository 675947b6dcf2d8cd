package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// Module is a compiled module. It is safe for concurrent use. Pools made from
// it keep what they need, so it may be closed before them.
type Module struct {
	compiled *compiled
	closed   atomic.Bool
}

// Func names an exported function of a module, for all its instances.
type Func int

type moduleKey struct {
	digest [sha256.Size]byte // of the original
	limits Limits
}

// compiled is what modules of equal bytes and limits share.
type compiled struct {
	engine *Engine
	key    moduleKey
	digest string
	limits Limits
	info   *Info
	start  string // export that stands for the start section
	module wazero.CompiledModule
	funcs  []exported // sorted by name; Func is an index
	slots  int        // the largest of all

	refs int // guarded by Engine.mu
}

// exported is one function that can be called.
type exported struct {
	name    string
	params  int
	slots   int // of a call's stack: the larger of parameters and results
	returns bool
}

func newExported(name string, params, results []api.ValueType) exported {
	n := slots(params)
	return exported{name: name, params: n, slots: max(n, slots(results), 1), returns: len(results) > 0}
}

// slots is how much of a call's stack values take: a vector takes two places.
func slots(types []api.ValueType) int {
	const v128 = 0x7b
	return len(types) + bytes.Count(types, []byte{v128})
}

// indexFuncs numbers the exported functions.
func (c *compiled) indexFuncs() {
	for _, f := range c.info.ExportedFuncs {
		c.funcs = append(c.funcs, newExported(f.Name, f.Params, f.Results))
	}
	if c.start != "" {
		c.funcs = append(c.funcs, newExported(c.start, nil, nil))
	}
	slices.SortFunc(c.funcs, func(a, b exported) int { return strings.Compare(a.name, b.name) })
	c.slots = 1
	for _, f := range c.funcs {
		c.slots = max(c.slots, f.slots)
	}
}

func (c *compiled) lookup(name string) (Func, bool) {
	n, ok := slices.BinarySearchFunc(c.funcs, name, func(f exported, name string) int {
		return strings.Compare(f.name, name)
	})
	return Func(n), ok
}

func (c *compiled) release() {
	c.engine.mu.Lock()
	c.refs--
	last := c.refs == 0
	if last {
		delete(c.engine.modules, c.key)
	}
	c.engine.mu.Unlock()
	if last {
		// It has no error to give; it only takes the code out of a map.
		_ = c.module.Close(context.Background())
	}
}

// Func finds an exported function.
func (m *Module) Func(name string) (f Func, ok bool) { return m.compiled.lookup(name) }

// Info is what Inspect says of the original module. It is shared and must not
// be changed.
func (m *Module) Info() *Info { return m.compiled.info }

// Imports lists what the module imports, in its order.
func (m *Module) Imports() []Import { return m.compiled.info.Imports }

// Exports lists the names that the module exports, in its order.
func (m *Module) Exports() []Export { return m.compiled.info.Exports }

// Digest is that of the original bytes, as "sha256:" and 64 hexadecimal
// digits.
func (m *Module) Digest() string { return m.compiled.digest }

// Limits are those of Compile, with defaults filled in.
func (m *Module) Limits() Limits { return m.compiled.limits }

// Close gives the module back; its code is freed when its pools are closed
// too. A second Close does nothing.
func (m *Module) Close() {
	if m.closed.CompareAndSwap(false, true) {
		m.compiled.release()
	}
}
