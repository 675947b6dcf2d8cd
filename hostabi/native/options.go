package native

import (
	"log/slog"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Options configures a [Plugin]. The zero value is useful but for its name.
type Options struct {
	// Name is the plugin's: its file's, without extension.
	Name string

	// Config is what config_read gives, a JSON object; nil stands for {}. It
	// is kept and must not change.
	Config []byte

	// Timeout bounds one call whose context has no deadline; where it has one,
	// that holds. After stream_flush the longer of the two bounds the time
	// between two writes that make progress. 0 means DefaultTimeout.
	Timeout time.Duration

	// Limits bounds what the module may claim.
	Limits engine.Limits

	// Instances, Warm, QueueTimeout, SoftMemory, Fresh and StartTimeout are
	// those of engine.PoolOptions.
	Instances    int
	Warm         int
	QueueTimeout time.Duration
	SoftMemory   uint32
	Fresh        bool
	StartTimeout time.Duration

	// Breaker is when a failing plugin is left alone.
	Breaker engine.BreakerOptions

	// Log gets what the guest logs and prints, bounded per call; nil means
	// silence.
	Log *slog.Logger

	// Now is the clock that the guest sees; nil means time.Now.
	Now func() time.Time

	// Observe is called after each call, from its goroutine; nil means no
	// call. It must be quick and safe for concurrent use.
	Observe func(Observation)
}

// Observation is one call, for metrics.
type Observation struct {
	Kind   hostabi.Kind
	Reason hostabi.Reason // 0 when the guest answered
	Answer int32
	Wait   time.Duration // for an instance
	Run    time.Duration // in the guest, host functions included

	HostCalls    int
	LinesDropped int // that the guest wrote to the log over its bound
}

const (
	// DefaultTimeout is generous for what a plugin should do: every guest
	// that was measured answers within a millisecond.
	DefaultTimeout = time.Second

	// maxLines and maxLine bound what one call can add to the log: a guest
	// that logs once per header of a request stays below, one that logs in a
	// loop cannot fill a disk faster than the access log does.
	maxLines = 32
	maxLine  = 4 << 10

	// maxConfigError bounds the text that a guest refuses its configuration
	// with: a screen.
	maxConfigError = 4 << 10

	// maxRandom bounds one fill; it takes about 0.1 ms.
	maxRandom = 64 << 10

	// maxKept is the largest buffer that an instance keeps between calls, in
	// bytes: one large header list must not stay in memory for ever.
	maxKept = 64 << 10
)
