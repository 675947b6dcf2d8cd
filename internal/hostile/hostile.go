// Package hostile is a server that does what no server should, for tests of what
// makes requests to other hosts.
package hostile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// BombSize is the size in bytes that the body of /bomb has when it is unpacked.
const BombSize = 16 << 20

// Server is a hostile server on loopback. Its paths are its behaviours:
//
//	/never-answers      takes the request and says nothing
//	/trickles-head      sends its head a byte at a time, without end
//	/trickles-body      sends its body a byte at a time, without end
//	/endless-fields     sends fields without end
//	/endless-interim    sends interim answers without end
//	/endless-body       sends a body without end, as fast as it is taken
//	/bomb               sends a small body that unpacks to BombSize
//	/redirects          redirects to Inner
//	/resets             breaks off in the middle of its body
//	/closes             closes before it answers
//	/garbage            answers in no protocol
//	/switches           answers 101 to a request that asked for no upgrade
//	/smuggles           sends a second answer after the first
//	/two-lengths        gives two lengths
//	/ok                 answers as it should
type Server struct {
	// Address is where it listens, host and port.
	Address string
	// Inner is the URL that /redirects leads to.
	Inner string

	listener net.Listener
	conns    sync.WaitGroup

	mu   sync.Mutex // guards open
	open map[net.Conn]struct{}
}

// Start runs a server at an address, with port 0 for any, until the test ends.
func Start(t testing.TB, address, inner string) *Server {
	t.Helper()
	bomb() // making it takes longer than a request may
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: l.Addr().String(), Inner: inner, listener: l, open: map[net.Conn]struct{}{}}
	s.conns.Add(1)
	go s.accept()
	t.Cleanup(s.close)
	return s
}

func (s *Server) accept() {
	defer s.conns.Done()
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open[c] = struct{}{}
		s.mu.Unlock()
		s.conns.Go(func() {
			s.serve(c)
			c.Close()
			s.mu.Lock()
			delete(s.open, c)
			s.mu.Unlock()
		})
	}
}

// Open is how many connections there are.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

func (s *Server) close() {
	s.listener.Close()
	s.mu.Lock()
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.conns.Wait()
}

// serve answers one request in the way of its path.
func (s *Server) serve(c net.Conn) {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	const ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	say := func(format string, args ...any) bool {
		_, err := fmt.Fprintf(c, format, args...)
		return err == nil
	}
	switch r.URL.Path {
	case "/never-answers":
		_, _ = io.Copy(io.Discard, c) // until the client closes
	case "/trickles-head":
		for say(ok + "X-Slow: "); trickle(c); {
		}
	case "/trickles-body":
		for say(ok + "\r\n"); trickle(c); {
		}
	case "/endless-fields":
		for say(ok); say("X-%d: %s\r\n", time.Now().UnixNano(), strings.Repeat("v", 1000)); {
		}
	case "/endless-interim":
		for say("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") {
		}
	case "/endless-body":
		for say(ok + "\r\n"); say("%s", strings.Repeat("x", 64<<10)); {
		}
	case "/bomb":
		b := bomb()
		say(ok+"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(b), b)
	case "/redirects":
		say("HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n", s.Inner)
	case "/resets":
		say(ok + "Content-Length: 1000\r\n\r\nhalf")
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	case "/closes":
	case "/garbage":
		say("SSH-2.0-OpenSSH_9.9\r\n")
	case "/switches":
		say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
	case "/smuggles":
		say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nnever")
		_, _ = io.Copy(io.Discard, c)
	case "/two-lengths":
		say(ok + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nhello")
	default:
		say(ok + "Content-Length: 2\r\n\r\nok")
	}
}

// trickle sends one byte after a while.
func trickle(c net.Conn) bool {
	time.Sleep(5 * time.Millisecond)
	_, err := c.Write([]byte{'x'})
	return err == nil
}

// bomb is BombSize of nothing, packed.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range BombSize / len(zeros) {
		_, _ = w.Write(zeros)
	}
	_ = w.Close()
	return b.Bytes()
})
