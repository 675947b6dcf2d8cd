package main

import (
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/upstream"
)

// lean is net/http with the gateway's own upstream client and nothing between:
// the floor of what a gateway on these two can cost.
type lean struct {
	client *upstream.Lean
	target upstream.Target
	pool   sync.Pool
}

// passage is the memory of one request.
type passage struct {
	request  upstream.Request
	response upstream.Response
	buffer   []byte
}

func newLean(addr string) *lean {
	return &lean{
		client: upstream.NewLean(upstream.Options{IdlePerHost: 256}),
		target: upstream.Target{Scheme: "http", Addr: addr, Host: addr},
		pool:   sync.Pool{New: func() any { return &passage{buffer: make([]byte, 16<<10)} }},
	}
}

func (l *lean) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := l.pool.Get().(*passage)
	defer l.pool.Put(p)
	header := p.request.Header[:0]
	for name, values := range r.Header {
		for _, v := range values {
			header = append(header, hostabi.Field{Name: name, Value: v})
		}
	}
	p.request = upstream.Request{Target: l.target, Method: r.Method, URI: r.RequestURI, Header: header}
	if err := l.client.Do(r.Context(), &p.request, &p.response); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer p.response.Body.Close()
	out := w.Header()
	for _, f := range p.response.Header {
		out[f.Name] = append(out[f.Name], f.Value)
	}
	if p.response.Size >= 0 {
		out["Content-Length"] = []string{strconv.FormatInt(p.response.Size, 10)}
	}
	w.WriteHeader(p.response.Status)
	_, _ = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{p.response.Body}, p.buffer)
}
