package front

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// client returns a client of HTTP/1.1 or of HTTP/2 by prior knowledge.
func client(t *testing.T, version int) *http.Client {
	var p http.Protocols
	p.SetHTTP1(version == 1)
	p.SetUnencryptedHTTP2(version == 2)
	tr := &http.Transport{Protocols: &p, DisableCompression: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: patience}
}

func fetch(t *testing.T, version int, url string) string {
	t.Helper()
	resp, err := client(t, version).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHTTP2(t *testing.T) {
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		got := describe(x)
		x.Sink.Interim(103, exchange.Header{{Name: "Link", Value: "l"}})
		x.Sink.WriteHead(200, exchange.Header{{Name: "Date", Value: "now"}, {Name: "X-Case", Value: "1"}}, int64(len(got)), true)
		io.WriteString(writer{x.Sink}, got)
		x.Sink.WriteTrailer(exchange.Header{{Name: "X-End", Value: "e"}})
	})
	req, _ := http.NewRequest("POST", "http://"+addr+"/a%2Fb?q=1", io.MultiReader(strings.NewReader("body")))
	req.Host = "gate.example"
	req.Header = http.Header{"X-B": {"2"}, "X-A": {"1"}, "User-Agent": {"t"}}
	req.Trailer = http.Header{"X-T": {"t"}}
	var interim []string
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			interim = append(interim, fmt.Sprint(code, h))
			return nil
		},
	}))
	resp, err := client(t, 2).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %v %v %v\n%s", resp.Proto, interim, resp.Header, resp.Trailer, b)
	want := "HTTP/2.0 [103 map[Link:[l]]] map[Content-Length:[149] Date:[now] X-Case:[1]] map[X-End:[e]]\n" +
		"POST path=\"/a%2Fb\" query=\"q=1\" host=\"gate.example\" http HTTP/2.0\n" +
		"User-Agent: t\nX-A: 1\nX-B: 2\nbody=\"body\" trailer=[{\"X-T\" \"t\"}]"
	want = strings.Replace(want, "149", fmt.Sprint(len(b)), 1)
	if strings.Contains(string(b), "Accept-Encoding") || got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestHTTP2CannotUpgrade(t *testing.T) {
	var err error
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		err = x.Sink.WriteHead(101, nil, 0, false)
		answer(x, 400, "no")
	})
	if got := fetch(t, 2, "http://"+addr); got != "no" || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("answer %q after %v, want no after %v", got, err, errors.ErrUnsupported)
	}
}

func TestHTTP2Faults(t *testing.T) {
	tests := []struct {
		name  string
		serve func(k exchange.Sink)
	}{
		{"an aborted answer is reset", func(k exchange.Sink) { k.WriteHead(200, nil, -1, false); k.Flush(); k.Abort() }},
		{"a short answer is reset", func(k exchange.Sink) { k.WriteHead(200, nil, 10, false); k.Write([]byte("x")); k.Flush() }},
		{"a panic resets", func(k exchange.Sink) { panic("boom") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) { tt.serve(x.Sink) })
			resp, err := client(t, 2).Post("http://"+addr, "", io.MultiReader(strings.NewReader("body")))
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			if err == nil {
				t.Error("the answer passed for a whole one")
			}
		})
	}
}

func TestHTTP2BodyStalls(t *testing.T) {
	errs := make(chan error, 1)
	_, addr := start(t, Options{ReadTimeout: 50 * time.Millisecond}, func(_ context.Context, x *exchange.Exchange) {
		_, err := io.ReadAll(&x.Request.Body)
		errs <- err
		answer(x, 408, "")
	})
	r, w := io.Pipe()
	defer w.Close()
	go w.Write([]byte("ab"))
	resp, err := client(t, 2).Post("http://"+addr, "", r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) || resp.StatusCode != 408 {
		t.Errorf("error %v, status %d, want a deadline and 408", err, resp.StatusCode)
	}
}

// A pause between two reads is the upstream's, not the client's.
func TestHTTP2PausedBody(t *testing.T) {
	t.Parallel()
	const timeout = 400 * time.Millisecond
	_, addr := start(t, Options{ReadTimeout: timeout}, func(_ context.Context, x *exchange.Exchange) {
		p := make([]byte, 1)
		x.Request.Body.Read(p)
		time.Sleep(2 * timeout)
		rest, err := io.ReadAll(&x.Request.Body)
		if err != nil {
			t.Error(err)
		}
		answer(x, 200, string(p)+string(rest))
	})
	resp, err := client(t, 2).Post("http://"+addr, "", io.MultiReader(strings.NewReader("abc")))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); string(b) != "abc" {
		t.Errorf("body %q, want abc", b)
	}
}

// stuckStream opens a stream whose window is closed, so that no byte of an
// answer's body can be sent. fields are more names and values. It returns the
// connection.
func stuckStream(t *testing.T, addr string, fields ...string) net.Conn {
	t.Helper()
	c := dial(t, addr)
	io.WriteString(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	c.Write(frame(4, 0, 0, []byte{0, 4, 0, 0, 0, 0})) // SETTINGS_INITIAL_WINDOW_SIZE = 0
	var head []byte
	for i, s := range append([]string{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "h"}, fields...) {
		if i%2 == 0 {
			head = append(head, 0) // literal, not indexed (RFC 7541, section 6.2.2)
		}
		head = append(append(head, byte(len(s))), s...)
	}
	c.Write(frame(1, 5, 1, head)) // HEADERS, END_STREAM and END_HEADERS
	return c
}

// frame is an HTTP/2 frame (RFC 9113, section 4.1).
func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	n := len(payload)
	f := []byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags}
	return append(binary.BigEndian.AppendUint32(f, stream), payload...)
}

func TestHTTP2WriteStalls(t *testing.T) {
	errs := make(chan error, 1)
	s, addr := start(t, Options{WriteTimeout: 50 * time.Millisecond}, func(_ context.Context, x *exchange.Exchange) {
		x.Sink.WriteHead(200, nil, -1, false)
		_, err := x.Sink.Write(make([]byte, 100<<10))
		errs <- err
		x.Sink.Abort()
	})
	go io.Copy(io.Discard, stuckStream(t, addr))
	within(t, "the stall", func() {
		if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("error %v, want a deadline", err)
		}
		s.wait()
	})
}

// What net/http sends after the handler has returned is bounded as well.
func TestHTTP2LastWriteStalls(t *testing.T) {
	_, addr := start(t, Options{WriteTimeout: 50 * time.Millisecond}, func(_ context.Context, x *exchange.Exchange) {
		answer(x, 200, "small")
	})
	const reset = 3 // RST_STREAM
	awaitFrame(t, stuckStream(t, addr), reset)
}

// awaitFrame reads frames up to one of a kind.
func awaitFrame(t *testing.T, c net.Conn, kind byte) {
	t.Helper()
	for head := make([]byte, 9); head[3] != kind; {
		if _, err := io.ReadFull(c, head); err != nil {
			t.Fatal(err)
		}
		io.CopyN(io.Discard, c, int64(head[0])<<16|int64(head[1])<<8|int64(head[2]))
	}
}

// A field for one hop is net/http's to refuse.
func TestHTTP2ConnectionIsNotSeen(t *testing.T) {
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		t.Errorf("request seen: %s", describe(x))
		answer(x, 200, "")
	})
	const headers = 1
	awaitFrame(t, stuckStream(t, addr, "connection", "close"), headers)
}
