package integrate

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/mapping"
	"github.com/portico-gateway/portico/runtime/upstream"
)

// ProxyOptions describe an http_proxy or http integration.
type ProxyOptions struct {
	// Custom makes it http: only mapped parameters go in, and Responses say
	// what comes out.
	Custom bool
	Client upstream.Client
	URI    *upstream.Template
	// Method replaces the request's; "" keeps it.
	Method string
	// Timeout bounds the time to the head of the answer.
	Timeout    time.Duration
	Parameters *mapping.Parameters
	Responses  []Response
	// KeepLimit bounds the bytes of a body that a mapping may read.
	KeepLimit int
}

// Proxy calls a backend over HTTP. It is safe for concurrent use.
type Proxy struct {
	ProxyOptions
	responses *responses
}

var _ Integration = (*Proxy)(nil)

// NewProxy checks o and makes an integration of it.
func NewProxy(o ProxyOptions) (*Proxy, error) {
	p := &Proxy{ProxyOptions: o}
	if !o.Custom {
		return p, nil
	}
	var err error
	p.responses, err = newResponses(o.Responses)
	return p, err
}

// exchanged is the memory of one call to a backend. It is in use until the
// answer has been sent.
type exchanged struct {
	request  upstream.Request
	response upstream.Response
	mapped   mapping.Mapped
	uri      []byte

	forwarded string // the Forwarded field, "" where it is not sent

	interim func(int, hostabi.Header) // made once: a closure is an allocation

	mu   sync.Mutex    // guards sink: a client may call interim from a goroutine of its own
	sink exchange.Sink // where interim goes, nil once the call has ended
}

// uriSize holds most URIs; longer ones are given memory of their own.
const uriSize = 512

var pool = sync.Pool{New: func() any {
	e := &exchanged{uri: make([]byte, 0, uriSize)}
	e.interim = e.passInterim
	return e
}}

// passInterim passes an informational answer on to the client, unless the call
// has ended: http.Transport may report one late.
func (e *exchanged) passInterim(status int, h hostabi.Header) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sink != nil {
		_ = e.sink.Interim(status, h)
	}
}

// passTo says where informational answers go, nil for nowhere. It waits for one
// that is on its way.
func (e *exchanged) passTo(s exchange.Sink) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sink = s
}

// Finish gives the memory back.
func (e *exchanged) Finish() {
	e.request.Header.Reset()
	e.request = upstream.Request{Header: e.request.Header}
	e.response.Reset()
	e.forwarded = ""
	clear(e.mapped.Path)
	clear(e.mapped.Query)
	clear(e.mapped.Header)
	e.mapped = mapping.Mapped{Path: e.mapped.Path[:0], Query: e.mapped.Query[:0], Header: e.mapped.Header[:0]}
	pool.Put(e)
}

// Integrate implements [Integration].
func (p *Proxy) Integrate(ctx context.Context, x *exchange.Exchange) *exchange.Refusal {
	e := pool.Get().(*exchanged)
	if refusal := p.Parameters.Request(x, &e.mapped, p.KeepLimit); refusal != nil {
		e.Finish()
		return refusal
	}
	if refusal := p.address(x, e); refusal != nil {
		e.Finish()
		return refusal
	}
	p.compose(x, e)
	start := time.Now()
	err := p.Client.Do(ctx, &e.request, &e.response)
	e.passTo(nil)
	x.Log.IntegrationLatency = time.Since(start)
	if err != nil {
		// e is not used again: http.Transport may still look at the request.
		x.Log.IntegrationError = err
		return refused(x, err)
	}
	x.Finisher = e
	return p.take(x, e)
}

// address sets where the request goes.
func (p *Proxy) address(x *exchange.Exchange, e *exchanged) *exchange.Refusal {
	param := func(name string) (string, bool) {
		for i := range e.mapped.Path {
			if e.mapped.Path[i].Name == name {
				// A mapped value is text: a percent sign in it is data.
				return strings.ReplaceAll(e.mapped.Path[i].Value, "%", "%25"), true
			}
		}
		return x.RawParam(name)
	}
	addr, host, uri, err := p.URI.ExpandBytes(e.uri[:0], param, x.Stage.Variable)
	if err != nil {
		return escape.Because(err)
	}
	e.request.Target = upstream.Target{Scheme: p.URI.Scheme(), Addr: addr, Host: host}
	uri = p.withQuery(uri, x, e.mapped.Query)
	end := len(uri)
	if !p.Custom && x.API.Protocol == exchange.HTTP {
		uri = appendForwarded(uri, x)
	}
	text := string(uri) // one allocation for both
	e.request.URI, e.forwarded = text[:end], text[end:]
	return nil
}

// take makes the backend's answer the response.
func (p *Proxy) take(x *exchange.Exchange, e *exchanged) *exchange.Refusal {
	from := &e.response
	x.Log.IntegrationStatus, x.Log.BackendStatus = from.Status, from.Status
	x.Response.Status = from.Status
	x.Response.Header = append(x.Response.Header[:0], from.Header...)
	x.Response.Trailer = from.Trailer
	if from.Conn != nil {
		x.Response.Upgrade = from.Conn
		return nil
	}
	x.Response.Body.SetStream(from.Body, from.Size)
	if e.request.Method == "HEAD" && !x.Head() {
		x.Response.Body.SetBytes(nil) // its size is of what GET would have given
	}
	if p.responses != nil {
		return p.responses.apply(x, from.Header, p.KeepLimit)
	}
	return nil
}

// refused says what the client gets when a backend could not be asked or did
// not answer (AWS guide, "Gateway response types"; recorded 2020 to 2026).
func refused(x *exchange.Exchange, err error) *exchange.Refusal {
	switch {
	case errors.Is(err, exchange.ErrTooLarge):
		return overLimit.Because(err)
	case errors.Is(err, upstream.ErrBody), errors.Is(err, upstream.ErrCanceled):
		if x.Request.Body.Stalled() {
			return exchange.Stalled.Because(err)
		}
		return gone.Because(err)
	case errors.Is(err, upstream.ErrTimeout):
		return timedOut.Because(err)
	case errors.Is(err, upstream.ErrRefused), errors.Is(err, upstream.ErrReset):
		return networkError.Because(err)
	case errors.Is(err, upstream.ErrMalformed):
		return of(x, badBackend, badBackendHTTP).Because(err)
	}
	return misconfigured.Because(err)
}

// content is the body as the client package reads it.
func content(b *exchange.Body) (io.Reader, int64) {
	if b.Empty() {
		return nil, 0
	}
	return b, b.Size()
}

// bodyless reports the methods whose integrations carry no body in a REST API.
func bodyless(x *exchange.Exchange, method string) bool {
	return x.API.Protocol == exchange.REST && (method == "GET" || method == "HEAD" || method == "OPTIONS")
}
