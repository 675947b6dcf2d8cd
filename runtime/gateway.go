// Package runtime is the gateway: it builds a snapshot from a configuration
// and the plugins that it names, serves exchanges with it, and swaps it for
// the next one while requests run.
//
// From [Gateway.Serve] a reader meets the phases in the order in which a
// request does (chain.go). A snapshot is built in build.go; what outlives
// snapshots is in state.go.
package runtime

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/respond"
)

// Options say what a Gateway is made of.
type Options struct {
	// File is the gateway file.
	File string
	// Log takes what happens; nil discards it.
	Log *slog.Logger
	// Check opens the gateway to see whether it could be, and not to serve:
	// stores, which a running gateway may have to itself, stay closed.
	Check bool
	// Resolver resolves the names of hosts that plugins send requests to; nil
	// means the system's.
	Resolver *net.Resolver
	// Doubles are for the workbench.
	Doubles Doubles
}

// Gateway serves exchanges with its current snapshot. It is safe for
// concurrent use.
type Gateway struct {
	file    string
	log     *slog.Logger
	snap    atomic.Pointer[Snapshot]
	state   *state
	metrics *metrics

	// reload is held while a snapshot is built, so that they follow each
	// other in order.
	reload sync.Mutex
	last   atomic.Pointer[Result]
	// drains counts snapshots that are no longer current and still serve.
	drains sync.WaitGroup
	closed atomic.Bool
}

// Open reads the gateway file, builds the first snapshot and returns a gateway
// that serves it. The error lists every mistake of the file.
func Open(ctx context.Context, o Options) (*Gateway, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	m := newMetrics()
	g := &Gateway{file: o.File, log: o.Log, metrics: m, state: newState(o, m)}
	if _, err := g.Reload(ctx); err != nil {
		return nil, errors.Join(err, g.state.close())
	}
	return g, nil
}

// Serve runs one exchange through the phases of the snapshot it started with,
// and sends its answer. The snapshot is let go before the body is copied, so
// that an event stream of a day does not keep it alive for a day.
//
// A panic of a phase goes on to the front, which ends the connection; what the
// request held is let go before.
func (g *Gateway) Serve(ctx context.Context, x *exchange.Exchange) {
	defer finish(x)
	r := g.answer(ctx, x)
	err := respond.Send(x)
	g.record(ctx, x, r, err)
}

// answer runs the phases on the snapshot that is current now.
func (g *Gateway) answer(ctx context.Context, x *exchange.Exchange) *route {
	s := g.acquire()
	defer s.release()
	return s.answer(ctx, x)
}

// finish ends what an integration may have left running. All of it has ended
// already unless a phase panicked.
func finish(x *exchange.Exchange) {
	x.Response.Body.Close() // before its memory is given back
	if x.Response.Upgrade != nil {
		x.Response.Upgrade.Close()
	}
	if x.Finisher != nil {
		x.Finisher.Finish()
	}
}

// acquire retries because Reload may swap between Load and retain.
func (g *Gateway) acquire() *Snapshot {
	for {
		if s := g.snap.Load(); s.retain() {
			return s
		}
	}
}

// record notes a finished request in metrics, access log and, where something
// failed, the log.
func (g *Gateway) record(ctx context.Context, x *exchange.Exchange, r *route, sent error) {
	g.metrics.observe(x, r)
	for l := g.state.accessLog.Load(); !l.Record(x); {
		next := g.state.accessLog.Load() // a reload has put another in its place
		if next == l {
			break
		}
		l = next
	}
	if sent != nil {
		g.log.LogAttrs(ctx, slog.LevelDebug, "answer ended early",
			slog.String("request_id", x.ID), slog.Any("error", sent))
	}
	if x.Refused != nil && x.Refused.Cause != nil {
		level := slog.LevelDebug // what clients do wrong must not fill a disk
		if x.Response.Status >= 500 {
			level = slog.LevelError
		}
		if !g.log.Enabled(ctx, level) {
			return
		}
		g.log.LogAttrs(ctx, level, "request refused",
			slog.String("request_id", x.ID),
			slog.String("method", g.redacted(x.Request.Method)), // a mapper may have set it
			slog.String("path", x.Request.RawPath),
			slog.Int("status", x.Response.Status),
			slog.String("response_type", string(x.Refused.Type)),
			slog.String("cause", g.redacted(x.Refused.Cause.Error()))) // which quotes what plugins answer
	}
}

// redacted is text without the values of secrets that plugins have.
func (g *Gateway) redacted(text string) string {
	return string(g.state.capabilities.Redact([]byte(text)))
}

// Result says what a reload did.
type Result struct {
	// Snapshot is the number of the snapshot that serves from now on.
	Snapshot int `json:"snapshot"`
	// Changes are lines for people: what is different.
	Changes []string `json:"changes"`
	// Restart names settings that changed and need a restart to take effect.
	Restart []string `json:"needs_restart,omitempty"`
	// Took is the time from reading the file to serving.
	Took time.Duration `json:"took_ns"`
	// Time is when it was done.
	Time time.Time `json:"time"`
	// Error is why the last reload changed nothing, "" if it worked.
	Error string `json:"error,omitempty"`
}

// Reload reads the gateway file and the plugin directory again and swaps the
// snapshot. When anything is wrong the old snapshot keeps serving and the
// error lists every mistake; nothing changes then. One reload runs at a time.
func (g *Gateway) Reload(ctx context.Context) (Result, error) {
	g.reload.Lock()
	defer g.reload.Unlock()
	start := time.Now()
	result, err := g.rebuild(ctx)
	result.Took, result.Time = time.Since(start), start
	if err != nil {
		result.Error = err.Error()
		g.metrics.reloads.WithLabelValues("failed").Inc()
	} else {
		g.metrics.reloads.WithLabelValues("ok").Inc()
		g.metrics.snapshot.Set(float64(result.Snapshot))
	}
	g.last.Store(&result)
	return result, err
}

func (g *Gateway) rebuild(ctx context.Context) (Result, error) {
	old := g.snap.Load()
	number := 1
	if old != nil {
		number = old.number
	}
	if g.closed.Load() {
		return Result{Snapshot: number}, errors.New("the gateway is closed")
	}
	c, err := config.Load(g.file)
	if err != nil {
		return Result{Snapshot: number}, err
	}
	b := &builder{config: c, state: g.state, metrics: g.metrics, log: g.log}
	next, err := b.build(ctx)
	if err != nil {
		if old != nil {
			g.metrics.forget(b.snapshot, old) // what the attempt has made
		}
		return Result{Snapshot: number}, err
	}
	if old != nil {
		next.number = old.number + 1
	}
	result := Result{Snapshot: next.number, Changes: changes(old, next), Restart: needRestart(old, next)}
	g.state.grant(next)
	g.snap.Store(next)
	g.state.use(next)
	if old != nil {
		g.metrics.forget(old, next)
		g.retire(old)
	}
	return result, nil
}

// retire lets an old snapshot go and closes it once its last request has.
func (g *Gateway) retire(s *Snapshot) {
	g.drains.Add(1)
	g.metrics.draining.Inc()
	go func() {
		defer g.drains.Done()
		<-s.drained
		s.close()
		g.metrics.draining.Dec()
	}()
	s.release()
}

// Snapshot is the number of the snapshot that serves.
func (g *Gateway) Snapshot() int { return g.snap.Load().number }

// Config is the configuration that serves.
func (g *Gateway) Config() *config.Config { return g.snap.Load().config }

// LastReload is the outcome of the last reload, also of one that failed.
func (g *Gateway) LastReload() Result { return *g.last.Load() }

// Ready says why the gateway should not get requests, nil when it should: it
// is closing. A reload that failed does not make it unready, since the old
// snapshot serves.
func (g *Gateway) Ready() error {
	if g.closed.Load() {
		return errors.New("the gateway is closing")
	}
	return nil
}

// Gatherer gives the gateway's metrics.
func (g *Gateway) Gatherer() prometheus.Gatherer { return g.metrics.registry }

// Close waits for the requests that run, then closes plugins, connections and
// logs. Serve must not be called any more.
func (g *Gateway) Close() error {
	if g.closed.Swap(true) {
		return nil
	}
	g.reload.Lock()
	defer g.reload.Unlock()
	g.retire(g.snap.Load())
	g.drains.Wait()
	return g.state.close()
}
