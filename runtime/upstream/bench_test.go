package upstream

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// reply answers every request with the same bytes and allocates nothing.
func reply(t testing.TB, text string) Target {
	s := serve(t, func(p *peer) {
		buf, answer := make([]byte, 64<<10), []byte(text)
		n := 0
		for {
			m, err := p.Conn.Read(buf[n:])
			if err != nil {
				return
			}
			if n += m; bytes.HasSuffix(buf[:n], []byte("\r\n\r\n")) || bytes.HasSuffix(buf[:n], []byte("}")) {
				n = 0
				p.Conn.Write(answer)
			}
		}
	})
	return s.target()
}

var (
	benchHeader = hostabi.Header{
		{Name: "Accept", Value: "application/json"},
		{Name: "User-Agent", Value: "bench/1.0"},
		{Name: "X-Forwarded-For", Value: "192.0.2.1"},
		{Name: "X-Amzn-Trace-Id", Value: "Root=1-67891233-abcdef012345678912345678"},
	}
	benchAnswer = "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: application/json\r\nServer: x\r\n" +
		"Content-Length: 1024\r\n\r\n" + strings.Repeat("x", 1024)
)

// once does one request and reads its response.
func once(t testing.TB, ctx context.Context, c Client, r *Request, resp *Response, buf []byte) {
	if err := c.Do(ctx, r, resp); err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		m, err := resp.Body.Read(buf)
		n += m
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	resp.Body.Close()
	if n != 1024 {
		t.Fatalf("%d bytes of body, want 1024", n)
	}
}

// TestAllocs holds lean's budget: a GET costs one string for all fields, as the
// call goes with the response. A context that can end costs nothing as long
// as the answer comes soon; the slow machine that exceeds the patience is
// allowed for.
func TestAllocs(t *testing.T) {
	chunked := "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + strings.Repeat("x", 1024) + "\r\n0\r\n\r\n"
	tests := []struct {
		name   string
		answer string
		method string
		body   func() io.Reader
		budget float64
	}{
		{"GET", benchAnswer, "GET", nil, 1},
		{"GET answered in chunks", chunked, "GET", nil, 2},
		{"POST from memory", benchAnswer, "POST", func() io.Reader { return inMem(`{"a":1}`) }, 1},
		{"POST of a stream", benchAnswer, "POST", func() io.Reader { return strings.NewReader(`{"a":1}`) }, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := reply(t, tt.answer)
			c := NewLean(Options{})
			defer c.Close()
			r := &Request{Target: target, Method: tt.method, URI: "/orders/1?a=b", Header: benchHeader}
			if tt.body != nil {
				r.Size = 7
				r.Body = tt.body()
			}
			resp, buf := &Response{}, make([]byte, 32<<10)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			got := testing.AllocsPerRun(500, func() {
				if s, ok := r.Body.(*strings.Reader); ok {
					s.Seek(0, io.SeekStart)
				}
				once(t, ctx, c, r, resp, buf)
			})
			t.Logf("%.1f allocations", got)
			// Collections empty the pools of buffers now and then.
			if got > tt.budget+1 {
				t.Errorf("%.1f allocations, want at most %.0f", got, tt.budget)
			}
		})
	}
}

// BenchmarkDo runs four ways of one GET in turns, in one process with the
// server: lean, std, http.Transport without what Std adds, and the same bytes
// written and read without a client, which is the part that no client saves.
func BenchmarkDo(b *testing.B) {
	target := reply(b, benchAnswer)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	r := &Request{Target: target, Method: "GET", URI: "/orders/1?a=b", Header: benchHeader}
	resp, buf := &Response{}, make([]byte, 32<<10)
	lean, std := NewLean(Options{}), NewStd(Options{})
	defer lean.Close()
	defer std.Close()
	ways := [...]struct {
		unit string
		once func()
	}{
		{"lean-ns", func() { once(b, ctx, lean, r, resp, buf) }},
		{"std-ns", func() { once(b, ctx, std, r, resp, buf) }},
		{"transport-ns", overTransport(b, ctx, r, buf)},
		{"bytes-ns", overConn(b, r, buf)},
	}
	var spent [len(ways)]time.Duration
	for b.Loop() {
		for i := range ways {
			start := time.Now()
			ways[i].once()
			spent[i] += time.Since(start)
		}
	}
	for i, w := range ways {
		b.ReportMetric(float64(spent[i])/float64(b.N), w.unit)
	}
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "lean/std")
	b.ReportMetric(float64(spent[0])/float64(spent[2]), "lean/transport")
}

// overTransport does r by a bare http.Transport.
func overTransport(b *testing.B, ctx context.Context, r *Request, buf []byte) func() {
	t := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	b.Cleanup(t.CloseIdleConnections)
	return func() {
		q, err := http.NewRequestWithContext(ctx, r.Method, "http://"+r.Target.Addr+r.URI, nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range r.Header {
			q.Header.Add(f.Name, f.Value)
		}
		resp, err := t.RoundTrip(q)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = resp.Body.Read(buf)
		}
		resp.Body.Close()
	}
}

// overConn sends and receives what r costs on the wire and no more.
func overConn(b *testing.B, r *Request, buf []byte) func() {
	nc, err := net.Dial("tcp", r.Target.Addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { nc.Close() })
	head := appendHead(nil, r)
	return func() {
		if _, err := nc.Write(head); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(nc, buf[:len(benchAnswer)]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParallel shows what the pool's lock costs.
func BenchmarkParallel(b *testing.B) {
	target := reply(b, benchAnswer)
	for _, cl := range clients {
		b.Run(cl.name, func(b *testing.B) {
			c := cl.make(Options{})
			defer c.Close()
			b.ReportAllocs()
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				r := &Request{Target: target, Method: "GET", URI: "/orders/1?a=b", Header: benchHeader}
				resp, buf := &Response{}, make([]byte, 32<<10)
				for pb.Next() {
					once(b, b.Context(), c, r, resp, buf)
				}
			})
		})
	}
}

// BenchmarkWatch compares a watch of the context for every request with the
// patience that saves it.
func BenchmarkWatch(b *testing.B) {
	a, z := net.Pipe()
	defer a.Close()
	defer z.Close()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		stop := context.AfterFunc(ctx, func() { a.Close() })
		stop()
	}
}
