// Package portico is the Go SDK for plugins of the Portico API gateway. A
// plugin is built with the standard Go compiler, 1.24 or later:
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -ldflags="-s -w" -o NAME.wasm .
//
// What a plugin can be used for follows from the packages it imports, since
// each exports one function of the gateway's ABI:
//
//   - [github.com/portico-gateway/portico/sdk/go/authorizer] decides whether a
//     request may pass;
//   - [github.com/portico-gateway/portico/sdk/go/requestmapper] changes a
//     request before its integration;
//   - [github.com/portico-gateway/portico/sdk/go/responsemapper] changes a
//     response before it is sent;
//   - [github.com/portico-gateway/portico/sdk/go/integration] answers a
//     request in place of a Lambda function.
//
// Each has a function Handle, to be called once from an init function. This
// package has what they share: reading the request, configuration, log. The
// package porticotest runs handlers in ordinary Go tests.
//
// What a plugin may do beyond computing and logging are packages of their own,
// each of which needs a grant in the operator's NAME.toml: cache, throttle,
// secrets, metrics, kv, jwt and outbound, which sends requests to other hosts.
//
// One instance of a plugin handles one call at a time, and the gateway may
// run many instances and drop any of them: package variables are a cache and
// no place for state. Values that methods return are copies, except where
// their comments say otherwise. Short strings are cut from a page of 512 bytes,
// which stays in memory as long as one of them: strings.Clone what is kept for long.
package portico

import (
	"errors"
	"time"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/internal/hook"
)

// Code is an error that the gateway answers with.
type Code = abi.Code

// Codes that a plugin may meet and tell apart with errors.Is.
const (
	// ErrInvalid: not a value that the function takes, such as a header with
	// a line break.
	ErrInvalid = abi.EINVAL
	// ErrNotFound: no bucket, secret, metric or issuer of that name.
	ErrNotFound = abi.ENOENT
	// ErrPermission: not granted, a host that is not listed, a header that
	// belongs to the gateway, or a token that is refused.
	ErrPermission = abi.EPERM
	// ErrPhase: no longer possible, as setting a header after Flush.
	ErrPhase = abi.EPHASE
	// ErrClosed: the body is closed.
	ErrClosed = abi.EBADF
	// ErrTimeout: what was waited for did not come in its time.
	ErrTimeout = abi.ETIMEDOUT
	// ErrConnection: the other side failed: the sender of a body, a host that
	// was asked, or where an issuer's keys are.
	ErrConnection = abi.ECONN
	// ErrTooLarge: over a limit of size.
	ErrTooLarge = abi.E2BIG
	// ErrExhausted: while the gateway answers this request, the plugin has made as
	// many such calls as it may.
	ErrExhausted = abi.EAGAIN
	// ErrExists: kv holds another value than the one to be replaced.
	ErrExists = abi.EEXIST
	// ErrIO: the gateway could not do it; its log says why.
	ErrIO = abi.EIO
	// ErrAborted: the deadline has passed or the client has gone.
	ErrAborted = abi.EABORT
)

// Configure has f check the plugin's configuration, a JSON object, when an
// instance starts. An error refuses the plugin with its text, and the gateway
// goes on with what it had before. Call it from an init function.
func Configure(f func(config []byte) error) {
	hook.Set(&hook.Configure, "configure", func() int32 {
		if err := f(Config()); err != nil {
			abi.ConfigError(err.Error())
			return int32(abi.EINVAL)
		}
		return abi.AnswerContinue
	})
}

// Config returns the plugin's configuration as a JSON object, {} when the
// operator gave none.
func Config() []byte {
	b, n := appendRead(nil, abi.ConfigRead)
	return must("config_read", b, n)
}

// Level is how much a line in the log matters.
type Level uint32

const (
	Debug Level = iota
	Info
	Warn
	Error
)

// Log writes a line to the gateway's log. The gateway bounds lines per request
// and drops what is more.
func Log(l Level, text string) { abi.Log(uint32(l), text) }

// Now is the wall clock in nanoseconds since 1970.
func Now() int64 { return abi.ClockUnixNs() }

// Remaining is the time until the call is stopped.
func Remaining() time.Duration { return time.Duration(abi.DeadlineMs()) * time.Millisecond }

// Random fills p from the gateway's cryptographic source.
func Random(p []byte) {
	for len(p) > 0 {
		n := min(len(p), 64<<10)
		if err := abi.Err(abi.Random(p[:n])); err != nil {
			panic("portico: random: " + err.Error())
		}
		p = p[n:]
	}
}

// Failed is for the packages of the kinds: it logs err and gives the answer of
// a handler that failed.
func Failed(err error) int32 {
	Log(Error, err.Error())
	var code Code
	if errors.As(err, &code) {
		return int32(code)
	}
	return int32(abi.EIO)
}
