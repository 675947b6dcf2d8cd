package upstream

import (
	"bufio"
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

// tape is a connection that plays bytes, step at a time, and then ends.
type tape struct {
	net.Conn
	text []byte
	step int
}

func (c *tape) Read(p []byte) (int, error) {
	if len(c.text) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.text[:min(len(c.text), c.step)])
	c.text = c.text[n:]
	return n, nil
}

func (c *tape) Write(p []byte) (int, error)      { return len(p), nil }
func (c *tape) Close() error                     { return nil }
func (c *tape) SetDeadline(time.Time) error      { return nil }
func (c *tape) SetReadDeadline(time.Time) error  { return nil }
func (c *tape) SetWriteDeadline(time.Time) error { return nil }

// FuzzResponse: whatever a server sends, and in whatever pieces, what Lean
// passes on is well formed; the pieces change nothing; and when it reads a
// whole response that net/http reads too, the two agree on status and body.
// What Std reads along with net/http ends where Lean's response ends.
func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		ok200,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-A: b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello",
		"HTTP/1.1 304\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 200 OK\nX-A: b\n c\nConnection: X-A\n\nhello",
		"HTTP/1.1 101 x\r\nUpgrade: y\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX-A : b\r\nX\x00: c\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000005\r\nhello\r\n0\n\n",
	} {
		f.Add([]byte(s), false, 1)
		f.Add([]byte(s), true, 7)
	}
	f.Fuzz(func(t *testing.T, text []byte, head bool, step int) {
		method := "GET"
		if head {
			method = "HEAD"
		}
		whole := playLean(t, text, method, 1<<20)
		pieces := playLean(t, text, method, max(1, step))
		if whole != pieces && !(whole.lost && pieces.lost) {
			t.Fatalf("in pieces of %d: %+v\nwhole: %+v", step, pieces, whole)
		}
		along := playAlong(text, method, 1<<20)
		if p := playAlong(text, method, max(1, step)); p != along {
			t.Fatalf("along, in pieces of %d: %+v\nwhole: %+v", step, p, along)
		}
		if along.lost != whole.lost {
			t.Fatalf("lean reads %+v\nalong: %+v", whole, along)
		}
		std, ok := playStd(text, method)
		if whole.lost || !ok {
			return
		}
		if whole.status != std.status || whole.body != std.body {
			t.Fatalf("lean reads %+v\nnet/http reads %+v", whole, std)
		}
	})
}

// played is what a client made of a tape.
type played struct {
	lost   bool // refused or incomplete
	status int
	fields string
	body   string
}

func playLean(t *testing.T, text []byte, method string, step int) played {
	c := NewLean(Options{IdlePerHost: -1, Dial: func(context.Context, string, string) (net.Conn, error) {
		return &tape{text: text, step: step}, nil
	}})
	defer c.Close()
	var resp Response
	check := func(h hostabi.Header) {
		for _, f := range h {
			if !hostabi.ValidName(f.Name) || !hostabi.ValidValue(f.Value) || hopField(f.Name) {
				t.Fatalf("field %q: %q got through", f.Name, f.Value)
			}
		}
	}
	r := &Request{Target: Target{"http", "a:80", "a"}, Method: method, URI: "/"}
	r.OnInterim = func(_ int, h hostabi.Header) { check(h) }
	if err := c.Do(t.Context(), r, &resp); err != nil {
		return played{lost: true}
	}
	defer resp.Body.Close()
	if resp.Status < 200 || resp.Status > 999 || !hostabi.ValidValue(resp.Reason) {
		t.Fatalf("status %d %q got through", resp.Status, resp.Reason)
	}
	check(resp.Header)
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return played{lost: true}
	}
	if resp.Trailer != nil {
		check(resp.Trailer())
	}
	if len(body) > 0 && resp.Size >= 0 && resp.Size != int64(len(body)) {
		t.Fatalf("%d bytes of body with size %d", len(body), resp.Size)
	}
	return played{false, resp.Status, fields(resp.Header), string(body)}
}

// playAlong does what a watched connection does with a tape.
func playAlong(text []byte, method string, step int) played {
	m := (&stdCall{s: NewStd(Options{}), r: &Request{Method: method}}).message()
	for len(text) > 0 && m.at != partOver && m.at != partRaw {
		piece := text[:min(len(text), step)]
		if _, err := m.feed(piece); err != nil {
			return played{lost: true}
		}
		text = text[len(piece):]
	}
	if m.at != partOver && m.at != partEnd {
		return played{lost: true}
	}
	return played{status: m.head.status, fields: fields(m.header)}
}

func playStd(text []byte, method string) (played, bool) {
	br := bufio.NewReader(bytes.NewReader(text))
	for {
		resp, err := http.ReadResponse(br, &http.Request{Method: method})
		if err != nil {
			return played{}, false
		}
		if resp.StatusCode >= 100 && resp.StatusCode < 200 && resp.StatusCode != 101 {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		return played{status: resp.StatusCode, body: string(body)}, err == nil
	}
}

// FuzzRequest: a request that the check lets through is read by net/http's
// server side as the same request, and as one.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/a?b=c", "a.example", "X-A", "b", "")
	f.Add("POST", "/", "a:80", "Content-Type", "a/b", "hello")
	f.Add("G ET", "/ x", "a b", "X A", "b\r\nc", "GET / HTTP/1.1\r\n\r\n")
	f.Fuzz(func(t *testing.T, method, uri, host, name, value, body string) {
		r := &Request{Target: Target{"http", "a:80", "a"}, Method: method, URI: uri, Host: host,
			Header: hostabi.Header{{Name: name, Value: value}}, Body: strings.NewReader(body), Size: int64(len(body))}
		if r.check() != nil {
			return
		}
		sent := append(appendHead(nil, r), body...)
		br := bufio.NewReader(bytes.NewReader(sent))
		q, err := http.ReadRequest(br)
		if err != nil {
			return // net/http refuses more; nothing was smuggled
		}
		got, err := io.ReadAll(q.Body)
		if err != nil || string(got) != body || q.Method != method || q.RequestURI != uri {
			t.Fatalf("%q is read as %s %s %q, %v", sent, q.Method, q.RequestURI, got, err)
		}
		if n := len(q.Header); n > 3 { // name, Connection, Content-Length
			t.Fatalf("%q has %d fields", sent, n)
		}
		if rest, _ := io.ReadAll(br); len(rest) > 0 {
			t.Fatalf("%q leaves %q", sent, rest)
		}
	})
}
