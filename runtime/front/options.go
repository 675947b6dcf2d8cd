package front

import (
	"log/slog"
	"net/netip"
	"time"
)

// Defaults of Options.
const (
	// DefaultMaxConnections keeps the memory of idle connections at about 200
	// MB (20 KiB each, measured) and leaves most of the usual 65,536
	// descriptors to upstreams.
	DefaultMaxConnections = 10_000
	// DefaultHeaderTimeout is ample for 64 KiB over a poor mobile link.
	DefaultHeaderTimeout = 10 * time.Second
	DefaultReadTimeout   = 30 * time.Second
	DefaultWriteTimeout  = 30 * time.Second
	// DefaultIdleTimeout is longer than the 60 s after which common load
	// balancers drop an idle connection, so that they close first and never
	// send into a closing one.
	DefaultIdleTimeout = 75 * time.Second
	// DefaultMaxHeaderBytes is three times what the accept phase lets a
	// target and the fields have together.
	DefaultMaxHeaderBytes = 64 << 10
	// DefaultMaxStreams bounds what one HTTP/2 connection runs at once.
	DefaultMaxStreams = 100
)

// ProxyMode says what to do with the PROXY protocol, versions 1 and 2
// (HAProxy, "The PROXY protocol").
type ProxyMode uint8

const (
	// ProxyOff takes connections as they are; a PROXY header is a bad request.
	ProxyOff ProxyMode = iota
	// ProxyAccept uses the header where a trusted source sends one.
	ProxyAccept
	// ProxyRequire closes connections of untrusted sources and answers 400
	// to trusted ones that send no header.
	ProxyRequire
)

// Options configures a Server. A negative duration or count means no bound.
type Options struct {
	// MaxConnections bounds the connections open at once, upgraded ones
	// included; 0 is DefaultMaxConnections. Above it the server does not
	// accept: clients wait in the system's queue until a connection closes.
	// Each listener holds one place while it waits for a connection.
	MaxConnections int
	// HeaderTimeout bounds the reading of a head, 0 for
	// DefaultHeaderTimeout. It also bounds the wait for a PROXY header.
	HeaderTimeout time.Duration
	// ReadTimeout bounds each read of a body, 0 for DefaultReadTimeout. A
	// stall fails the read with os.ErrDeadlineExceeded; on HTTP/1.1 it ends
	// the request's context too.
	ReadTimeout time.Duration
	// WriteTimeout bounds each write, 0 for DefaultWriteTimeout. A stall
	// fails the write with os.ErrDeadlineExceeded.
	WriteTimeout time.Duration
	// IdleTimeout bounds the wait for the next request on a connection, 0
	// for DefaultIdleTimeout.
	IdleTimeout time.Duration
	// MaxHeaderBytes bounds a head, 0 for DefaultMaxHeaderBytes. Beyond it
	// (and a few KiB of grace) net/http answers 431 itself.
	MaxHeaderBytes int
	// MaxStreams bounds the concurrent streams of an HTTP/2 connection, 0
	// for DefaultMaxStreams.
	MaxStreams int
	// ProxyProtocol takes the peer's address from a PROXY header.
	ProxyProtocol ProxyMode
	// Trusted are the sources whose PROXY header is believed. A unix socket
	// counts as 127.0.0.1. Without any, ProxyAccept believes nobody and
	// ProxyRequire takes nobody.
	Trusted []netip.Prefix
	// Logger gets handler panics as errors and net/http's complaints about
	// clients at debug level; nil discards both.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	o.MaxConnections = count(o.MaxConnections, DefaultMaxConnections)
	o.HeaderTimeout = bound(o.HeaderTimeout, DefaultHeaderTimeout)
	o.ReadTimeout = bound(o.ReadTimeout, DefaultReadTimeout)
	o.WriteTimeout = bound(o.WriteTimeout, DefaultWriteTimeout)
	o.IdleTimeout = bound(o.IdleTimeout, DefaultIdleTimeout)
	if o.MaxHeaderBytes <= 0 {
		o.MaxHeaderBytes = DefaultMaxHeaderBytes
	}
	if o.MaxStreams <= 0 {
		o.MaxStreams = DefaultMaxStreams
	}
	o.Trusted = append([]netip.Prefix(nil), o.Trusted...)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// bound returns d, the default for 0, and 0 where there is no bound.
func bound(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return max(d, 0)
}

func count(n, def int) int {
	if n == 0 {
		return def
	}
	return max(n, 0)
}
