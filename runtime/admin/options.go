package admin

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options says what the listener shows and does. What is nil is not there, but
// for Health and Ready, which then say yes.
type Options struct {
	// Token returns the bearer token, and whether one is required. It is asked
	// at each request, so that a token can be changed. An empty token that is
	// required lets nobody in. nil requires none.
	Token func() (token string, required bool)

	// Health says why the process does not work; nil when it does.
	Health func() error

	// Ready says why the gateway should not get requests; nil when it should.
	Ready func() error

	// Plugins and Routes return lists to be shown as JSON.
	Plugins func() any
	Routes  func() any

	// Reload reads all files again. The error has one problem a line; lines
	// that begin with white space go on. ctx does not end with the request.
	Reload func(ctx context.Context) (Result, error)

	// Gatherer gives the metrics.
	Gatherer prometheus.Gatherer

	// Version is that of the gateway.
	Version string

	// Log gets mistakes of the listener itself; nil means silence.
	Log *slog.Logger
}

// Result is what a reload did.
type Result struct {
	// Snapshot is the number of the snapshot that serves now.
	Snapshot int `json:"snapshot"`
	// Changes are lines for people: what is different.
	Changes []string `json:"changes"`
	// Restart names settings that changed and need a restart to take effect.
	Restart []string `json:"needs_restart,omitempty"`
	// Took is the time from reading the files to serving, in ns.
	Took time.Duration `json:"took_ns"`
	// Error is why nothing was changed, one problem a line; "" if it was.
	Error string `json:"error,omitempty"`
	// Problems are the lines of Error.
	Problems []string `json:"problems,omitempty"`
}

const (
	// maxHeader bounds a request's head; tokens are short.
	maxHeader = 16 << 10

	// maxConnections bounds the connections; the others wait. People, probes
	// and one or two scrapers use a handful.
	maxConnections = 64

	// maxScrapes bounds the scrapes at one time: each holds all series.
	maxScrapes = 4

	headTimeout  = 5 * time.Second
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = time.Minute

	// grace is how long Serve lets requests end when it stops.
	grace = 5 * time.Second
)
