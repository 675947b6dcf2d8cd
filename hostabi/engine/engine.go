package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sync/semaphore"
)

// features are what guests may use. Exceptions, extended constants and tail
// calls are what current compilers emit; threads are not among them.
const features = api.CoreFeaturesV2 |
	experimental.CoreFeaturesExceptionHandling |
	experimental.CoreFeaturesExtendedConst |
	experimental.CoreFeaturesTailCall

// Engine compiles modules and owns everything made from them. It is safe for
// concurrent use, but for DefineHost, which comes before the first Compile.
type Engine struct {
	interrupt Interrupt
	rewriter  rewriter
	log       *slog.Logger
	cache     *cache // nil without a directory
	runtime   wazero.Runtime
	spaces    *spaces
	hosts     map[string]map[string]HostFunc
	now       func() time.Time
	epoch     time.Time // deadlines are kept as durations since, which is cheaper
	compiling *semaphore.Weighted
	closing   atomic.Bool
	done      chan struct{} // closed with closing, for what sleeps

	mu      sync.Mutex // guards what follows
	modules map[moduleKey]*compiled
	pools   map[*Pool]struct{}
	closed  bool
}

// New returns an engine. Close it when done.
func New(o Options) (*Engine, error) {
	e := &Engine{
		interrupt: o.Interrupt,
		rewriter:  newRewriter(o.Interrupt),
		log:       o.Logger,
		hosts:     map[string]map[string]HostFunc{},
		spaces:    newSpaces(),
		now:       o.Now,
		epoch:     time.Now(),
		compiling: semaphore.NewWeighted(1),
		done:      make(chan struct{}),
		modules:   map[moduleKey]*compiled{},
		pools:     map[*Pool]struct{}{},
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.now == nil {
		e.now = time.Now
	}
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(features).
		WithDebugInfoEnabled(o.Lines && o.Interrupt != Rewrite). // line tables describe the original
		WithCloseOnContextDone(o.Interrupt == WatchContext)
	if o.CacheDir != "" {
		size := o.CacheBytes
		if size == 0 {
			size = DefaultCacheBytes
		}
		c, err := openCache(o.CacheDir, size, e.log)
		if err != nil {
			return nil, err
		}
		e.cache = c
		config = config.WithCompilationCache(c.wazero)
	}
	e.runtime = wazero.NewRuntimeWithConfig(context.Background(), config)
	if err := e.defineBuiltin(); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// defineBuiltin provides WASI and, where guests are rewritten, yield.
func (e *Engine) defineBuiltin() error {
	if err := e.DefineHost(wasiModule, wasiFuncs()); err != nil {
		return err
	}
	return e.rewriter.define(e)
}

// Close ends the calls that are under way, closes all pools and frees all
// code. It returns when every lent instance has been put back. A second Close
// does nothing.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	pools := make([]*Pool, 0, len(e.pools))
	for p := range e.pools {
		pools = append(pools, p)
	}
	e.mu.Unlock()

	e.closing.Store(true)
	close(e.done)
	for _, p := range pools {
		p.Close()
	}
	// A compilation cannot be interrupted; it ends by itself.
	if err := e.compiling.Acquire(context.Background(), 1); err != nil {
		return err
	}
	defer e.compiling.Release(1)
	err := e.runtime.Close(context.Background())
	e.spaces.close()
	if e.cache != nil {
		err = errors.Join(err, e.cache.close())
	}
	return err
}
