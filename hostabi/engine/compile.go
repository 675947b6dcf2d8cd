package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/portico-gateway/portico/hostabi/engine/rewrite"
)

// Compile makes wasm ready to run. Modules of equal bytes and limits are
// compiled once and shared; each is to be closed by its caller all the same.
// wasm is not kept and must not change meanwhile.
//
// One module is compiled at a time, so that serving does not suffer; ctx
// bounds the wait for that, not the compilation itself, which package rewrite
// bounds to a minute or so by the shape of the module; one that takes longer
// than [reportEvery] is logged. Modules that are there already do not wait.
// The errors that a module's author can mend match [ErrRefused], and those of
// package rewrite where a limit is the reason.
func (e *Engine) Compile(ctx context.Context, wasm []byte, l Limits) (*Module, error) {
	if len(wasm) > MaxModuleBytes {
		return nil, fmt.Errorf("%w: it has %d bytes, at most %d are allowed", ErrRefused, len(wasm), MaxModuleBytes)
	}
	key := moduleKey{digest: sha256.Sum256(wasm), limits: l.defaults()}
	if m, err := e.shared(key); m != nil || err != nil {
		return m, err
	}
	if err := e.compiling.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait to compile: %w", err)
	}
	defer e.compiling.Release(1)
	if m, err := e.shared(key); m != nil || err != nil {
		return m, err
	}
	c, err := e.compile(wasm, key)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errors.Join(ErrClosed, c.module.Close(context.Background()))
	}
	e.modules[key] = c
	return &Module{compiled: c}, nil
}

func (l Limits) defaults() Limits {
	if l.MemoryPages == 0 {
		l.MemoryPages = rewrite.DefaultMemoryPages
	}
	if l.TableElements == 0 {
		l.TableElements = rewrite.DefaultTableElements
	}
	if l.StackBytes == 0 {
		l.StackBytes = DefaultStackBytes
	}
	return l
}

// shared returns a module that is there already, or neither module nor error.
func (e *Engine) shared(key moduleKey) (*Module, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	c := e.modules[key]
	if c == nil {
		return nil, nil
	}
	c.refs++
	return &Module{compiled: c}, nil
}

// compile refuses, rewrites, validates and compiles, in that order: the
// rewriter refuses counts that wazero's decoder would reserve memory for, and
// what it makes of an invalid module is of no use.
func (e *Engine) compile(wasm []byte, key moduleKey) (c *compiled, err error) {
	// Both wazero and the rewriter see a stranger's bytes here.
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, fmt.Errorf("%w: the compiler panicked: %v", ErrRefused, r)
		}
	}()
	info, err := Inspect(wasm)
	if err != nil {
		return nil, err
	}
	if err := e.refuse(info); err != nil {
		return nil, err
	}
	rewritten, start, err := e.rewriter.rewrite(wasm, key.limits)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	c = &compiled{
		engine: e,
		key:    key,
		digest: "sha256:" + hex.EncodeToString(key.digest[:]),
		limits: key.limits,
		info:   info,
		start:  start,
		refs:   1,
	}
	c.indexFuncs()
	if e.cache == nil {
		if err := e.validate(wasm); err != nil {
			return nil, err
		}
		return c, c.build(rewritten)
	}
	known, done := e.cache.fetch(e.cache.key(key.digest, rewritten, e.interrupt))
	defer done()
	if !known { // what is in the cache was valid when it was put there
		if err := e.validate(wasm); err != nil {
			return nil, err
		}
	}
	err = c.build(rewritten)
	if err != nil && known {
		e.cache.discard()
		err = c.build(rewritten)
	}
	return c, err
}

// build makes native code.
func (c *compiled) build(rewritten []byte) (err error) {
	defer c.engine.reportCompiling(c.digest, c.info.Size)()
	c.module, err = c.engine.runtime.CompileModule(context.Background(), rewritten)
	if err != nil {
		return fmt.Errorf("compile rewritten module: %w", err)
	}
	return nil
}

// validate runs wazero's decoder and validator over the original, and not its
// compiler, which takes ten times as long: wazero asks for listeners between
// the two, and ours gives up there.
func (e *Engine) validate(wasm []byte) (err error) {
	defer func() {
		if r := recover(); r == errValidated {
			err = nil
		} else if r != nil {
			panic(r)
		}
	}()
	ctx := experimental.WithFunctionListenerFactory(context.Background(), stopCompiling{})
	m, err := e.runtime.CompileModule(ctx, wasm)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return m.Close(ctx) // without functions there is nobody to listen to
}

var errValidated = errors.New("module is valid")

type stopCompiling struct{}

func (stopCompiling) NewFunctionListener(api.FunctionDefinition) experimental.FunctionListener {
	panic(errValidated)
}

// config is what every instance starts with: nothing. WASI is our own, so
// wazero's files, clocks, arguments and environment are not even reachable,
// and start functions run under a deadline later.
var config = wazero.NewModuleConfig().WithName("").WithStartFunctions()
