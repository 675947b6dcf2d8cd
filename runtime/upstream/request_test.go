package upstream

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// kept in memory, as a phase that read a body whole leaves it.
func inMem(s string) *exchange.Body {
	var b exchange.Body
	b.SetBytes([]byte(s))
	return &b
}

// stream hides everything but Read.
func stream(s string) io.Reader { return struct{ io.Reader }{strings.NewReader(s)} }

// TestSent holds the bytes of requests: all of lean's, and std's by line.
func TestSent(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 10<<10) // 160 KiB
	tests := []struct {
		name string
		r    Request
		end  string // what the request ends with
		want string // HOST stands for the address
	}{
		{"a GET has no body", Request{Method: "GET", URI: "/a%2Fb?c=d&e"}, "",
			"GET /a%2Fb?c=d&e HTTP/1.1\r\nHost: HOST\r\nConnection: keep-alive\r\n\r\n"},
		{"an empty query keeps its mark", Request{Method: "GET", URI: "/a?"}, "",
			"GET /a? HTTP/1.1\r\nHost: HOST\r\nConnection: keep-alive\r\n\r\n"},
		{"what is odd but visible stays as it is", Request{Method: "GET", URI: "/%zz/{a}//b|c;d=\"e\"^`"}, "",
			"GET /%zz/{a}//b|c;d=\"e\"^` HTTP/1.1\r\nHost: HOST\r\nConnection: keep-alive\r\n\r\n"},
		{"the Host field can be another", Request{Method: "GET", URI: "/", Host: "example.com:81"}, "",
			"GET / HTTP/1.1\r\nHost: example.com:81\r\nConnection: keep-alive\r\n\r\n"},
		{"fields keep order and repetition", Request{Method: "GET", URI: "/", Header: hostabi.Header{
			{Name: "X-B", Value: "1"}, {Name: "X-A", Value: "2"}, {Name: "X-B", Value: "3"}}}, "",
			"GET / HTTP/1.1\r\nHost: HOST\r\nX-B: 1\r\nX-A: 2\r\nX-B: 3\r\nConnection: keep-alive\r\n\r\n"},
		{"a method of one's own is sent", Request{Method: "PURGE", URI: "/"}, "",
			"PURGE / HTTP/1.1\r\nHost: HOST\r\nConnection: keep-alive\r\n\r\n"},
		{"a POST without a body says so", Request{Method: "POST", URI: "/"}, "",
			"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"},
		{"a body in memory has a length", Request{Method: "POST", URI: "/", Body: inMem("hello"), Size: 5}, "hello",
			"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"},
		{"a body beyond the head's buffer goes with it", Request{Method: "POST", URI: "/", Body: inMem(large[:8000]), Size: 8000}, large[:8000],
			"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 8000\r\nConnection: keep-alive\r\n\r\n" + large[:8000]},
		{"a large body in memory is sent whole", Request{Method: "PUT", URI: "/", Body: inMem(large), Size: int64(len(large))}, large,
			"PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 163840\r\nConnection: keep-alive\r\n\r\n" + large},
		{"a stream of known size is sent whole", Request{Method: "PUT", URI: "/", Body: stream(large), Size: int64(len(large))}, large,
			"PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 163840\r\nConnection: keep-alive\r\n\r\n" + large},
		{"a stream is sent no further than its size", Request{Method: "PUT", URI: "/", Body: stream("hello, world"), Size: 5}, "hello",
			"PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"},
		{"a stream of unknown size goes in chunks", Request{Method: "POST", URI: "/", Body: stream("hello"), Size: -1}, "0\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
		{"a body in memory of unknown size goes in one chunk", Request{Method: "POST", URI: "/", Body: inMem("hello"), Size: -1}, "0\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
		{"an empty stream of unknown size is the last chunk", Request{Method: "POST", URI: "/", Body: stream(""), Size: -1}, "0\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n"},
		{"trailers follow the chunks", Request{Method: "POST", URI: "/", Body: stream("hello"), Size: -1,
			Header: hostabi.Header{{Name: "Trailer", Value: "X-Sum"}},
			Trailer: func() hostabi.Header {
				return hostabi.Header{{Name: "Content-Length", Value: "1"}, {Name: "X-Sum", Value: "1"}}
			}}, "0\r\nX-Sum: 1\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: HOST\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			each(t, Options{}, func(t *testing.T, c Client) {
				got := make(chan string, 1)
				s := serve(t, func(p *peer) {
					text := p.head()
					if tt.end != "" {
						text += p.until(tt.end)
					}
					got <- text
					p.send(ok200)
					answering(ok200)(p)
				})
				r := tt.r
				r.Target = s.target()
				if b, ok := r.Body.(struct{ io.Reader }); ok {
					sr := b.Reader.(*strings.Reader)
					sr.Seek(0, io.SeekStart)
				}
				if res := do(t, c, &r); res != `200 [] 2 "ok"` {
					t.Errorf("response %s", res)
				}
				want, sent := strings.ReplaceAll(tt.want, "HOST", s.target().Addr), <-got
				if _, std := c.(*Std); std {
					want, sent = sorted(want), sorted(sent)
				}
				if sent != want {
					t.Errorf("sent %.400q\nwant %.400q", sent, want)
				}
				if second := do(t, c, s.get()); second != `200 [] 2 "ok"` || s.accepted() != 1 {
					t.Errorf("then %s over %d connections", second, s.accepted())
				}
			})
		})
	}
}

// sorted sorts the fields of a request: net/http has an order of its own.
func sorted(text string) string {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	fields := lines[1:]
	for i := range fields {
		for j := i; j > 0 && fields[j] < fields[j-1]; j-- {
			fields[j], fields[j-1] = fields[j-1], fields[j]
		}
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}

// TestInvalid holds that a request that would be malformed is not sent.
func TestInvalid(t *testing.T) {
	set := func(f func(*Request)) func(*Request) { return f }
	field := func(name, value string) func(*Request) {
		return func(r *Request) { r.Header.Add(name, value) }
	}
	tests := []struct {
		name   string
		change func(*Request)
	}{
		{"a method with a space", set(func(r *Request) { r.Method = "GET /x HTTP/1.1\r\nX:" })},
		{"no method", set(func(r *Request) { r.Method = "" })},
		{"CONNECT", set(func(r *Request) { r.Method = "CONNECT" })},
		{"no URI", set(func(r *Request) { r.URI = "" })},
		{"a URI without a slash", set(func(r *Request) { r.URI = "a" })},
		{"an absolute URI", set(func(r *Request) { r.URI = "http://other/" })},
		{"a URI with two slashes", set(func(r *Request) { r.URI = "//other/" })},
		{"a URI with a space", set(func(r *Request) { r.URI = "/ HTTP/1.1" })},
		{"a URI with CR LF", set(func(r *Request) { r.URI = "/\r\nX:" })},
		{"a URI with NUL", set(func(r *Request) { r.URI = "/\x00" })},
		{"a URI beyond ASCII", set(func(r *Request) { r.URI = "/\xfc" })},
		{"a URI with a fragment", set(func(r *Request) { r.URI = "/#a" })},
		{"a host with CR LF", set(func(r *Request) { r.Host = "a\r\nX: b" })},
		{"a host with a path", set(func(r *Request) { r.Host = "a/b" })},
		{"a host with a user", set(func(r *Request) { r.Host = "a@b" })},
		{"no host", set(func(r *Request) { r.Target.Host = "" })},
		{"a scheme that is none", set(func(r *Request) { r.Target.Scheme = "ftp" })},
		{"a size without a body", set(func(r *Request) { r.Size = 1 })},
		{"a size below -1", set(func(r *Request) { r.Size, r.Body = -2, inMem("") })},
		{"an upgrade that is no name", set(func(r *Request) { r.Upgrade = "a\r\nb" })},
		{"an upgrade with an empty version", set(func(r *Request) { r.Upgrade = "a/" })},
		{"a name with a space", field("X A", "b")},
		{"a name with a colon", field("X:A", "b")},
		{"a name with LF", field("X\nA", "b")},
		{"an empty name", field("", "b")},
		{"a value with CR LF", field("X-A", "b\r\nX-C: d")},
		{"a value with LF", field("X-A", "b\nX-C: d")},
		{"a value with NUL", field("X-A", "b\x00")},
		{"Content-Length", field("content-length", "5")},
		{"Transfer-Encoding", field("Transfer-Encoding", "chunked")},
		{"Connection", field("Connection", "close")},
		{"Keep-Alive", field("Keep-Alive", "timeout=5")},
		{"Proxy-Connection", field("Proxy-Connection", "close")},
		{"Upgrade", field("Upgrade", "websocket")},
		{"TE", field("TE", "trailers")},
		{"Expect", field("Expect", "100-continue")},
		{"a second Host", field("HOST", "other")},
	}
	each(t, Options{}, func(t *testing.T, c Client) {
		s := serve(t, answering(ok200))
		for _, tt := range tests {
			r := s.get()
			tt.change(r)
			err := c.Do(t.Context(), r, &Response{})
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: got %v, want %v", tt.name, err, ErrInvalid)
			}
		}
		if s.accepted() != 0 {
			t.Errorf("%d connections were made", s.accepted())
		}
	})
}

// TestBodyFails holds that a body that fails ends the request with its error.
func TestBodyFails(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name string
		r    Request
		want error
	}{
		{"a body's error is passed on", Request{Body: io.MultiReader(strings.NewReader("he"), failing{broken}), Size: 5}, broken},
		{"a chunked body's error is passed on", Request{Body: failing{exchange.ErrTooLarge}, Size: -1}, exchange.ErrTooLarge},
		{"a body shorter than its size is an error", Request{Body: stream("he"), Size: 5}, io.ErrUnexpectedEOF},
		{"a body in memory shorter than its size is an error", Request{Body: inMem("he"), Size: 5}, io.ErrUnexpectedEOF},
		{"a trailer without a name is an error", Request{Body: stream("he"), Size: -1,
			Trailer: func() hostabi.Header { return hostabi.Header{{Name: "", Value: "1"}} }}, errTrailer},
		{"a trailer with CR LF is an error", Request{Body: stream("he"), Size: -1,
			Trailer: func() hostabi.Header { return hostabi.Header{{Name: "X-A", Value: "b\r\nc"}} }}, errTrailer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, cl := range clients {
				c := cl.make(Options{})
				s := serve(t, func(p *peer) { p.until("never") })
				r := tt.r
				if b, ok := r.Body.(struct{ io.Reader }); ok {
					b.Reader.(*strings.Reader).Seek(0, io.SeekStart)
				}
				if cl.name == "std" && tt.want == broken {
					r.Body = io.MultiReader(strings.NewReader("he"), failing{broken})
				}
				r.Target, r.Method, r.URI = s.target(), "POST", "/"
				err := c.Do(t.Context(), &r, &Response{})
				if !errors.Is(err, ErrBody) || !errors.Is(err, tt.want) {
					t.Errorf("%s: got %v, want %v: %v", cl.name, err, ErrBody, tt.want)
				}
				c.Close()
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
