package command

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Plugin is a command, ready to be called. It is safe for concurrent use.
type Plugin struct {
	name      string
	args, env []string
	timeout   time.Duration
	allowance hostabi.Allowance
	log       *slog.Logger
	observe   func(adapter.Observation)

	module   *engine.Module
	start    engine.Func
	pool     *engine.Pool
	breaker  *engine.Breaker
	counters adapter.Counters
}

var _ hostabi.Plugin = (*Plugin)(nil)

// New makes a plugin of a program: it checks the module, compiles it, and makes
// one instance without running it. ctx bounds the wait for the compiler. wasm
// is not kept. What the program's author can mend is an [adapter.LoadError].
// Close the plugin when done.
func New(ctx context.Context, e *engine.Engine, wasm []byte, o Options) (*Plugin, error) {
	info, err := engine.Inspect(wasm)
	if err != nil {
		return nil, adapter.NewLoadError(o.Name, err)
	}
	if err := Check(info); err != nil {
		return nil, adapter.NewLoadError(o.Name, err)
	}
	m, err := e.Compile(ctx, wasm, o.Limits)
	if err != nil {
		return nil, adapter.NewLoadError(o.Name, err)
	}
	p := newPlugin(m, o)
	p.pool, err = m.NewPool(engine.PoolOptions{
		Name:         o.Name,
		Max:          o.Instances,
		QueueTimeout: o.QueueTimeout,
		Fresh:        true,
		Output:       p.output,
	})
	if err != nil {
		m.Close()
		return nil, adapter.NewLoadError(o.Name, err)
	}
	return p, nil
}

func newPlugin(m *engine.Module, o Options) *Plugin {
	config := "{}"
	if len(o.Config) > 0 {
		config = string(o.Config)
	}
	p := &Plugin{
		name:      o.Name,
		args:      []string{o.Name},
		env:       []string{EnvConfig + "=" + config},
		timeout:   o.Timeout,
		allowance: o.Allowance.WithDefaults(),
		log:       slog.New(slog.DiscardHandler),
		observe:   o.Observe,
		module:    m,
		breaker:   engine.NewBreaker(o.Breaker),
	}
	if p.timeout <= 0 {
		p.timeout = DefaultTimeout
	}
	if o.Log != nil {
		p.log = o.Log.With(slog.String("plugin", o.Name))
	}
	p.start, _ = m.Func(exportStart) // Check has seen it
	return p
}

// Name is the plugin's name.
func (p *Plugin) Name() string { return p.name }

// Has reports whether the plugin can be called as that kind: [Kinds].
func (p *Plugin) Has(k hostabi.Kind) bool { return slices.Contains(Kinds(), k) }

// Lacks says why Has is false for a kind.
func (p *Plugin) Lacks(hostabi.Kind) string {
	return "it is a command, which can be an authorizer or an integration and no mapper"
}

// Digest is that of the module's bytes, "sha256:…".
func (p *Plugin) Digest() string { return p.module.Digest() }

// Stats returns the state of the plugin.
func (p *Plugin) Stats() adapter.Stats { return p.counters.Stats(p.pool, p.breaker) }

// Close refuses further calls and returns when those under way have ended.
func (p *Plugin) Close() {
	p.pool.Close()
	p.module.Close()
}
