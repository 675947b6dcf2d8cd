package runtime_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// panicking panics where the gateway reads a body or sends an answer.
type panicking struct{ closed bool }

func (p *panicking) Read([]byte) (int, error)                          { panic(errPanic) }
func (p *panicking) Close() error                                      { p.closed = true; return nil }
func (p *panicking) Interim(int, exchange.Header) error                { return nil }
func (p *panicking) WriteHead(int, exchange.Header, int64, bool) error { panic(errPanic) }
func (p *panicking) Write([]byte) (int, error)                         { return 0, io.ErrClosedPipe }
func (p *panicking) Flush() error                                      { return nil }
func (p *panicking) WriteTrailer(exchange.Header) error                { return nil }
func (p *panicking) Hijack() (exchange.Conn, error)                    { return nil, errors.ErrUnsupported }
func (p *panicking) Abort()                                            {}

var errPanic = errors.New("panic of the test")

// TestPanic: a panic of a phase, which the front recovers, keeps neither the
// snapshot nor what the integration runs; else the gateway could never close.
func TestPanic(t *testing.T) {
	const text = `
[[apis.a.routes]]
route = "POST /read"
integration = { type = "http_proxy", uri = "http://127.0.0.1:9/", request_parameters = { "integration.request.header.X" = "method.request.body" } }
[[apis.a.routes]]
route = "POST /send"
integration = { type = "mock" }
[[apis.a.routes]]
route = "POST /stream"
integration = { type = "plugin", plugin = "moods" }
[apis.a]
protocol = "rest"
`
	for _, path := range []string{"/read", "/send", "/stream"} {
		t.Run(path, func(t *testing.T) {
			g, err := runtime.Open(context.Background(), runtime.Options{File: filepath.Join(files(t, text, "moods"), "gateway.toml")})
			if err != nil {
				t.Fatal(err)
			}
			p := &panicking{}
			x := &exchange.Exchange{Sink: p, Start: time.Now()}
			x.Request = exchange.Request{Method: "POST", RawPath: path, Host: "localhost", Scheme: "http", Proto: "HTTP/1.1",
				Header: exchange.Header{{Name: "X-Mood", Value: "s"}}} // a stream
			x.Request.Body.SetStream(p, 10)
			func() {
				defer func() {
					if v := recover(); v != errPanic {
						t.Errorf("Serve panics with %v, want the phase's own %v", v, errPanic)
					}
				}()
				g.Serve(context.Background(), x)
			}()
			closed := make(chan error, 1)
			go func() { closed <- g.Close() }()
			select {
			case err := <-closed:
				if err != nil {
					t.Errorf("Close: %v", err)
				}
			case <-time.After(patience):
				t.Fatal("Close hangs: the snapshot was not let go")
			}
		})
	}
}
