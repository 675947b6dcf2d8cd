package front

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Budgets of a request, in allocations beyond those of a bare net/http handler
// that gives the same answer (27 for the GET, 31 for the POST). Front itself
// allocates one thing, the text of the length, and saves the handler's lists
// of values: 24 in all. A request with a body also pays for its exchange,
// which is not used again: 37.
const (
	budgetGet  = 0
	budgetPost = 8
)

const (
	rawGet = "GET /orders/1?a=b HTTP/1.1\r\nHost: gate.example\r\nUser-Agent: test\r\nAccept: */*\r\n" +
		"Authorization: Bearer abc\r\nX-Forwarded-For: 192.0.2.1\r\nAccept-Encoding: gzip\r\n\r\n"
	rawPost = "POST /orders/1?a=b HTTP/1.1\r\nHost: gate.example\r\nUser-Agent: test\r\nAccept: */*\r\n" +
		"Authorization: Bearer abc\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
)

var payload = bytes.Repeat([]byte("x"), 1024)

// gateway answers as the gateway does: three fields of its own and 1 KiB.
func gateway(_ context.Context, x *exchange.Exchange) {
	if x.Request.Body.Streams() {
		var p [64]byte
		for {
			if _, err := x.Request.Body.Read(p[:]); err != nil {
				break
			}
		}
		x.Request.Body.Close()
	}
	h := &x.Response.Header
	h.Add("Content-Type", "application/json")
	h.Add("x-amzn-RequestId", "0190a5f0-0000-7000-8000-000000000000")
	h.Add("x-amz-apigw-id", "K2RCxGG-oAMEjSQ=")
	x.Sink.WriteHead(200, *h, int64(len(payload)), false)
	x.Sink.Write(payload)
}

// bare is the same answer from net/http alone.
func bare(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		var p [64]byte
		for {
			if _, err := r.Body.Read(p[:]); err != nil {
				break
			}
		}
	}
	h := w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["x-amzn-RequestId"] = []string{"0190a5f0-0000-7000-8000-000000000000"}
	h["x-amz-apigw-id"] = []string{"K2RCxGG-oAMEjSQ="}
	h["Content-Length"] = []string{"1024"}
	w.WriteHeader(200)
	w.Write(payload)
}

// rawClient sends one request again and again and allocates nothing.
type rawClient struct {
	c       net.Conn
	request []byte
	buf     []byte
	size    int // of an answer
}

func newRawClient(t testing.TB, addr, request string) *rawClient {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	r := &rawClient{c: c, request: []byte(request), buf: make([]byte, 8<<10)}
	if _, err := c.Write(r.request); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := c.Read(r.buf[r.size:])
		if err != nil {
			t.Fatal(err)
		}
		r.size += n
		if head, body, ok := bytes.Cut(r.buf[:r.size], []byte("\r\n\r\n")); ok && len(head) > 0 && len(body) == len(payload) {
			return r
		}
	}
}

func (r *rawClient) do(t testing.TB) {
	if _, err := r.c.Write(r.request); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r.c, r.buf[:r.size]); err != nil {
		t.Fatal(err)
	}
}

// mallocs is the number of allocations of the whole process per request.
func mallocs(t testing.TB, addr, request string) float64 {
	r := newRawClient(t, addr, request)
	for range 200 {
		r.do(t)
	}
	const n = 2000
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	for range n {
		r.do(t)
	}
	goruntime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / n
}

func startBare(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(bare), ReadHeaderTimeout: DefaultHeaderTimeout, IdleTimeout: DefaultIdleTimeout}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	_, ours := start(t, Options{}, gateway)
	base := startBare(t)
	for _, tt := range []struct {
		name, request string
		budget        float64
	}{{"GET", rawGet, budgetGet}, {"POST", rawPost, budgetPost}} {
		got, bare := mallocs(t, ours, tt.request), mallocs(t, base, tt.request)
		t.Logf("%s: %.1f allocations, net/http alone %.1f", tt.name, got, bare)
		if got-bare > tt.budget {
			t.Errorf("%s: %.1f allocations, want at most %.1f above net/http's %.1f", tt.name, got, tt.budget, bare)
		}
	}
}

func BenchmarkServe(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := New(Options{}, handlerFunc(gateway))
	go s.Serve(l)
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s.Shutdown(ctx)
	})
	for name, addr := range map[string]string{"front": l.Addr().String(), "bare": startBare(b)} {
		for _, request := range []string{rawGet, rawPost} {
			b.Run(fmt.Sprintf("%s/%s", name, request[:4]), func(b *testing.B) {
				r := newRawClient(b, addr, request)
				b.ReportAllocs()
				for b.Loop() {
					r.do(b)
				}
			})
		}
	}
}
