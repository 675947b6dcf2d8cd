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

	// Script is what the module is to run, if it is an interpreter: a module that
	// the caller trusts, which is not checked, since what it may import depends
	// on no grant: what is not granted answers EPERM. The engine needs
	// DefineScript.
	Script *Script

	// Capabilities are what the operator granted. A module that imports another
	// is a LoadError that says what to write into NAME.toml.
	Capabilities hostabi.Capabilities

	// Timeout bounds one call whose context has no deadline; where it has one,
	// that holds. After stream_flush the longer of the two bounds the time
	// between two writes that make progress. 0 means DefaultTimeout.
	Timeout time.Duration

	// Limits bounds what the module may claim.
	Limits engine.Limits

	// Allowance bounds what the plugin may use up in one request.
	Allowance hostabi.Allowance

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

	// Log gets what the guest logs and prints, bounded per request; nil means
	// silence.
	Log *slog.Logger

	// Now is the clock that the guest sees; nil means time.Now.
	Now func() time.Time

	// Observe is called after each call, from its goroutine; nil means no
	// call. It must be quick and safe for concurrent use.
	Observe func(Observation)
}

const (
	// DefaultTimeout is generous for what a plugin should do: every guest
	// that was measured answers within a millisecond.
	DefaultTimeout = time.Second

	// maxRedacted bounds what of a line is searched for secrets at one time, and
	// what an instance holds of a line that it prints: as much as a secret may
	// have, so that the longest one is seen whole.
	maxRedacted = 64 << 10

	// maxConfigError bounds the text that a guest refuses its configuration
	// with: a screen.
	maxConfigError = 4 << 10

	// maxRandom bounds one fill; it takes about 0.1 ms.
	maxRandom = 64 << 10

	// maxKept is the largest buffer that an instance keeps between calls, in
	// bytes: one large header list must not stay in memory for ever.
	maxKept = 64 << 10
)
