package upstream

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// Std is a client over http.Transport, for https and HTTP/2, and for http
// where an operator prefers it. What the transport hides stays hidden: the
// order and case of a request's fields, which it canonicalises, and over HTTP/2
// the wire. Over HTTP/1 every connection is watched, so that a response means
// what it means to Lean.
type Std struct {
	opts   Options
	t      *http.Transport
	closed atomic.Bool
}

var _ Client = (*Std)(nil)

// NewStd returns a client without connections.
func NewStd(o Options) *Std {
	o = o.withDefaults()
	s := &Std{opts: o}
	s.t = &http.Transport{
		DialContext:            s.dial,
		DialTLSContext:         s.dialTLS,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    o.IdlePerHost,
		DisableKeepAlives:      o.IdlePerHost < 0,
		IdleConnTimeout:        o.IdleTimeout,
		ExpectContinueTimeout:  o.ContinueTimeout,
		MaxResponseHeaderBytes: int64(o.ResponseHeaderBytes),
		ForceAttemptHTTP2:      true,
	}
	if s.opts.TLS == nil {
		s.opts.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return s
}

// dialError marks that no connection could be made.
type dialError struct{ error }

func (e dialError) Unwrap() error { return e.error }

// onlyHTTP1 is the context's key of a dial for a request that HTTP/2 has no
// form for.
type onlyHTTP1 struct{}

func (s *Std) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.DialTimeout)
	defer cancel()
	nc, err := s.opts.Dial(ctx, network, addr)
	if err != nil {
		return nil, dialError{err}
	}
	sock := newSocket(nc)
	return sock.watch(sock), nil
}

func (s *Std) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.DialTimeout)
	defer cancel()
	config := s.opts.TLS.Clone()
	if config.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, dialError{err}
		}
		config.ServerName = host
	}
	config.NextProtos = []string{"h2", "http/1.1"}
	if ctx.Value(onlyHTTP1{}) != nil {
		config.NextProtos = nil
	}
	nc, err := s.opts.Dial(ctx, network, addr)
	if err != nil {
		return nil, dialError{err}
	}
	sock := newSocket(nc)
	tc := tls.Client(sock, config)
	if err := tc.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, dialError{err}
	}
	if tc.ConnectionState().NegotiatedProtocol == "h2" {
		return tc, nil // which the transport looks for
	}
	return sock.watch(tc), nil
}

// CloseIdle implements [Client].
func (s *Std) CloseIdle() { s.t.CloseIdleConnections() }

// Close implements [Client].
func (s *Std) Close() error {
	s.closed.Store(true)
	s.t.CloseIdleConnections()
	return nil
}

// Do implements [Client].
func (s *Std) Do(ctx context.Context, r *Request, resp *Response) error {
	resp.reset()
	if s.closed.Load() {
		return &Error{r.Target.Addr, ErrClosed, nil}
	}
	err := r.check()
	if err == nil && r.Target.Scheme != "http" && r.Target.Scheme != "https" {
		err = errScheme
	}
	if err != nil {
		return &Error{r.Target.Addr, ErrInvalid, err}
	}
	if err := ctx.Err(); err != nil {
		return &Error{r.Target.Addr, ofContext(err), err}
	}
	if r.Upgrade != "" {
		ctx = context.WithValue(ctx, onlyHTTP1{}, true)
	}
	k := &stdCall{s: s, r: r, addr: r.Target.Addr}
	k.ctx, k.cancel = context.WithCancelCause(ctx)
	k.timer = time.AfterFunc(time.Until(headLimit(ctx, r, time.Now())), func() { k.cancel(ErrTimeout) })
	h, err := s.t.RoundTrip(k.request())
	if err != nil && k.again(err) {
		k.fresh = true
		h, err = s.t.RoundTrip(k.request())
	}
	k.endInterim()
	if err == nil {
		err = k.answered(h, resp)
	}
	if err != nil {
		resp.reset()
		return k.fail(err)
	}
	return nil
}

// stdCall is one request and, after Do, its response's body. Like call it
// keeps the request's context.
type stdCall struct {
	s      *Std
	r      *Request // not to be touched once the body is closed
	addr   string
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer // of the head, then of each read of the body

	fresh     bool     // no connection that has served may be used
	conn      *watched // the last that was tried, nil before and over HTTP/2
	m         *message // on conn
	connected bool

	interims sync.Mutex // held while OnInterim runs
	over     bool       // guarded by interims: OnInterim must not run any more

	send *stdBody // nil when there is none

	body  io.ReadCloser
	h     *http.Response
	err   error // sticky
	trail hostabi.Header
}

// request makes the transport's form of k.r, which has been checked.
func (k *stdCall) request() *http.Request {
	r := k.r
	path, query, hasQuery := strings.Cut(r.URI, "?")
	trace := &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			k.connected = true
			if k.conn, _ = info.Conn.(*watched); k.conn != nil {
				k.m = k.message()
				k.conn.begin(k.m, k.fresh)
			}
		},
	}
	if r.OnInterim != nil {
		trace.Got1xxResponse = k.interim()
	}
	q := (&http.Request{
		Method: r.Method,
		// Opaque goes onto the wire as it stands.
		URL: &url.URL{
			Scheme: r.Target.Scheme, Host: r.Target.Addr,
			Opaque: path, RawQuery: query, ForceQuery: hasQuery && query == "",
		},
		Host:  r.host(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, // or it waits for no 100
		Header: k.header(),
	}).WithContext(httptrace.WithClientTrace(k.ctx, trace))
	if !r.hasBody() {
		return q
	}
	q.ContentLength = r.Size
	k.send = &stdBody{r: r, gone: make(chan struct{})}
	if p, ok := inMemory(r.Body); !ok || r.Size >= 0 && int64(len(p)) != r.Size {
		q.Body = k.send.open(r.Body)
		q.GetBody = func() (io.ReadCloser, error) {
			if k.send.began.Load() {
				return nil, errSpent
			}
			return k.send.open(r.Body), nil
		}
	} else {
		q.Body = k.send.open(bytes.NewReader(p))
		q.GetBody = func() (io.ReadCloser, error) { return k.send.open(bytes.NewReader(p)), nil }
	}
	if r.Trailer != nil && r.Size < 0 {
		q.Trailer = http.Header{}
		if v, ok := r.Header.Joined("Trailer"); ok {
			for name := range listed(v) {
				q.Trailer[http.CanonicalHeaderKey(name)] = nil
			}
		}
		k.send.trailer = q.Trailer
	}
	return q
}

// errSpent reports a body that was read and cannot be read again.
var errSpent = errors.New("request body is spent")

// again reports whether a request that failed may be sent on a new connection;
// see the package comment. The transport itself sends again what it never began
// to send, and what it holds for idempotent.
func (k *stdCall) again(err error) bool {
	if k.conn == nil || context.Cause(k.ctx) != nil || errors.As(err, new(dialError)) {
		return false
	}
	m := k.conn.state(k.m)
	if !m.reused || m.got || m.err != nil {
		return false
	}
	if m.wrote && !m.unseen && !idempotent(k.r.Method) {
		return false
	}
	if k.send == nil {
		return true
	}
	_, mem := inMemory(k.r.Body)
	return (mem || !k.send.began.Load()) && k.send.failure() == nil && k.send.settle()
}

// interim passes informational responses on. The transport bounds their bytes
// only while nobody listens.
func (k *stdCall) interim() func(int, textproto.MIMEHeader) error {
	budget := k.s.opts.ResponseHeaderBytes
	return func(status int, h textproto.MIMEHeader) error {
		var list hostabi.Header
		if err := appendHTTP(&list, http.Header(h), status, k.s.opts.ResponseHeaderFields); err != nil {
			return malformed{err}
		}
		budget -= len("HTTP/1.1 103\r\n\r\n")
		for _, f := range list {
			budget -= len(f.Name) + len(f.Value) + len(": \r\n")
		}
		if budget < 0 {
			return malformed{errHeadSize}
		}
		k.interims.Lock()
		defer k.interims.Unlock()
		if !k.over {
			k.r.OnInterim(status, list)
		}
		return nil
	}
}

// endInterim waits for an OnInterim that runs and lets none run later: the
// transport reads on its own goroutine, which may be behind when the request
// has been canceled.
func (k *stdCall) endInterim() {
	k.interims.Lock()
	k.over = true
	k.interims.Unlock()
}

// header makes the transport's form of the request's fields.
func (k *stdCall) header() http.Header {
	r := k.r
	h := make(http.Header, len(r.Header)+3)
	for i := range r.Header {
		name := http.CanonicalHeaderKey(r.Header[i].Name)
		h[name] = append(h[name], r.Header[i].Value)
	}
	for _, name := range [...]string{"Idempotency-Key", "X-Idempotency-Key"} {
		if v, ok := h[name]; ok { // net/http would take it for leave to send a POST twice
			delete(h, name)
			h[strings.ToLower(name)] = v
		}
	}
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = []string{""} // none, rather than Go's
	}
	if r.hasBody() && r.ExpectContinue {
		h["Expect"] = []string{"100-continue"}
	}
	if r.Upgrade != "" {
		h["Connection"], h["Upgrade"] = []string{"Upgrade"}, []string{r.Upgrade}
	} else {
		h["Connection"] = []string{"keep-alive"}
	}
	return h
}
