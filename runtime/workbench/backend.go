package workbench

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
)

// backend is what stands behind authorizers and mappers: a server of this
// process, so that requests reach it by the gateway's own client.
type backend struct {
	server   *http.Server
	listener net.Listener
	served   chan struct{}

	mu     sync.Mutex // guards what follows
	answer config.Answer
	got    *BackendRequest
}

// BackendRequest is what the backend got.
type BackendRequest struct {
	Method string
	Path   string // with the query
	Header hostabi.Header
	Body   []byte
}

func newBackend() (*backend, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &backend{listener: l, served: make(chan struct{})}
	b.server = &http.Server{Handler: b, ReadHeaderTimeout: time.Minute}
	go func() { defer close(b.served); _ = b.server.Serve(l) }()
	return b, nil
}

func (b *backend) close() error {
	err := b.server.Close()
	<-b.served
	return err
}

func (b *backend) address() string { return b.listener.Addr().String() }

// expect sets the answer to what comes next.
func (b *backend) expect(a config.Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer, b.got = a, nil
}

// last is the request that came since expect, nil for none.
func (b *backend) last() *BackendRequest {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.got
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what came of a request that was given up
	b.mu.Lock()
	b.got = &BackendRequest{Method: r.Method, Path: r.RequestURI, Header: header(r.Header), Body: body}
	a := b.answer
	b.mu.Unlock()
	if !sleep(r.Context(), a.Delay) {
		return
	}
	for _, p := range a.Headers {
		w.Header().Add(p.Name, p.Value)
	}
	w.Header()["Date"] = nil
	w.WriteHeader(a.Status)
	_, _ = w.Write(content(a.Body, a.JSON))
}

// header is a list sorted by name.
func header(from http.Header) (h hostabi.Header) {
	for name, values := range from {
		for _, v := range values {
			h = append(h, hostabi.Field{Name: name, Value: v})
		}
	}
	sortHeader(h)
	return h
}

func sortHeader(h hostabi.Header) {
	slices.SortStableFunc(h, func(a, b hostabi.Field) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
}

// sleep reports whether the time has passed before ctx was done.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
