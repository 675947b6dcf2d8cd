package command

import (
	"context"
	"log/slog"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// stderr is where the standard error of one process goes. It is the Value of
// its instance.
type stderr struct {
	kind  hostabi.Kind
	host  hostabi.Host
	lines adapter.Lines
}

// output takes a line that a process printed. There is none before its call:
// a start section has nobody to tell. Nothing is redacted: a command has no
// capability that could give it a secret.
func (p *Plugin) output(i *engine.Instance, _ bool, line []byte) {
	t, ok := i.Value.(*stderr)
	if !ok || !p.log.Enabled(i.Context(), slog.LevelWarn) {
		return
	}
	if text, ok := t.lines.Admit(line); ok {
		p.line(i.Context(), t, text, slog.String("stream", "stderr"))
	}
}

// ended says how much of a process's output was too much.
func (p *Plugin) ended(ctx context.Context, t *stderr) {
	if t.lines.Dropped > 0 {
		p.line(ctx, t, "lines dropped: the plugin logs too much", slog.Int("lines", t.lines.Dropped))
	}
}

// line adds what tells whose line it is.
func (p *Plugin) line(ctx context.Context, t *stderr, text string, attr slog.Attr) {
	attrs := []slog.Attr{attr, slog.String("call", t.kind.String())}
	if id, ok := t.host.Field(hostabi.FieldRequestID); ok {
		attrs = append(attrs, slog.String("request", id))
	}
	p.log.LogAttrs(ctx, slog.LevelWarn, text, attrs...)
}
