package workbench

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// record is what a plugin does: the calls into it, what it logs, what it asks of
// capabilities. It is safe for concurrent use: an integration that streams runs
// beside what reads its answer.
type record struct {
	name string

	mu     sync.Mutex // guards what follows
	calls  []*line
	logs   []string
	runs   []Run
	faults []string // mistakes of the case that only show while it runs
}

// Run is one call into the plugin.
type Run struct {
	Kind    hostabi.Kind
	Failure *hostabi.Failure // nil when it answered
}

// line is a call of a capability; how it ends may come later.
type line struct{ text string }

// call adds a line.
func (r *record) call(text string) *line {
	l := &line{text}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, l)
	return l
}

// end adds to a line how its call ended.
func (r *record) end(l *line, how string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.text += " -> " + how
}

func (r *record) fault(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.faults, line) {
		r.faults = append(r.faults, line)
	}
}

// take returns what there is and begins anew.
func (r *record) take() (calls, logs []string, runs []Run, faults []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	logs, runs, faults = r.logs, r.runs, r.faults
	for _, l := range r.calls {
		calls = append(calls, l.text)
	}
	r.calls, r.logs, r.runs, r.faults = nil, nil, nil, nil
	return calls, logs, runs, faults
}

// guest wraps the plugin, so that each call shows.
func (r *record) guest(name string, g plugin.Guest) plugin.Guest {
	if name != r.name {
		return g
	}
	return &recorded{g, r}
}

// recorded is a guest whose calls are recorded.
type recorded struct {
	plugin.Guest
	record *record
}

func (g *recorded) Call(ctx context.Context, k hostabi.Kind, h hostabi.Host) (int32, error) {
	answer, err := g.Guest.Call(ctx, k, h)
	run := Run{Kind: k}
	errors.As(err, &run.Failure)
	g.record.mu.Lock()
	defer g.record.mu.Unlock()
	g.record.runs = append(g.record.runs, run)
	return answer, err
}

// Lacks says why Has is false, if the guest knows.
func (g *recorded) Lacks(k hostabi.Kind) string {
	if l, ok := g.Guest.(interface{ Lacks(k hostabi.Kind) string }); ok {
		return l.Lacks(k)
	}
	return "it does not export " + k.Export()
}

// handler takes what the plugin logs out of the gateway's log: the lines of the
// logger that has its name.
type handler struct {
	record *record
	plugin bool
}

func (h *handler) Enabled(context.Context, slog.Level) bool { return true }

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	if !h.plugin {
		return nil
	}
	h.record.mu.Lock()
	defer h.record.mu.Unlock()
	h.record.logs = append(h.record.logs, strings.ToLower(r.Level.String())+" "+r.Message)
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		if a.Key == "plugin" && a.Value.String() == h.record.name {
			return &handler{h.record, true}
		}
	}
	return h
}

func (h *handler) WithGroup(string) slog.Handler { return h }

// started is what the plugin logged while it started; calls of capabilities are
// not allowed then.
func (r *record) started() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	logs := r.logs
	r.logs = nil
	return logs
}
