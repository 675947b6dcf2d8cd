package outbound

import (
	"log/slog"
	"sync"
	"time"
)

// reporter logs what fails. A plugin that asks a dead host at each request must
// not fill the log: there is one line a second, which says how many are not there.
type reporter struct {
	log *slog.Logger

	mu      sync.Mutex // guards what follows
	last    time.Time
	dropped int
}

const reportEvery = time.Second

// failed logs the host and never the path, the query or a header, which may hold
// what is secret.
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
	attrs := []any{"host", to.String(), "error", err}
	if dropped > 0 {
		attrs = append(attrs, "not_logged", dropped)
	}
	r.log.Warn("request of a plugin to another host failed", attrs...)
}
