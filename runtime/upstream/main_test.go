package upstream

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clients are what the suite runs against.
var clients = []struct {
	name string
	make func(Options) Client
}{
	{"lean", func(o Options) Client { return NewLean(o) }},
	{"std", func(o Options) Client { return NewStd(o) }},
}

// each runs f for every client.
func each(t *testing.T, o Options, f func(t *testing.T, c Client)) {
	t.Helper()
	for _, cl := range clients {
		t.Run(cl.name, func(t *testing.T) {
			c := cl.make(o)
			defer c.Close()
			f(t, c)
		})
	}
}

type serving func(t testing.TB, scripts ...func(p *peer)) *server

// everyWire is each, and Std over TLS too.
func everyWire(t *testing.T, o Options, f func(t *testing.T, c Client, serve serving)) {
	t.Helper()
	each(t, o, func(t *testing.T, c Client) { f(t, c, serve) })
	t.Run("std over TLS", func(t *testing.T) {
		config, client := certified()
		o.TLS = client
		c := NewStd(o)
		defer c.Close()
		f(t, c, func(t testing.TB, scripts ...func(p *peer)) *server {
			return serveTLS(t, config, scripts...)
		})
	})
}

// certified returns the two sides' configurations.
var certified = sync.OnceValues(func() (server, client *tls.Config) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	return &tls.Config{Certificates: s.TLS.Certificates}, s.Client().Transport.(*http.Transport).TLSClientConfig
})

// serveTLS is serve over TLS.
func serveTLS(t testing.TB, config *tls.Config, scripts ...func(p *peer)) *server {
	t.Helper()
	over := make([]func(p *peer), len(scripts))
	for i, script := range scripts {
		over[i] = func(p *peer) {
			c := tls.Server(p.Conn, config)
			defer c.Close()
			script(&peer{t: t, Conn: c, r: bufio.NewReader(c)})
		}
	}
	s := serve(t, over...)
	s.scheme = "https"
	return s
}

// server is a backend made of scripts: connection i is served by script i, the
// last one serves all further ones.
type server struct {
	scheme string
	ln     net.Listener
	wg     sync.WaitGroup
	mu     sync.Mutex
	conns  []net.Conn
}

func serve(t testing.TB, scripts ...func(p *peer)) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{scheme: "http", ln: ln}
	s.wg.Go(func() {
		for i := 0; ; i++ {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			script := scripts[min(i, len(scripts)-1)]
			s.wg.Go(func() {
				defer c.Close()
				script(&peer{t: t, Conn: c, r: bufio.NewReader(c)})
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			c.Close()
		}
		s.mu.Unlock()
		s.wg.Wait()
	})
	return s
}

func (s *server) target() Target {
	a := s.ln.Addr().String()
	return Target{Scheme: s.scheme, Addr: a, Host: a}
}

// get is the simplest request.
func (s *server) get() *Request {
	return &Request{Target: s.target(), Method: "GET", URI: "/"}
}

// accepted is how many connections were made.
func (s *server) accepted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// peer is the server's side of one connection.
type peer struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

// head reads a request's head, "" at the end of the connection.
func (p *peer) head() string {
	var b strings.Builder
	for {
		line, err := p.r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			return ""
		}
		if line == "\r\n" {
			return b.String()
		}
	}
}

// read reads n bytes of a body.
func (p *peer) read(n int) string {
	b := make([]byte, n)
	n, _ = io.ReadFull(p.r, b)
	return string(b[:n])
}

// until reads up to and with the end.
func (p *peer) until(end string) string {
	var b strings.Builder
	for !strings.HasSuffix(b.String(), end) {
		c, err := p.r.ReadByte()
		if err != nil {
			break
		}
		b.WriteByte(c)
	}
	return b.String()
}

// send reports whether the connection took s.
func (p *peer) send(s string) bool {
	_, err := io.WriteString(p.Conn, s)
	return err == nil
}

// reset closes the connection with RST.
func (p *peer) reset() {
	c := p.Conn
	if over, ok := c.(*tls.Conn); ok {
		c = over.NetConn()
	}
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

const ok200 = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// answering answers every request with text.
func answering(text string) func(*peer) {
	return func(p *peer) {
		for p.head() != "" {
			p.send(text)
		}
	}
}

// do sends r, reads the whole response and renders it: status, fields, size,
// body, trailer and error.
func do(t testing.TB, c Client, r *Request) string {
	t.Helper()
	var resp Response
	if err := c.Do(t.Context(), r, &resp); err != nil {
		return kindOf(t, err)
	}
	return render(t, &resp)
}

func render(t testing.TB, resp *Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	s := fmt.Sprintf("%d [%s] %d %q", resp.Status, fields(resp.Header), resp.Size, body)
	if resp.Trailer != nil && len(resp.Trailer()) > 0 {
		s += " [" + fields(resp.Trailer()) + "]"
	}
	if err != nil {
		s += " " + kindOf(t, err)
	}
	resp.Body.Close()
	return s
}

func fields(h hostabi.Header) string {
	var b strings.Builder
	for i, f := range h {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.Name + ": " + f.Value)
	}
	return b.String()
}

// kindOf names the kind of an error, which must be an *Error with an address.
func kindOf(t testing.TB, err error) string {
	t.Helper()
	e, ok := err.(*Error)
	if !ok || e.Addr == "" || !strings.Contains(err.Error(), e.Addr) {
		t.Errorf("error %v (%T), want an *Error that names the address", err, err)
		return "?"
	}
	return e.Kind.Error()
}
