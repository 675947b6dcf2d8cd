package outbound

import (
	"log/slog"
	"sync"
	"time"
)

// reporter logs what fails. A plugin that asks a dead host at each request must
// not fill the log: there is one line a second, which says how many are not there.
type reporter struct {
	log    *slog.Logger
	redact func(text []byte) []byte // nil hides nothing

	mu      sync.Mutex // guards what follows
	last    time.Time
	dropped int
}

const reportEvery = time.Second

// failed logs the host and never the path, the query or a header, which may hold
// what is secret. The error may quote what the host has sent.
func (r *reporter) failed(to place, err error) {
	r.mu.Lock()
	now := time.Now()
	if now.Sub(r.last) < reportEvery {
		r.dropped++
		r.mu.Unlock()
		return
	}
	dropped := r.dropped
	r.last, r.dropped = now, 0
	r.mu.Unlock()
	text := []byte(err.Error())
	if r.redact != nil {
		text = r.redact(text)
	}
	attrs := []any{"host", to.String(), "error", string(text)}
	if dropped > 0 {
		attrs = append(attrs, "not_logged", dropped)
	}
	r.log.Warn("request of a plugin to another host failed", attrs...)
}
