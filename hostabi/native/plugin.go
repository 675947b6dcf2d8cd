package native

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Plugin is a native guest, ready to be called. It is safe for concurrent
// use.
type Plugin struct {
	name    string
	config  []byte
	timeout time.Duration
	script  *Script // nil but for an interpreter
	learned bool    // what the script exports is known

	capabilities hostabi.Capabilities
	allowance    hostabi.Allowance
	used         [hostabi.CapabilityCount]atomic.Uint64 // calls into each

	log     *slog.Logger
	now     func() time.Time
	observe func(Observation)

	module   *engine.Module
	pool     *engine.Pool
	breaker  *engine.Breaker
	has      [hostabi.Kinds]bool
	funcs    [hostabi.Kinds]engine.Func
	counters adapter.Counters
}

var _ hostabi.Plugin = (*Plugin)(nil)

// New makes a plugin of a native guest: it checks the module, compiles it and
// makes its first instances, which configure themselves. ctx bounds the wait
// for the compiler. wasm is not kept. What the guest's author or operator can
// mend is a [LoadError]. Close the plugin when done.
func New(ctx context.Context, e *engine.Engine, wasm []byte, o Options) (*Plugin, error) {
	info, err := engine.Inspect(wasm)
	if err != nil {
		return nil, adapter.NewLoadError(o.Name, err)
	}
	if err := check(info, &o); err != nil {
		return nil, adapter.NewLoadError(o.Name, err)
	}
	m, err := e.Compile(ctx, wasm, o.Limits)
	if err != nil {
		return nil, adapter.NewLoadError(o.Name, err)
	}
	p := newPlugin(m, o)
	if p.pool, err = m.NewPool(p.poolOptions(o)); err != nil {
		m.Close()
		return nil, adapter.NewLoadError(o.Name, err)
	}
	return p, nil
}

// check says what keeps a module from being the plugin.
func check(info *engine.Info, o *Options) error {
	if o.Script != nil {
		return nil
	}
	if err := Check(info); err != nil {
		return err
	}
	if problems := checkGrants(info.Imports, &o.Capabilities); problems != nil {
		return problems
	}
	return nil
}

func newPlugin(m *engine.Module, o Options) *Plugin {
	p := &Plugin{
		name:         o.Name,
		config:       o.Config,
		script:       o.Script,
		capabilities: o.Capabilities,
		timeout:      o.Timeout,
		allowance:    o.Allowance.WithDefaults(),
		now:          o.Now,
		observe:      o.Observe,
		module:       m,
		breaker:      engine.NewBreaker(o.Breaker),
	}
	if len(p.config) == 0 {
		p.config = []byte("{}")
	}
	if p.timeout <= 0 {
		p.timeout = DefaultTimeout
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.log = slog.New(slog.DiscardHandler)
	if o.Log != nil {
		p.log = o.Log.With(slog.String("plugin", o.Name))
	}
	for k := range hostabi.Kind(hostabi.Kinds) {
		p.funcs[k], p.has[k] = m.Func(k.Export())
	}
	return p
}

func (p *Plugin) poolOptions(o Options) engine.PoolOptions {
	pool := engine.PoolOptions{
		Name:         o.Name,
		Max:          o.Instances,
		Warm:         o.Warm,
		QueueTimeout: o.QueueTimeout,
		SoftMemory:   o.SoftMemory,
		Fresh:        o.Fresh,
		StartTimeout: o.StartTimeout,
		Init:         p.configure,
		Output:       p.output,
	}
	if secrets := p.capabilities.Secrets; secrets != nil {
		pool.LineBytes, pool.Hold = maxRedacted, secrets.Begun
	}
	return pool
}

// callOf is the state of an instance's calls.
func (p *Plugin) callOf(i *engine.Instance) *call {
	c, _ := i.Value.(*call)
	if c == nil {
		c = &call{plugin: p, instance: i, phase: starting}
		c.stream.c = c
		c.resume()
		i.Value = c
	}
	return c
}

// output takes a line that a guest printed.
func (p *Plugin) output(i *engine.Instance, stderr bool, line []byte) {
	level, stream := slog.LevelInfo, "stdout"
	if stderr {
		level, stream = slog.LevelWarn, "stderr"
	}
	p.callOf(i).line(level, line, stream)
}

// configure runs portico_configure on a new instance.
func (p *Plugin) configure(ctx context.Context, i *engine.Instance) error {
	c := p.callOf(i)
	if !p.has[hostabi.Configure] {
		return nil
	}
	c.begin(hostabi.Configure, nil)
	defer c.end()
	deadline, _ := ctx.Deadline()
	v, err := i.Call(ctx, deadline, p.funcs[hostabi.Configure], nil)
	switch answer := int32(uint32(v)); {
	case err != nil:
		return fmt.Errorf("%s: %w", hostabi.ExportConfigure, err)
	case c.scriptError != nil && answer != 0:
		return c.scriptError
	case c.refusal != "" && answer != 0:
		return fmt.Errorf("configuration refused: %s", c.refusal)
	case answer < 0:
		return fmt.Errorf("configuration refused: %w", hostabi.Code(answer))
	case answer != 0:
		return fmt.Errorf("%s answered %d, which means nothing", hostabi.ExportConfigure, answer)
	}
	if p.script != nil && !p.learned {
		p.learn(c.kinds)
	}
	return nil
}

// Name is the plugin's name.
func (p *Plugin) Name() string { return p.name }

// Has reports whether the plugin can be called as that kind. Configure is the
// adapter's own.
func (p *Plugin) Has(k hostabi.Kind) bool {
	return k != hostabi.Configure && int(k) < hostabi.Kinds && p.has[k]
}

// Digest is that of the module's bytes, "sha256:…".
func (p *Plugin) Digest() string { return p.module.Digest() }

// Close refuses further calls and returns when those under way have ended.
func (p *Plugin) Close() {
	p.pool.Close()
	p.module.Close()
}

var (
	errNoKind     = errors.New("the plugin has no such kind")
	errNoResult   = errors.New("answered 3 without a result that was accepted")
	errAfterFlush = errors.New("answered 3 after stream_flush")
)
