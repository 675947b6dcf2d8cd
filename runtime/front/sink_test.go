package front

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
)

const get = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

func TestAnswer(t *testing.T) {
	date := exchange.Field{Name: "Date", Value: "now"}
	tests := []struct {
		name, raw string
		serve     func(k exchange.Sink)
		want      string
	}{
		{
			"names keep their casing and a type is not guessed", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date, {Name: "x-amzn-RequestId", Value: "i"}}, 4, false)
				io.WriteString(writer{k}, "<p/>")
			},
			"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nDate: now\r\nx-amzn-RequestId: i\r\nConnection: close\r\n\r\n<p/>",
		},
		{
			"values of one name stay in order", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date, {Name: "Set-Cookie", Value: "b"}, {Name: "Set-Cookie", Value: "a"},
					{Name: "Set-Cookie", Value: "c"}, {Name: "Vary", Value: "v"}}, 0, false)
			},
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: now\r\nSet-Cookie: b\r\nSet-Cookie: a\r\nSet-Cookie: c\r\nVary: v\r\nConnection: close\r\n\r\n",
		},
		{
			"lower case names are known", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{{Name: "date", Value: "now"}, {Name: "content-type", Value: "a/b"}}, 0, false)
			},
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\ncontent-type: a/b\r\ndate: now\r\nConnection: close\r\n\r\n",
		},
		{
			"framing fields are left out", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date, {Name: "Transfer-Encoding", Value: "gzip"}, {Name: "content-length", Value: "7"},
					{Name: "Connection", Value: "X-A"}, {Name: "Upgrade", Value: "x"}}, 0, false)
			},
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: now\r\nConnection: close\r\n\r\n",
		},
		{
			"a line break in a value cannot make a field", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date, {Name: "A", Value: "1\r\nB: 2"}, {Name: "C\r\nD", Value: "3"}}, 0, false)
			},
			"HTTP/1.1 200 OK\r\nA: 1  B: 2\r\nContent-Length: 0\r\nDate: now\r\nConnection: close\r\n\r\n",
		},
		{
			"a body of unknown length comes in chunks", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date}, -1, false)
				io.WriteString(writer{k}, "ab")
				k.Flush()
				io.WriteString(writer{k}, "c")
			},
			"HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
		},
		{
			"trailers follow chunks even where the length is known", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date}, 2, true)
				io.WriteString(writer{k}, "ab")
				k.WriteTrailer(exchange.Header{{Name: "X-T", Value: "1"}, {Name: "x-t", Value: "2"}, {Name: "Content-Length", Value: "9"}})
			},
			"HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-T: 1\r\nx-t: 2\r\n\r\n",
		},
		{
			"HTTP/1.0 gets no chunks, trailers or interim answers", "GET / HTTP/1.0\r\n\r\n",
			func(k exchange.Sink) {
				k.Interim(103, exchange.Header{{Name: "Link", Value: "l"}})
				k.WriteHead(200, exchange.Header{date}, -1, true)
				io.WriteString(writer{k}, "ab")
				k.WriteTrailer(exchange.Header{{Name: "X-T", Value: "1"}})
			},
			"HTTP/1.0 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\nab",
		},
		{
			"HEAD announces a length and has no body", "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
			func(k exchange.Sink) { k.WriteHead(200, exchange.Header{date}, 7, false) },
			"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nDate: now\r\nConnection: close\r\n\r\n",
		},
		{
			"HEAD of an unknown length", "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
			func(k exchange.Sink) { k.WriteHead(200, exchange.Header{date}, -1, false) },
			"HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\n",
		},
		{
			"204 has no length", get,
			func(k exchange.Sink) { k.WriteHead(204, exchange.Header{date}, 0, false) },
			"HTTP/1.1 204 No Content\r\nDate: now\r\nConnection: close\r\n\r\n",
		},
		{
			"304 announces nothing", get,
			func(k exchange.Sink) {
				k.WriteHead(304, exchange.Header{date, {Name: "ETag", Value: `"e"`}}, 9, false)
			},
			"HTTP/1.1 304 Not Modified\r\nDate: now\r\nETag: \"e\"\r\nConnection: close\r\n\r\n",
		},
		{
			"interim answers come first and leave nothing behind", get,
			func(k exchange.Sink) {
				k.Interim(103, exchange.Header{{Name: "Link", Value: "l"}})
				k.WriteHead(200, exchange.Header{date}, 0, false)
			},
			"HTTP/1.1 103 Early Hints\r\nLink: l\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: now\r\nConnection: close\r\n\r\n",
		},
		{
			"an answer that is shorter than announced is cut", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date}, 4, false)
				io.WriteString(writer{k}, "ab")
				k.Flush()
			},
			"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nDate: now\r\nConnection: close\r\n\r\nab",
		},
		{
			"an aborted answer has no last chunk", get,
			func(k exchange.Sink) {
				k.WriteHead(200, exchange.Header{date}, -1, false)
				io.WriteString(writer{k}, "ab")
				k.Flush()
				k.Abort()
			},
			"HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
		},
		{
			"an answer aborted before its head is none", get,
			func(k exchange.Sink) { k.Abort() },
			"",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) { tt.serve(x.Sink) })
			if got := roundTrip(t, addr, tt.raw); got != tt.want {
				t.Errorf("answer\n%q, want\n%q", got, tt.want)
			}
		})
	}
}

func TestSinkRefuses(t *testing.T) {
	var errs []error
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		_, hijack := x.Sink.Hijack()
		errs = append(errs,
			x.Sink.Interim(200, nil),
			x.Sink.WriteHead(99, nil, 0, false),
			hijack,
			x.Sink.Flush(), // nothing to flush: nil
			x.Sink.WriteHead(200, nil, 0, false),
			x.Sink.WriteHead(200, nil, 0, false),
			x.Sink.Interim(103, nil),
		)
	})
	roundTrip(t, addr, get)
	var got []bool
	for _, err := range errs {
		got = append(got, err != nil)
	}
	want := []bool{true, true, true, false, false, true, true}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("call %d: error %v, want one: %v", i, errs[i], want[i])
		}
	}
}

func TestHandlerFaults(t *testing.T) {
	tests := []struct {
		name  string
		serve handlerFunc
		want  string // beginning of the answer
		log   string
	}{
		{"a panic closes the connection and is logged", func(context.Context, *exchange.Exchange) { panic("boom") },
			"", "panic=boom"},
		{"the aborting panic is not logged", func(context.Context, *exchange.Exchange) { panic(http.ErrAbortHandler) },
			"", ""},
		{"no answer is 500 and logged", func(_ context.Context, x *exchange.Exchange) { x.ID = "the-id" },
			"HTTP/1.1 500 ", "request_id=the-id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			opts := Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}
			s, addr := start(t, opts, tt.serve)
			// A body that does not come must not hold up the close.
			got := roundTrip(t, addr, "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n\r\n")
			within(t, "the handler", func() { s.wait() })
			if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
				t.Errorf("answer %q, want %q", got, tt.want)
			}
			if tt.log == "" && log.Len() > 0 || !strings.Contains(log.String(), tt.log) {
				t.Errorf("log %q, want %q", log.String(), tt.log)
			}
		})
	}
}

// The response's body belongs to an upstream connection, which must be given
// back however the request ends.
func TestResponseBodyIsClosed(t *testing.T) {
	for _, fault := range []bool{false, true} {
		closed := make(chan struct{})
		_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
			x.Response.Body.SetStream(closeFunc(func() { close(closed) }), -1)
			if fault {
				panic(http.ErrAbortHandler)
			}
			answer(x, 200, "")
		})
		c := dial(t, addr)
		io.WriteString(c, get)
		within(t, "closing", func() { <-closed })
	}
}

type closeFunc func()

func (f closeFunc) Read([]byte) (int, error) { return 0, errors.New("not to be read") }
func (f closeFunc) Close() error             { f(); return nil }

func TestKeepsConnection(t *testing.T) {
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) { answer(x, 200, x.Request.RawPath) })
	c := dial(t, addr)
	br := bufio.NewReader(c)
	for _, path := range []string{"/1", "/2", "/3"} {
		io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: h\r\n\r\n")
		if status, body := readAnswer(t, br); status != 200 || body != path {
			t.Errorf("answer %d %q, want 200 %q", status, body, path)
		}
	}
}
