package upstream

import (
	"errors"
	"io"
	"net"
	"time"
)

// watched is an HTTP/1 connection of Std. It reads along with the transport,
// with lean's parser: a response that lean refuses ends here, and so does one
// byte more than the response has. A connection that must not be used again
// refuses the next request before it is sent; the transport, which may have
// handed it out already, then takes another. A body that waited for a 100 and
// got an answer instead is kept from the wire, as lean keeps it, where the
// transport would send it.
type watched struct {
	net.Conn // sock, or TLS over it
	sock     *socket

	// Guarded by sock.mu.
	m     *message // the current one, or the last
	used  bool     // has begun a request before m
	begun bool     // m's first byte is still to be sent
	asked bool     // m's first byte was sent, its answer is not complete
}

// watch makes c, which is s or stands on it, a connection of HTTP/1.
func (s *socket) watch(c net.Conn) *watched {
	s.idle = true
	return &watched{Conn: c, sock: s}
}

// begin is told of the request that comes next. When fresh is set it must not
// go over a connection that has served.
func (c *watched) begin(m *message, fresh bool) {
	c.sock.mu.Lock()
	defer c.sock.mu.Unlock()
	c.used = c.m != nil
	m.reused = c.used
	c.m, c.begun = m, true
	if fresh && c.used {
		c.sock.spoil()
	}
}

func (c *watched) Write(p []byte) (int, error) {
	s := c.sock
	s.mu.Lock()
	m, first := c.m, c.begun
	if m.withheld {
		s.mu.Unlock()
		return len(p), nil
	}
	if first {
		c.begun = false
		if s.spoiled || c.used && !s.quiet() {
			s.spoil()
			s.mu.Unlock()
			return 0, errStale
		}
		c.asked, s.idle = true, false
		m.wrote, m.sent = true, s.sent
	}
	s.mu.Unlock()
	n, err := c.Conn.Write(p)
	if err != nil {
		c.broken(m, first && n == 0)
	}
	return n, err
}

// broken follows a Write that failed, which makes the transport close the
// connection: the reader may be about to find why.
func (c *watched) broken(m *message, unsent bool) {
	c.sock.mu.Lock()
	if unsent {
		m.wrote = false
	}
	wait := m.wrote && m.reused && !m.got
	c.sock.mu.Unlock()
	if !wait {
		return
	}
	t := time.NewTimer(settleTime)
	defer t.Stop()
	select {
	case <-m.ended:
	case <-t.C:
	}
}

func (c *watched) Read(p []byte) (int, error) {
	s := c.sock
	s.mu.Lock()
	over := c.over()
	s.mu.Unlock()
	if over != nil {
		return 0, over
	}
	n, err := c.Conn.Read(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.asked { // an end, or what is no answer
		s.spoil()
		if err == nil {
			err = io.EOF
		}
		return 0, err
	}
	m := c.m
	m.got = m.got || n > 0
	n, m.err = m.feed(p[:n])
	switch {
	case m.err != nil:
		s.spoil()
		if n == 0 {
			err = m.err
		}
		return n, err
	case m.at == partOver:
		c.asked, s.idle = false, true
		if m.excess || m.head.close || m.withheld {
			s.spoil()
		}
	}
	if err != nil && !m.over {
		m.over = true
		defer close(m.ended)
	}
	if err == io.EOF {
		s.spoil()
		if !m.got && m.reused {
			s.mu.Unlock()
			unseen := s.unseen(m.sent)
			s.mu.Lock()
			m.unseen = unseen
		}
		if m.got && c.asked && m.at != partEnd && m.at != partRaw {
			m.err = io.ErrUnexpectedEOF
			err = m.err
		}
	}
	return n, err
}

// over is what every further Read returns. The caller holds sock.mu.
func (c *watched) over() error {
	switch {
	case c.asked && c.m.err != nil:
		return c.m.err
	case !c.asked && c.sock.spoiled:
		return io.EOF
	}
	return nil
}

// state returns a copy of what is known of m, which c has begun.
func (c *watched) state(m *message) message {
	c.sock.mu.Lock()
	defer c.sock.mu.Unlock()
	return *m
}

func (c *watched) Close() error {
	c.sock.mu.Lock()
	c.sock.spoil()
	c.sock.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite ends this side's sending after 101.
func (c *watched) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return errors.ErrUnsupported
}

func (s *socket) CloseWrite() error {
	if w, ok := s.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return errors.ErrUnsupported
}
