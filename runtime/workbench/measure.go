package workbench

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	goruntime "runtime"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// empty is a plugin of every kind that does nothing.
//
//go:embed empty.wasm
var empty []byte

// Cost is what one call of a plugin costs, averaged over the steps of a case.
type Cost struct {
	// Call is the time of a call into the plugin as the phase that makes it
	// waits: an instance from the pool, the guest, its host calls.
	Call time.Duration
	// Empty is the same of a guest that does nothing, measured in turns.
	Empty time.Duration
	// Request is the whole request through the gateway.
	Request time.Duration
	// Cold is Call where the instance is made for it.
	Cold time.Duration
	// Allocs are the host's allocations of a request, EmptyAllocs those with the
	// guest that does nothing.
	Allocs, EmptyAllocs float64
	// HostCalls are the calls of the guest into the host.
	HostCalls float64
	// Memory is the linear memory of an instance after its calls, in bytes.
	Memory int64
}

// Ratio is Call as a multiple of Empty.
func (c *Cost) Ratio() float64 { return float64(c.Call) / float64(c.Empty) }

const (
	// rounds are how often a measurement is repeated; its minimum is what the
	// machine's other work disturbed least.
	rounds = 12
	// batch is the time of one repetition.
	batch = 10 * time.Millisecond
	// fewest are the repetitions of what takes longer than a batch.
	fewest = 3
)

// Measure measures the case on several plugins, in turns with the guest that
// does nothing, so that they meet the same machine. It does not compare what
// comes of the case: Test does. A case that wants the plugin refused has no calls
// to measure and is not for it. What plugins keep, they keep from call to call.
func Measure(ctx context.Context, file *config.Cases, c *config.Case, benches ...*Bench) ([]Cost, error) {
	var subjects []*subject
	defer func() {
		for _, s := range subjects {
			_ = s.close() // what it leaves is removed with the bench
		}
	}()
	for _, b := range benches {
		own, requests, err := prepare(file, c)
		if err != nil {
			return nil, err
		}
		if own.Kind, err = b.kind(&own); err != nil {
			return nil, err
		}
		s, err := newSubject(ctx, b, &own, requests)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, s)
	}
	clock := clockCost()
	for range rounds {
		for _, s := range subjects {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			s.round(ctx, clock)
		}
	}
	costs := make([]Cost, len(subjects))
	for i, s := range subjects {
		var err error
		if costs[i], err = s.cost(ctx, clock); err != nil {
			return nil, err
		}
	}
	return costs, nil
}

// subject is a plugin and the guest that does nothing, for one case.
type subject struct {
	bench      *Bench
	c          *config.Case
	requests   []config.CaseRequest
	own, empty *timed
	dir        string
}

func newSubject(ctx context.Context, b *Bench, c *config.Case, requests []config.CaseRequest) (*subject, error) {
	s := &subject{bench: b, c: c, requests: requests}
	var err error
	if s.dir, err = os.MkdirTemp(b.temp, "empty-"); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "empty.wasm"), empty, 0o600); err != nil {
		return nil, err
	}
	beside := *b // the same engine and backend, another plugin
	beside.directory, beside.name, beside.file = s.dir, "empty", "empty.wasm"
	plain := config.Case{Kind: c.Kind, Protocol: c.Protocol, Route: c.Route, Stage: c.Stage, Step: c.Step,
		StageVariables: c.StageVariables, Type: c.Type, IdentitySource: c.IdentitySource, Backend: c.Backend}
	if s.own, err = newTimed(ctx, b, c, false); err != nil {
		return nil, err
	}
	if s.empty, err = newTimed(ctx, &beside, &plain, false); err != nil {
		return nil, errors.Join(err, s.own.close())
	}
	return s, nil
}

func (s *subject) close() error { return errors.Join(s.own.close(), s.empty.close()) }

// round measures both once.
func (s *subject) round(ctx context.Context, clock time.Duration) {
	s.own.batch(ctx, s.c, s.requests, clock)
	s.empty.batch(ctx, s.c, s.requests, clock)
}

// cost is the result of all rounds.
func (s *subject) cost(ctx context.Context, clock time.Duration) (Cost, error) {
	c := Cost{Call: s.own.call, Empty: s.empty.call, Request: s.own.request, Allocs: s.own.allocs, EmptyAllocs: s.empty.allocs}
	stats := s.own.guest.Stats()
	calls := uint64(0)
	for _, n := range stats.Calls {
		calls += n
	}
	if calls > 0 {
		c.HostCalls = float64(stats.HostCalls) / float64(calls)
	}
	if stats.Instances.Live > 0 {
		c.Memory = stats.Instances.MemoryBytes / int64(stats.Instances.Live)
	}
	if calls == 0 {
		return c, fmt.Errorf("case %q: the plugin was not called", s.c.Name)
	}
	cold, err := newTimed(ctx, s.bench, s.c, true)
	if err != nil {
		return c, err
	}
	for range rounds {
		cold.batch(ctx, s.c, s.requests, clock)
	}
	c.Cold = cold.call
	return c, cold.close()
}

// timed is a scene whose calls of the plugin are timed.
type timed struct {
	*scene
	guest plugin.Guest
	spent time.Duration
	calls int

	// The least of all batches.
	call, request time.Duration
	allocs        float64
}

func newTimed(ctx context.Context, b *Bench, c *config.Case, fresh bool) (*timed, error) {
	t := &timed{}
	var err error
	t.scene, err = b.open(ctx, c, variant{mock: true, fresh: fresh, log: quiet{}, wrap: func(name string, g plugin.Guest) plugin.Guest {
		if name != b.name {
			return g
		}
		t.guest = g
		return &timedGuest{recorded{Guest: g}, t}
	}})
	return t, err
}

// timedGuest adds up the time of the calls.
type timedGuest struct {
	recorded
	t *timed
}

func (g *timedGuest) Call(ctx context.Context, k hostabi.Kind, h hostabi.Host) (int32, error) {
	start := time.Now()
	answer, err := g.Guest.Call(ctx, k, h)
	g.t.spent += time.Since(start)
	g.t.calls++
	return answer, err
}

// batch repeats the case for a while and keeps what is less than before.
func (t *timed) batch(ctx context.Context, c *config.Case, requests []config.CaseRequest, clock time.Duration) {
	t.bench.backend.expect(c.Backend)
	t.bench.clock.set(c.At)
	x, out := &exchange.Exchange{}, &sink{}
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	t.spent, t.calls = 0, 0
	start, n := time.Now(), 0
	for n < fewest || time.Since(start) < batch {
		for i := range requests {
			t.bench.clock.advance(c.Step[i].After)
			t.serve(ctx, x, out, &requests[i])
		}
		n++
	}
	request := time.Since(start) / time.Duration(n*len(requests))
	goruntime.ReadMemStats(&after)
	keep(&t.request, request)
	if t.calls > 0 {
		keep(&t.call, t.spent/time.Duration(t.calls)-clock)
	}
	if a := float64(after.Mallocs-before.Mallocs) / float64(n*len(requests)); t.allocs == 0 || a < t.allocs {
		t.allocs = a
	}
}

func keep(least *time.Duration, d time.Duration) {
	if *least == 0 || d < *least {
		*least = max(d, 1)
	}
}

// clockCost is what timing itself adds to a call.
func clockCost() time.Duration {
	const n = 1000
	least := time.Duration(0)
	for range rounds {
		begin := time.Now()
		for range n {
			start := time.Now()
			_ = time.Since(start)
		}
		keep(&least, time.Since(begin)/n/2)
	}
	return least
}

// quiet takes every line, so that it is made, and drops it.
type quiet struct{}

func (quiet) Enabled(context.Context, slog.Level) bool  { return true }
func (quiet) Handle(context.Context, slog.Record) error { return nil }
func (q quiet) WithAttrs([]slog.Attr) slog.Handler      { return q }
func (q quiet) WithGroup(string) slog.Handler           { return q }
