package tck

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// peerHTTP is http without a network: it runs the handler of the one host that
// is allowed.
type peerHTTP struct {
	host    string
	handler http.Handler
	secret  func(name string) ([]byte, error)
}

var _ hostabi.HTTP = (*peerHTTP)(nil)

func newPeerHTTP() *peerHTTP {
	u, _ := url.Parse(PeerURL)
	return &peerHTTP{u.Host, Peer(), func(name string) ([]byte, error) {
		v, ok := map[string]string{SecretRead: SecretReadValue, SecretUse: SecretUseValue}[name]
		if !ok {
			return nil, hostabi.ENOENT
		}
		return []byte(v), nil
	}}
}

func (p *peerHTTP) Limits() hostabi.HTTPLimits {
	return hostabi.HTTPLimits{Requests: MaxRequests, Bytes: MaxBytes, Body: MaxRequestBody, Bodies: MaxBodies}
}

func (p *peerHTTP) allows(u *url.URL) bool { return u.Scheme == "http" && u.Host == p.host }

func (p *peerHTTP) Start(ctx context.Context, r hostabi.HTTPRequest) (hostabi.HTTPExchange, error) {
	if !p.allows(r.URL) {
		return nil, hostabi.EPERM
	}
	h := http.Header{}
	for _, f := range r.Header {
		v, _, err := hostabi.FillSecrets(f.Value, p.secret)
		if err != nil {
			return nil, err
		}
		h.Add(f.Name, v)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	x := &peerExchange{ctx: ctx, cancel: cancel, done: make(chan struct{}), header: http.Header{}, trailer: http.Header{}}
	x.in, x.body = io.Pipe()
	var body io.Reader = bytes.NewReader(r.Body)
	if r.Stream {
		body, x.out = io.Pipe()
		context.AfterFunc(ctx, func() { x.out.CloseWithError(hostabi.ECONN) })
	}
	context.AfterFunc(ctx, func() { x.in.CloseWithError(context.Cause(ctx)) })
	q := (&http.Request{Method: r.Method, URL: r.URL, Host: r.URL.Host, Header: h, Body: io.NopCloser(body), Trailer: x.trailer}).WithContext(ctx)
	timeout := HTTPTimeout
	if r.Timeout > 0 {
		timeout = min(timeout, r.Timeout)
	}
	x.timer = time.AfterFunc(timeout, func() { x.fail(hostabi.ETIMEDOUT) })
	go x.run(p, q, r.Redirects)
	return x, nil
}

// peerExchange is a request that a handler answers.
type peerExchange struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	in      *io.PipeReader // the answer's body
	body    *io.PipeWriter
	out     *io.PipeWriter // the request's, where it is streamed
	trailer http.Header    // of the request

	once   sync.Once
	done   chan struct{}
	status int
	head   hostabi.Header
	err    error

	header   http.Header // of the answer, the handler's
	trailers hostabi.Header
}

// fail ends the exchange, before its head with an outcome.
func (x *peerExchange) fail(err error) {
	x.once.Do(func() {
		x.err = err
		close(x.done)
	})
	x.cancel(err)
}

// run has the handler answer, a redirect once.
func (x *peerExchange) run(p *peerHTTP, r *http.Request, redirects bool) {
	context.AfterFunc(x.ctx, func() { x.fail(context.Cause(x.ctx)) })
	defer func() {
		if v := recover(); v != nil {
			x.body.CloseWithError(hostabi.ECONN)
			x.fail(hostabi.ECONN)
		}
	}()
	w := &peerWriter{x: x}
	if redirects {
		w.follow = func(to *url.URL) error {
			if !p.allows(to) {
				return hostabi.EPERM
			}
			next := r.Clone(r.Context())
			next.URL = to
			if w.status < http.StatusTemporaryRedirect {
				next.Method, next.Body = http.MethodGet, http.NoBody
			}
			x.header = http.Header{}
			x.run(p, next, false)
			return nil
		}
	}
	p.handler.ServeHTTP(w, r)
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.moved != nil {
		if err := w.follow(w.moved); err != nil {
			x.fail(err)
		}
		return
	}
	for _, name := range x.header.Values("Trailer") {
		for _, v := range x.header[name] {
			x.trailers.Add(name, v)
		}
	}
	x.body.Close()
}

// peerWriter takes the answer of a handler.
type peerWriter struct {
	x      *peerExchange
	status int
	follow func(to *url.URL) error
	moved  *url.URL
}

func (w *peerWriter) Header() http.Header { return w.x.header }

func (w *peerWriter) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
}

func (w *peerWriter) WriteHeader(status int) {
	w.status = status
	if to := w.x.header.Get("Location"); to != "" && w.follow != nil {
		base, _ := url.Parse(PeerURL)
		w.moved, _ = base.Parse(to)
		return
	}
	h := w.x.header
	var head hostabi.Header
	size := 0
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if name == "Trailer" {
			continue
		}
		for _, v := range h[name] {
			head.Add(name, v)
			size += len(name) + len(v)
		}
	}
	if length := h.Get("Content-Length"); len(length) > 6 || len(length) == 6 && length > "131072" || len(head) > maxFields || size > maxFieldBytes {
		w.x.fail(hostabi.E2BIG)
		return
	}
	w.x.once.Do(func() {
		w.x.timer.Stop()
		w.x.status, w.x.head = status, head
		close(w.x.done)
	})
}

func (w *peerWriter) Write(b []byte) (int, error) {
	w.Flush()
	if w.moved != nil {
		return len(b), nil
	}
	return w.x.body.Write(b)
}

func (x *peerExchange) Done() <-chan struct{} { return x.done }

func (x *peerExchange) Response() (int, hostabi.Header, error) { return x.status, x.head, x.err }

func (x *peerExchange) Read(p []byte) (int, error) {
	<-x.done
	if x.err != nil {
		return 0, x.err
	}
	n, err := x.in.Read(p)
	if errors.Is(err, io.ErrClosedPipe) {
		err = context.Cause(x.ctx)
	}
	return n, err
}

func (x *peerExchange) Trailer() hostabi.Header { return x.trailers }

func (x *peerExchange) Write(p []byte) (int, error) {
	n, err := x.out.Write(p)
	if errors.Is(err, io.ErrClosedPipe) {
		err = hostabi.ECONN
	}
	return n, err
}

func (x *peerExchange) SetTrailer(name, value string) error {
	x.trailer.Set(strings.Clone(name), value)
	return nil
}

func (x *peerExchange) CloseWrite() error { return x.out.Close() }

func (x *peerExchange) Close() error {
	x.timer.Stop()
	x.cancel(context.Canceled)
	return nil
}
