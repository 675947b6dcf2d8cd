package upstream

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// Defaults of [Options] and [Request].
const (
	// DefaultIdlePerHost is what 64 clients at once, the load our benchmarks
	// are stated for, leave behind. An idle connection holds no buffer.
	DefaultIdlePerHost = 64
	// DefaultIdleTimeout is that of http.DefaultTransport. Servers that close
	// earlier are noticed before a connection is used again.
	DefaultIdleTimeout = 90 * time.Second
	// DefaultDialTimeout leaves room for two lost SYNs: Linux repeats them
	// after one and three seconds.
	DefaultDialTimeout = 5 * time.Second
	// DefaultHeadTimeout is API Gateway's for HTTP APIs (AWS guide, "Quotas").
	DefaultHeadTimeout = 30 * time.Second
	// DefaultBodyIdleTimeout is API Gateway's for streamed responses of
	// Regional endpoints (AWS guide, "Response transfer mode").
	DefaultBodyIdleTimeout = 5 * time.Minute
	// DefaultContinueTimeout is that of http.DefaultTransport: servers that
	// ignore Expect cost this much once a request.
	DefaultContinueTimeout = time.Second
	// DefaultResponseHeaderBytes is six times what API Gateway passes on, and
	// what one response may cost at worst before it is refused.
	DefaultResponseHeaderBytes = 64 << 10
	// DefaultResponseHeaderFields keeps the look-ups by name, which walk the
	// list, from costing more than the response.
	DefaultResponseHeaderFields = 512
)

// Options configure a client. Zero fields have the defaults named above.
type Options struct {
	// IdlePerHost bounds idle connections to one address, -1 for none at all.
	IdlePerHost int
	// IdleTimeout is how long a connection may wait for its next request.
	IdleTimeout time.Duration
	// DialTimeout bounds making a connection, TLS included.
	DialTimeout time.Duration
	// BodyIdleTimeout is how long either side may take or give nothing of a
	// body before the exchange ends.
	BodyIdleTimeout time.Duration
	// ContinueTimeout is how long a request with ExpectContinue waits before
	// it sends its body unasked.
	ContinueTimeout time.Duration
	// ResponseHeaderBytes bounds the heads of one response, interim ones
	// included, and its trailer section. ResponseHeaderFields bounds the
	// fields of each.
	ResponseHeaderBytes  int
	ResponseHeaderFields int
	// TLS is used by Std for https; nil has Go's defaults.
	TLS *tls.Config
	// Dial replaces a net.Dialer. Lean can only look for signs of life on
	// connections that are a syscall.Conn.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

func (o Options) withDefaults() Options {
	or := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	or(&o.IdleTimeout, DefaultIdleTimeout)
	or(&o.DialTimeout, DefaultDialTimeout)
	or(&o.BodyIdleTimeout, DefaultBodyIdleTimeout)
	or(&o.ContinueTimeout, DefaultContinueTimeout)
	if o.IdlePerHost == 0 {
		o.IdlePerHost = DefaultIdlePerHost
	}
	if o.ResponseHeaderBytes <= 0 {
		o.ResponseHeaderBytes = DefaultResponseHeaderBytes
	}
	if o.ResponseHeaderFields <= 0 {
		o.ResponseHeaderFields = DefaultResponseHeaderFields
	}
	if o.TLS != nil {
		o.TLS = o.TLS.Clone()
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return o
}
