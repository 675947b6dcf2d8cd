package plugin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"

	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
)

// builder makes native guests.
type builder struct {
	engine *engine.Engine
	log    *slog.Logger
}

func (b builder) build(ctx context.Context, name string, wasm []byte, s Settings, observe func(native.Observation)) (Guest, error) {
	info, err := inspect(wasm)
	if err != nil {
		return nil, err
	}
	o := nativeOptions(s, info)
	o.Name, o.Log, o.Observe = name, b.log, observe
	p, err := native.New(ctx, b.engine, wasm, o)
	if err != nil {
		return nil, unnamed(err)
	}
	return p, nil
}

// inspect says statically what is wrong with a module.
func inspect(wasm []byte) (*engine.Info, error) {
	info, err := engine.Inspect(wasm)
	if err != nil {
		return nil, err
	}
	return info, native.Check(info)
}

// unnamed takes the plugin's name off an error: the file says it.
func unnamed(err error) error {
	var l *native.LoadError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

const page = 64 << 10

func nativeOptions(s Settings, info *engine.Info) native.Options {
	o := native.Options{
		Config:       s.Config,
		Timeout:      s.Timeout,
		Instances:    s.Instances,
		QueueTimeout: s.QueueTimeout,
		Fresh:        s.Fresh,
		Limits:       engine.Limits{MemoryPages: uint32((s.Memory + page - 1) / page)},
		SoftMemory:   softMemory(s.Memory, info),
		Breaker:      engine.BreakerOptions{Failures: s.Failures, Window: s.Window, Backoff: s.Open},
	}
	if o.QueueTimeout == 0 {
		o.QueueTimeout = -1 // 0 would be the default
	}
	if s.Failures == 0 {
		o.Breaker.Failures = math.MaxInt // off
	}
	return o
}

// softMemory is the size, in pages, from which an instance is replaced when
// its call has ended: half of its limit. Memory of WebAssembly never shrinks,
// and a guest that leaks would reach the limit in the middle of a call. A
// guest that needs that much from the start is left room to double.
func softMemory(limit int64, info *engine.Info) uint32 {
	pages := (limit + page - 1) / page
	mark := pages / 2
	if info != nil && info.Memory != nil {
		mark = max(mark, min(pages, 2*int64(info.Memory.Min)))
	}
	return uint32(mark)
}

// guard turns a panic over a stranger's bytes into an error.
func guard[T any](log *slog.Logger, file string, do func() (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			log.Error("panic while reading a plugin", "file", file, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("it made the loader panic: %v", r)
		}
	}()
	return do()
}
