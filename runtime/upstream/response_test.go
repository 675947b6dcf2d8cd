package upstream

import (
	"io"
	"strings"
	"testing"
	"time"
)

// What became of the connection after the response.
const (
	kept   = " kept"
	closed = " closed"
)

// TestResponses sends each text as the answer to a request and then a second
// request, to see whether the connection serves again.
func TestResponses(t *testing.T) {
	const (
		head = "HTTP/1.1 200 OK\r\n"
		chnk = head + "Transfer-Encoding: chunked\r\n\r\n"
		bad  = "malformed response"
		lost = "connection lost"
	)
	tests := []struct {
		name   string
		method string // GET if empty
		text   string
		eof    bool // the server closes after text
		want   string
	}{
		{name: "a length frames the body",
			text: head + "Content-Length: 5\r\nX-A: b\r\n\r\nhello", want: `200 [X-A: b] 5 "hello"` + kept},
		{name: "a length of zero is no body",
			text: head + "Content-Length: 0\r\n\r\n", want: `200 [] 0 ""` + kept},
		{name: "chunks frame the body",
			text: chnk + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", want: `200 [] -1 "hello!"` + kept},
		{name: "chunk extensions are skipped",
			text: chnk + "5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n", want: `200 [] -1 "hello"` + kept},
		{name: "an upper-case chunk size with leading zeros is a size",
			text: chnk + "00A\r\n0123456789\r\n0\r\n\r\n", want: `200 [] -1 "0123456789"` + kept},
		{name: "a body without framing goes to the end of the connection",
			text: head + "\r\nhello", eof: true, want: `200 [] -1 "hello"` + closed},
		{name: "an HTTP/1.0 body goes to the end of the connection",
			text: "HTTP/1.0 200 OK\r\n\r\nhello", eof: true, want: `200 [] -1 "hello"` + closed},
		{name: "an HTTP/1.0 body with a length ends there",
			text: "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", eof: true, want: `200 [] 5 "hello"` + closed},
		{name: "keep-alive of an HTTP/1.0 server is not taken up",
			text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
			want: `200 [] 5 "hello"` + closed},

		// Framing that two readers could read differently.
		{name: "coding with length is refused",
			text: head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
			want: bad},
		{name: "the same length twice is one length",
			text: head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", want: `200 [] 5 "hello"` + kept},
		{name: "two lengths are refused",
			text: head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", want: bad},
		{name: "a list of lengths is refused",
			text: head + "Content-Length: 5, 5\r\n\r\nhello", want: bad},
		{name: "a length with a sign is refused",
			text: head + "Content-Length: +5\r\n\r\nhello", want: bad},
		{name: "a negative length is refused",
			text: head + "Content-Length: -1\r\n\r\nhello", want: bad},
		{name: "an empty length is refused",
			text: head + "Content-Length:\r\n\r\nhello", want: bad},
		{name: "a length beyond 63 bits is refused",
			text: head + "Content-Length: 9223372036854775808\r\n\r\nhello", want: bad},
		{name: "a coding before chunked is refused",
			text: head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", want: bad},
		{name: "identity is refused",
			text: head + "Transfer-Encoding: identity\r\n\r\nhello", eof: true, want: bad},
		{name: "chunked twice is refused",
			text: head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: bad},
		{name: "chunked in HTTP/1.0 is refused",
			text: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", eof: true,
			want: bad},

		// Chunks.
		{name: "a bare LF after a chunk's size is refused",
			text: chnk + "5\nhello\r\n0\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "a bare LF after a chunk's extension is refused",
			text: chnk + "5;x\nhello\r\n0\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "a bare LF after a chunk's data is refused",
			text: chnk + "5\r\nhello\n0\r\n\r\n", want: `200 [] -1 "hello" ` + bad + closed},
		{name: "data beyond a chunk's size are refused",
			text: chnk + "5\r\nhello!\r\n0\r\n\r\n", want: `200 [] -1 "hello" ` + bad + closed},
		{name: "a chunk size that is no number is refused",
			text: chnk + "g\r\nhello\r\n0\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "a negative chunk size is refused",
			text: chnk + "-5\r\nhello\r\n0\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "an empty chunk size is refused",
			text: chnk + "\r\nhello\r\n0\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "a chunk size with 0x is refused",
			text: chnk + "0x5\r\nhello\r\n0\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "a chunk size beyond 63 bits is refused",
			text: chnk + "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "a chunk line without end is refused",
			text: chnk + "5;" + strings.Repeat("x", 20<<10), want: `200 [] -1 "" ` + bad + closed},
		{name: "extensions that outweigh the data are refused",
			text: chnk + strings.Repeat("1;"+strings.Repeat("x", 900)+"\r\na\r\n", 40) + "0\r\n\r\n",
			want: `200 [] -1 "` + strings.Repeat("a", 18) + `" ` + bad + closed},

		// Trailers.
		{name: "trailers follow the body",
			text: head + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
			want: `200 [Trailer: X-Sum] -1 "hello" [X-Sum: 1]` + kept},
		{name: "trailers need not be announced",
			text: chnk + "0\r\nX-Sum: 1\r\n\r\n", want: `200 [] -1 "" [X-Sum: 1]` + kept},
		{name: "a trailer cannot frame or describe",
			text: chnk + "0\r\nContent-Length: 5\r\nContent-Type: a/b\r\nHost: h\r\nX-Sum: 1\r\n\r\n",
			want: `200 [] -1 "" [X-Sum: 1]` + kept},
		{name: "a malformed trailer is refused",
			text: chnk + "0\r\nX Sum: 1\r\n\r\n", want: `200 [] -1 "" ` + bad + closed},
		{name: "a bare LF in a trailer is refused",
			text: chnk + "0\r\nX-Sum: 1\n\r\n", eof: true, want: `200 [] -1 "" ` + bad + closed},

		// Heads.
		{name: "a bare LF ends a line of the head",
			text: "HTTP/1.1 200 OK\nX-A: b\nContent-Length: 2\n\nok", want: `200 [X-A: b] 2 "ok"` + kept},
		{name: "obs-fold is one space",
			text: head + "X-A: b \r\n  c\r\n\td\r\nContent-Length: 2\r\n\r\nok", want: `200 [X-A: b c d] 2 "ok"` + kept},
		{name: "obs-fold does not hide framing",
			text: head + "Transfer-Encoding:\r\n chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", want: `200 [] -1 "ok"` + kept},
		{name: "obs-fold does not hide what Connection names",
			text: head + "Connection:\r\n X-A\r\nX-A: b\r\nContent-Length: 2\r\n\r\nok", want: `200 [] 2 "ok"` + kept},
		{name: "the first field cannot be folded",
			text: head + " X-A: b\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "fields for one hop end here",
			text: head + "Connection: X-A, keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\nUpgrade: h2c\r\n" +
				"X-A: b\r\nX-B: c\r\nContent-Length: 2\r\n\r\nok", want: `200 [X-B: c] 2 "ok"` + kept},
		{name: "Connection: close ends the connection",
			text: head + "Connection: close\r\nContent-Length: 2\r\n\r\nok", want: `200 [] 2 "ok"` + closed},
		{name: "repeated fields stay apart",
			text: head + "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok",
			want: `200 [Set-Cookie: a=1; Set-Cookie: b=2] 2 "ok"` + kept},
		{name: "bytes above ASCII pass",
			text: head + "X-A: \xfcber\r\nContent-Length: 2\r\n\r\nok", want: "200 [X-A: \xfcber] 2 \"ok\"" + kept},
		{name: "a space before the colon is refused",
			text: head + "X-A : b\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "an empty name is refused",
			text: head + ": b\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "a line without a colon is refused",
			text: head + "X-A\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "NUL in a value is refused",
			text: head + "X-A: b\x00c\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "NUL in a name is refused",
			text: head + "X\x00A: b\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "CR in a value is refused",
			text: head + "X-A: b\rX-C: d\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "DEL in a value is refused",
			text: head + "X-A: b\x7f\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "a flood of fields is refused",
			text: head + strings.Repeat("A: b\r\n", 600) + "Content-Length: 2\r\n\r\nok", want: bad},
		{name: "a head beyond its limit is refused",
			text: head + strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 70) + "\r\n", want: bad},
		{name: "a head within its limit passes",
			text: head + "A: " + strings.Repeat("b", 50000) + "\r\nContent-Length: 2\r\n\r\nok",
			want: `200 [A: ` + strings.Repeat("b", 50000) + `] 2 "ok"` + kept},

		// Status lines.
		{name: "a reason may be missing",
			text: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", want: `200 [] 2 "ok"` + kept},
		{name: "a status that nobody defined passes",
			text: "HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\nok", want: `799 [] 2 "ok"` + kept},
		{name: "a huge status line is refused",
			text: "HTTP/1.1 200 " + strings.Repeat("x", 70<<10) + "\r\n\r\n", want: bad},
		{name: "a status line without end is refused",
			text: strings.Repeat("x", 70<<10), want: bad},
		{name: "a control byte in the reason is refused",
			text: "HTTP/1.1 200 O\x00K\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "a status of two digits is refused",
			text: "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "a status below 100 is refused",
			text: "HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "another protocol is refused",
			text: "ICY 200 OK\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "HTTP/2.0 in a status line is refused",
			text: "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", want: bad},
		{name: "an empty line before the status line is refused",
			text: "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", want: bad},

		// Responses without content.
		{name: "HEAD has no body whatever is announced", method: "HEAD",
			text: head + "Content-Length: 5\r\n\r\n", want: `200 [] 5 ""` + kept},
		{name: "HEAD may announce chunks", method: "HEAD",
			text: head + "Transfer-Encoding: chunked\r\n\r\n", want: `200 [] -1 ""` + kept},
		{name: "HEAD may announce nothing", method: "HEAD",
			text: head + "\r\n", want: `200 [] -1 ""` + kept},
		{name: "a body after HEAD is not the next response", method: "HEAD",
			text: head + "Content-Length: 5\r\n\r\nhello", want: `200 [] 5 ""` + closed},
		{name: "304 may announce a length",
			text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", want: `304 [] 5 ""` + kept},
		{name: "304 may announce nothing",
			text: "HTTP/1.1 304 Not Modified\r\n\r\n", want: `304 [] -1 ""` + kept},
		{name: "204 has no body",
			text: "HTTP/1.1 204 No Content\r\n\r\n", want: `204 [] 0 ""` + kept},
		{name: "204 with a body is not trusted again",
			text: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", want: `204 [] 0 ""` + closed},
		{name: "204 with a body to come is not trusted again",
			text: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", want: `204 [] 0 ""` + closed},
		{name: "204 in chunks is not trusted again",
			text: "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", want: `204 [] 0 ""` + closed},
		{name: "bytes after the answer are not the next response",
			text: head + "Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n",
			want: `200 [] 2 "ok"` + closed},
		{name: "bytes after the last chunk are not the next response",
			text: chnk + "2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n",
			want: `200 [] -1 "ok"` + closed},

		// Informational responses.
		{name: "interim responses come before the answer",
			text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok200,
			want: `200 [] 2 "ok"` + kept},
		{name: "many interim responses are not too many",
			text: strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100) + ok200, want: `200 [] 2 "ok"` + kept},
		{name: "a flood of interim responses is refused",
			text: strings.Repeat("HTTP/1.1 102 Processing\r\nA: b\r\n\r\n", 4000) + ok200, want: bad},
		{name: "101 without being asked is refused",
			text: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", want: bad},

		// Connections that end.
		{name: "the end before any byte is a loss", text: "", eof: true, want: lost},
		{name: "the end within the head is a loss", text: head + "X-A", eof: true, want: lost},
		{name: "the end within a body of known length is a loss",
			text: head + "Content-Length: 5\r\n\r\nhe", eof: true, want: `200 [] 5 "he" ` + lost + closed},
		{name: "the end within a chunk is a loss",
			text: chnk + "5\r\nhe", eof: true, want: `200 [] -1 "he" ` + lost + closed},
		{name: "the end between chunks is a loss",
			text: chnk + "5\r\nhello\r\n", eof: true, want: `200 [] -1 "hello" ` + lost + closed},
		{name: "the end within the trailer is a loss",
			text: chnk + "0\r\nX-A: b\r\n", eof: true, want: `200 [] -1 "" ` + lost + closed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			everyWire(t, Options{BodyIdleTimeout: 10 * time.Second}, func(t *testing.T, c Client, serve serving) {
				s := serve(t, func(p *peer) {
					if p.head(); true {
						p.send(tt.text)
					}
					for !tt.eof && p.head() != "" {
						p.send(ok200)
					}
				}, answering(ok200))
				r := s.get()
				if tt.method != "" {
					r.Method = tt.method
				}
				got := do(t, c, r)
				second := do(t, c, s.get())
				if strings.HasSuffix(tt.want, kept) || strings.HasSuffix(tt.want, closed) {
					got += map[bool]string{true: kept, false: closed}[s.accepted() == 1]
					if second != `200 [] 2 "ok"` {
						t.Errorf("the next request got %s", second)
					}
				}
				if got != tt.want {
					t.Errorf("got %.300s\nwant %.300s", got, tt.want)
				}
			})
		})
	}
}

// TestPieces sends a response byte by byte: where packets end changes nothing.
func TestPieces(t *testing.T) {
	const text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"5;x=y\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, func(p *peer) {
			p.head()
			for i := range len(text) {
				p.send(text[i : i+1])
				time.Sleep(50 * time.Microsecond)
			}
			answering(ok200)(p)
		})
		if got, want := do(t, c, s.get()), `200 [X-A: b c] -1 "hello" [X-Sum: 1]`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := do(t, c, s.get()), `200 [] 2 "ok"`; got != want || s.accepted() != 1 {
			t.Errorf("got %s over %d connections, want %s over 1", got, s.accepted(), want)
		}
	})
}

// TestHeaderKept holds that fields keep order and case.
func TestHeaderKept(t *testing.T) {
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, answering("HTTP/1.1 200 OK\r\nx-b: 1\r\nX-A: 2\r\nX-B:  3 \r\nContent-Length: 2\r\n\r\nok"))
		if got, want := do(t, c, s.get()), `200 [x-b: 1; X-A: 2; X-B: 3] 2 "ok"`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestWhole holds that Lean's body shows its rest where all of it has come, and
// nothing elsewhere.
func TestWhole(t *testing.T) {
	tests := []struct {
		name, text string
		read       int
		want       string
		ok         bool
	}{
		{"small", "Content-Length: 5\r\n\r\nhello", 0, "hello", true},
		{"after a part was read", "Content-Length: 5\r\n\r\nhello", 2, "llo", true},
		{"after all was read", "Content-Length: 5\r\n\r\nhello", 5, "", false},
		{"a part has come", "Content-Length: 500000\r\n\r\nhello", 0, "", false},
		{"in chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 0, "", false},
		{"to the end of the connection", "Connection: close\r\n\r\nhello", 0, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := NewLean(Options{})
			defer c.Close()
			s := serve(t, answering("HTTP/1.1 200 OK\r\n"+tt.text))
			var resp Response
			if err := c.Do(t.Context(), s.get(), &resp); err != nil {
				t.Fatal(err)
			}
			io.ReadFull(resp.Body, make([]byte, tt.read))
			w := resp.Body.(interface{ Whole() ([]byte, bool) })
			for range 2 { // it does not count as read
				if rest, ok := w.Whole(); string(rest) != tt.want || ok != tt.ok {
					t.Errorf("got %q, %v, want %q, %v", rest, ok, tt.want, tt.ok)
				}
			}
			resp.Body.Close()
			if rest, ok := w.Whole(); ok {
				t.Errorf("got %q after Close", rest)
			}
		})
	}
}
