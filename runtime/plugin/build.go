package plugin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"
	"sync"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/hostabi/native"
)

// builder makes guests.
type builder struct {
	engine *engine.Engine
	log    *slog.Logger
	now    func() time.Time
	held   *held
}

// held is what stays compiled for scripts.
type held struct {
	sync.Mutex // guards what follows
	module     *engine.Module
}

func (h *held) close() {
	h.Lock()
	defer h.Unlock()
	if h.module != nil {
		h.module.Close()
	}
}

func (b builder) build(ctx context.Context, name string, wasm []byte, s Settings, observe func(adapter.Observation)) (Guest, error) {
	if s.script {
		return b.script(ctx, name, wasm, s, observe)
	}
	i, err := Inspect(wasm)
	if err != nil {
		return nil, err
	}
	if i.Adapter == Command {
		if err := s.checkCommand(); err != nil {
			return nil, err
		}
		o := commandOptions(s)
		o.Name, o.Log, o.Observe = name, b.log, observe
		p, err := command.New(ctx, b.engine, wasm, o)
		if err != nil {
			return nil, unnamed(err)
		}
		return p, nil
	}
	o := nativeOptions(s, i.Info)
	o.Name, o.Log, o.Observe, o.Now = name, b.log, observe, b.now
	p, err := native.New(ctx, b.engine, wasm, o)
	if err != nil {
		return nil, unnamed(err)
	}
	return p, nil
}

func (b builder) script(ctx context.Context, name string, source []byte, s Settings, observe func(adapter.Observation)) (Guest, error) {
	if err := b.hold(ctx); err != nil {
		return nil, err
	}
	o := nativeOptions(s, nil)
	o.Name, o.Log, o.Observe, o.Now = name, b.log, observe, b.now
	p, err := javascript.New(ctx, b.engine, source, o)
	if err != nil {
		return nil, unnamed(err)
	}
	return p, nil
}

// unnamed takes the plugin's name off an error: the file says it.
func unnamed(err error) error {
	var l *adapter.LoadError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

const page = 64 << 10

func nativeOptions(s Settings, info *engine.Info) native.Options {
	return native.Options{
		Config:       s.Config,
		Capabilities: s.granted,
		Timeout:      s.Timeout,
		Instances:    s.Instances,
		QueueTimeout: s.queueTimeout(),
		Fresh:        s.Fresh,
		Limits:       s.limits(),
		SoftMemory:   softMemory(s.Memory, info),
		Allowance:    s.Allowance,
		Breaker:      s.breaker(),
	}
}

// commandOptions has no word on isolation: each call of a command is a process
// of its own.
func commandOptions(s Settings) command.Options {
	return command.Options{
		Config:       s.Config,
		Timeout:      s.Timeout,
		Instances:    s.Instances,
		QueueTimeout: s.queueTimeout(),
		Limits:       s.limits(),
		Allowance:    s.Allowance,
		Breaker:      s.breaker(),
	}
}

// checkCommand refuses limits of what a command cannot do.
func (s Settings) checkCommand() error {
	if s.Allowance.WithDefaults().Capability != hostabi.DefaultCapabilityCalls {
		return errors.New("[limits] capability_calls: a command has no capabilities; remove the key")
	}
	return nil
}

func (s Settings) queueTimeout() time.Duration {
	if s.QueueTimeout == 0 {
		return -1 // 0 would be the default
	}
	return s.QueueTimeout
}

func (s Settings) limits() engine.Limits {
	return engine.Limits{MemoryPages: uint32((s.Memory + page - 1) / page)}
}

func (s Settings) breaker() engine.BreakerOptions {
	o := engine.BreakerOptions{Failures: s.Failures, Window: s.Window, Backoff: s.Open}
	if s.Failures == 0 {
		o.Failures = math.MaxInt // off
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
