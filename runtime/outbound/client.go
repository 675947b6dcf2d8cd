package outbound

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Options is what the operator grants a plugin. Zero members are their defaults.
type Options struct {
	// Hosts are those that may be asked.
	Hosts []Host
	// Addresses may be dialled beyond those of the public internet.
	Addresses []netip.Prefix
	// Timeout bounds the time to the head of an answer; 0 means
	// DefaultTimeout.
	Timeout time.Duration
	// MaxRequests is how many requests one request to the gateway may start,
	// MaxTotal the bytes of all their bodies and those of the answers; 0 means
	// the defaults of hostabi.HTTPLimits.
	MaxRequests int
	MaxTotal    int64
	// MaxRequest and MaxResponse bound bodies in bytes; 0 means
	// hostabi.DefaultHTTPBody.
	MaxRequest, MaxResponse int64
	// MaxBodies bounds the whole bodies of requests of one call that are open
	// together, in bytes; 0 means hostabi.DefaultHTTPBodies.
	MaxBodies int
	// Redirects is how many are followed for one request, 0 means none.
	Redirects int
	// Breaker is when a host is left alone.
	Breaker engine.BreakerOptions

	// Secret finds the value for {secret:NAME}; nil has none.
	Secret func(name string) ([]byte, error)
	// Redact hides the values of secrets in what is logged: an error may quote
	// an answer, and an answer a request. nil hides none.
	Redact func(text []byte) []byte
	// Stats counts; nil means a new one.
	Stats *Stats
	// Log gets what fails, one line a second; nil means silence.
	Log *slog.Logger
}

// DefaultTimeout leaves an authorizer, which has ten seconds, time to answer.
const DefaultTimeout = 5 * time.Second

// userAgent is what a guest that names none is. Some services refuse requests
// without.
const userAgent = "portico"

// Client sends the requests of one version of a plugin. It is safe for
// concurrent use.
type Client struct {
	o        Options
	hosts    list
	guard    guard
	pool     *Pool
	conns    *transport
	breakers breakers
	report   reporter
}

var _ hostabi.HTTP = (*Client)(nil)

// Check says which entries of Hosts could never be asked: addresses that need a
// grant and have none.
func (o Options) Check() error { return list(o.Hosts).check(newGuard(o.Addresses)) }

// NewClient returns a client. The error is that of Options.Check.
// Close the client when the plugin is closed.
func (p *Pool) NewClient(o Options) (*Client, error) {
	c := &Client{o: o, hosts: o.Hosts, guard: newGuard(o.Addresses), pool: p}
	if err := o.Check(); err != nil {
		return nil, err
	}
	c.o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	c.o.MaxResponse = cmp.Or(o.MaxResponse, hostabi.DefaultHTTPBody)
	if o.Secret == nil {
		c.o.Secret = func(string) ([]byte, error) { return nil, hostabi.ENOENT }
	}
	if o.Stats == nil {
		c.o.Stats = &Stats{}
	}
	if o.Log == nil {
		c.o.Log = slog.New(slog.DiscardHandler)
	}
	c.report.log, c.report.redact = c.o.Log, c.o.Redact
	c.breakers.o = o.Breaker
	c.conns = p.acquire(c.guard)
	return c, nil
}

// Close lets go of the client's connections. Its exchanges are closed by then.
func (c *Client) Close() { c.pool.release(c.guard) }

// Limits are those of one request to the gateway.
func (c *Client) Limits() hostabi.HTTPLimits {
	return hostabi.HTTPLimits{Requests: c.o.MaxRequests, Bytes: c.o.MaxTotal, Body: c.o.MaxRequest, Bodies: c.o.MaxBodies}
}

// Start begins a request.
func (c *Client) Start(ctx context.Context, r hostabi.HTTPRequest) (hostabi.HTTPExchange, error) {
	x, err := c.start(ctx, r)
	if err != nil {
		o := outcomeOf(err)
		c.o.Stats.count(o)
		if o == notAllowed { // the operator may want to allow it
			c.report.failed(placeOf(r.URL), errors.New("not in the list of hosts"))
		}
		return nil, err
	}
	return x, nil
}

func (c *Client) start(ctx context.Context, r hostabi.HTTPRequest) (*exchange, error) {
	to := placeOf(r.URL)
	if !c.hosts.allows(to) {
		return nil, hostabi.EPERM
	}
	x := &exchange{client: c, redirects: r.Redirects, streams: r.Stream, done: make(chan struct{}), left: c.o.MaxResponse}
	header, err := x.header(r.Header)
	if err != nil {
		return nil, err
	}
	permit, ok := c.breakers.allow(to)
	if !ok {
		return nil, hostabi.EAGAIN
	}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	q := (&http.Request{
		Method: r.Method, URL: r.URL, Host: r.URL.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(forRequest(x.ctx))
	x.body(q, r)
	timeout := c.o.Timeout
	if r.Timeout > 0 {
		timeout = min(timeout, r.Timeout)
	}
	x.began = time.Now()
	x.timer = time.AfterFunc(timeout, func() { x.cancel(hostabi.ETIMEDOUT) })
	c.o.Stats.open.Add(1)
	c.pool.running.Go(func() { x.run(q, to, permit) })
	return x, nil
}

// header fills secrets in and notes which fields have one.
func (x *exchange) header(fields hostabi.Header) (http.Header, error) {
	h := make(http.Header, len(fields)+1)
	h.Set("User-Agent", userAgent)
	own := true
	for _, f := range fields {
		value, filled, err := hostabi.FillSecrets(f.Value, x.client.o.Secret)
		if err != nil {
			return nil, err
		}
		name := http.CanonicalHeaderKey(f.Name)
		if filled {
			x.secret = append(x.secret, name)
		}
		if own && name == "User-Agent" {
			h.Del(name)
			own = false
		}
		h.Add(name, value)
	}
	return h, nil
}

// body gives a request its body.
func (x *exchange) body(q *http.Request, r hostabi.HTTPRequest) {
	switch {
	case r.Stream:
		var in *io.PipeReader
		in, x.out = io.Pipe()
		q.ContentLength = -1
		q.Trailer = make(http.Header, len(r.Trailers))
		for _, name := range r.Trailers {
			q.Trailer[http.CanonicalHeaderKey(name)] = nil
		}
		q.Body = &streamed{PipeReader: in, x: x, trailer: q.Trailer}
	case len(r.Body) > 0:
		q.ContentLength = int64(len(r.Body))
		q.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil }
		q.Body, _ = q.GetBody()
	default:
		q.Body = http.NoBody
	}
}
