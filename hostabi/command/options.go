package command

import (
	"log/slog"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// EnvConfig is the one environment variable of a command: its configuration, a
// JSON object. One variable holds all of it, because configuration has lists
// and tables, and because names of the operator's choice would also reach the
// runtimes of languages, which obey variables such as GODEBUG and PYTHONPATH.
const EnvConfig = "PORTICO_CONFIG"

// Options configures a [Plugin]. The zero value is useful but for its name.
type Options struct {
	// Name is the plugin's: its file's, without extension. The command gets
	// it as its first argument.
	Name string

	// Config is the value of EnvConfig, a JSON object without NUL; nil stands
	// for {}.
	Config []byte

	// Timeout bounds one call whose context has no deadline; where it has one,
	// that holds. 0 means DefaultTimeout.
	Timeout time.Duration

	// Limits bounds what the module may claim.
	Limits engine.Limits

	// Allowance bounds what the command may use up in one request: lines of
	// standard error, and calls of WASI, of which twice as many end it. It has no
	// capabilities.
	Allowance hostabi.Allowance

	// Instances and QueueTimeout are those of engine.PoolOptions: how many
	// processes there may be at one time, and how long a call waits until it
	// may start one.
	Instances    int
	QueueTimeout time.Duration

	// Breaker is when a failing plugin is left alone.
	Breaker engine.BreakerOptions

	// Log gets standard error, bounded per request; nil means silence.
	Log *slog.Logger

	// Observe is called after each call, from its goroutine; nil means no
	// call. It must be quick and safe for concurrent use.
	Observe func(adapter.Observation)
}

const (
	// DefaultTimeout is that of a Lambda function (AWS Lambda guide,
	// "Configure Lambda function timeout").
	DefaultTimeout = 3 * time.Second

	// MaxOutput bounds standard output: API Gateway's limit of a payload (AWS
	// guide, "Quotas").
	MaxOutput = 10 << 20
)
