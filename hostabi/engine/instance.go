package engine

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero/api"
)

// Instance is a running module. One goroutine at a time uses it: who got it
// from a pool, until it is put back.
type Instance struct {
	engine   *Engine
	compiled *compiled
	module   api.Module
	memory   api.Memory // nil without one, and when it is closed
	linear   linear     // what memory is made of
	funcs    []function // by Func; resolved at the first call
	stack    []uint64   // parameters and results
	ctx      callContext
	state    any
	running  *function // the one that is under way, or was last; nil before

	pool      *Pool
	lent      atomic.Bool // between Get and Put
	hostCalls int         // of the call
	nextCheck int         // hostCalls at which the call looks whether it is to end
	maxCalls  int         // hostCalls beyond which it ends; 0 is no bound
	accounted int64       // bytes of memory in the pool's sum; guarded by Pool.mu
	output    output
	stdio     *Stdio // nil but for programs
	broken    error  // kind of the error that ended the last call; nil when it returned

	// Value is the user's, for what belongs to the instance and outlives a
	// call. The engine does not look at it.
	Value any
}

// function is an exported function of one instance.
type function struct {
	api.Function
	stack, handlers reflect.Value
}

// instantiate makes an instance and runs its start section, _initialize and
// init, all until the deadline.
func (c *compiled) instantiate(ctx context.Context, o *PoolOptions) (i *Instance, err error) {
	e := c.engine
	i = &Instance{
		engine:   e,
		compiled: c,
		funcs:    make([]function, len(c.funcs)),
		stack:    make([]uint64, c.slots),
		output:   newOutput(o),
		linear:   linear{spaces: e.spaces},
	}
	i.ctx.i = i
	i.ctx.parent = context.Background()
	deadline := time.Now().Add(o.StartTimeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}

	// Without a rewriter, wazero runs the start section inside of this.
	cancel := i.enter(ctx, deadline, nil)
	i.ctx.making = i.linear.provide()
	i.module, err = instantiateModule(i)
	i.ctx.making = nil
	i.leave(cancel)
	if err != nil {
		i.linear.release()
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	if c.info.Memory != nil {
		i.memory = i.module.Memory()
	}
	if err := i.start(ctx, deadline, o.Init); err != nil {
		i.close()
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	return i, nil
}

// instantiateModule contains what wazero might do over segments that only a
// running instance looks at.
func instantiateModule(i *Instance) (m api.Module, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("instantiation panicked: %v", r)
		}
	}()
	return i.engine.runtime.InstantiateModule(&i.ctx, i.compiled.module, config)
}

// exportInitialize is the start of a WASI reactor.
const exportInitialize = "_initialize"

func (i *Instance) start(ctx context.Context, deadline time.Time, init func(context.Context, *Instance) error) error {
	for _, name := range [...]string{i.compiled.start, exportInitialize} {
		f, ok := i.compiled.lookup(name)
		if !ok {
			continue
		}
		if _, err := i.Call(ctx, deadline, f, nil); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if init == nil {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	return init(ctx, i)
}

// Func finds an exported function. The result is that of Module.Func.
func (i *Instance) Func(name string) (f Func, ok bool) { return i.compiled.lookup(name) }

// function resolves f once: looking up an export costs a microsecond.
func (i *Instance) function(f Func) (api.Function, error) {
	if f < 0 || int(f) >= len(i.funcs) {
		return nil, ErrNoFunc
	}
	fn := &i.funcs[f]
	if fn.Function == nil {
		fn.Function = i.module.ExportedFunction(i.compiled.funcs[f].name)
		fn.stack, fn.handlers = stackOf(fn.Function)
	}
	i.running = fn
	return fn.Function, nil
}

// Bytes is a view of the guest's memory, for the length of the host call that
// asks: the guest may grow its memory and thereby move it, and when the instance is
// gone another has that memory, or nobody: to touch it then may end the process. ok
// is false when
// the range is not inside. Pointers and lengths that came as i32 are to be
// converted by uint32(stack[n]), which masks what wazero leaves in the upper
// half.
func (i *Instance) Bytes(ptr, length uint32) (b []byte, ok bool) {
	all, end := i.linear.bytes, uint64(ptr)+uint64(length)
	if i.memory == nil || end > uint64(len(all)) {
		return nil, false
	}
	return all[ptr:end:end], true
}

// MemoryPages is the size of the guest's memory in pages of 64 KiB.
func (i *Instance) MemoryPages() uint32 {
	if i.memory == nil {
		return 0
	}
	return i.memory.Size() >> 16
}

// close frees the instance. Its memory is another's then.
func (i *Instance) close() {
	// Nothing of wazero's closing can fail for a module without files.
	_ = i.module.Close(context.Background())
	i.memory = nil
	i.linear.release()
}
