package front

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	proxyproto "github.com/pires/go-proxyproto"
)

// listener wraps l with what the options ask for.
func (s *Server) listener(l net.Listener) net.Listener {
	if s.opts.ProxyProtocol != ProxyOff {
		timeout := s.opts.HeaderTimeout
		if timeout == 0 {
			timeout = -1 // 0 would be the library's default
		}
		l = &proxyproto.Listener{Listener: l, ConnPolicy: s.policy, ReadHeaderTimeout: timeout}
	}
	return &limitListener{Listener: l, slots: s.slots, patience: s.opts.WriteTimeout, done: make(chan struct{})}
}

// policy decides whose PROXY header is believed.
func (s *Server) policy(o proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) {
	addr := addrPort(o.Upstream).Addr()
	trusted := false
	for _, p := range s.opts.Trusted {
		trusted = trusted || p.Contains(addr)
	}
	switch {
	case trusted && s.opts.ProxyProtocol == ProxyRequire:
		return proxyproto.REQUIRE, nil
	case trusted:
		return proxyproto.USE, nil
	case s.opts.ProxyProtocol == ProxyRequire:
		return proxyproto.REJECT, proxyproto.ErrInvalidUpstream
	}
	return proxyproto.SKIP, nil
}

// limitListener accepts while there are slots.
type limitListener struct {
	net.Listener
	slots    chan struct{}
	patience time.Duration // of each write
	once     sync.Once
	done     chan struct{}
}

func (l *limitListener) Accept() (net.Conn, error) {
	if l.slots != nil {
		select {
		case l.slots <- struct{}{}:
		case <-l.done:
			return nil, net.ErrClosed
		}
	}
	c, err := l.Listener.Accept()
	if err != nil {
		l.release()
		return nil, err
	}
	nc := newConn(c, l.release)
	nc.writes.patience = l.patience
	return nc, nil
}

func (l *limitListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

func (l *limitListener) release() {
	if l.slots != nil {
		<-l.slots
	}
}

// connKey is the context key of a request's *conn.
type connKey struct{}

// conn is a client's connection.
type conn struct {
	net.Conn
	release func()
	closed  atomic.Bool
	// spoiled says that bytes of an old body may come where the next request
	// should: the connection must not be used again. Only the connection's
	// own goroutine touches it.
	spoiled bool

	reads, writes deadlines
	leave         leave
	cancel        context.CancelFunc // of all its requests' contexts

	once sync.Once // guards the following
	peer netip.AddrPort
	text string // of peer, without its port
	port string // of the local end
}

func newConn(nc net.Conn, release func()) *conn {
	c := &conn{Conn: nc, release: release, cancel: func() {}}
	c.reads.set, c.writes.set = nc.SetReadDeadline, nc.SetWriteDeadline
	c.leave.look = c.look
	return c
}

// switched says that the connection has another protocol, whose writes have no
// bound and whose client may fall silent.
func (c *conn) switched() {
	c.leave.close()
	c.writes.mu.Lock()
	c.writes.patience, c.writes.asked = 0, time.Time{}
	c.writes.mu.Unlock()
}

func (c *conn) Close() error {
	err := c.Conn.Close()
	c.leave.close()
	c.cancel()
	if c.closed.CompareAndSwap(false, true) {
		c.release()
	}
	return err
}

// raw is the connection below the PROXY protocol.
func (c *conn) raw() net.Conn {
	if p, ok := c.Conn.(*proxyproto.Conn); ok {
		return p.Raw()
	}
	return c.Conn
}

// CloseWrite ends the sending side.
func (c *conn) CloseWrite() error {
	if w, ok := c.raw().(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return http.ErrNotSupported
}

// ends returns the peer's address, its text without the port, and the local
// port. It must not be called where a connection is accepted: a PROXY header
// may still have to come.
func (c *conn) ends() (peer netip.AddrPort, text, port string) {
	c.once.Do(func() {
		c.peer = addrPort(c.RemoteAddr())
		if !c.peer.IsValid() {
			c.peer = addrPort(c.raw().RemoteAddr())
		}
		if c.peer.IsValid() {
			c.text = c.peer.Addr().String()
		}
		if local, ok := c.LocalAddr().(*net.TCPAddr); ok {
			c.port = strconv.Itoa(local.Port)
		}
	})
	return c.peer, c.text, c.port
}

// addrPort is the address of a, without a zone. Unix sockets count as
// 127.0.0.1 port 0: who may use them is settled by the file system.
func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.TCPAddr:
		ap := a.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
	case *net.UnixAddr:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0)
	}
	return netip.AddrPort{}
}

// Bounds on a connection that is closed while its client may still send.
// Closing at once would make the system reset it, and the client could lose
// the answer (RFC 9112, section 9.6).
const (
	lingerTime  = 500 * time.Millisecond // as net/http waits
	lingerBytes = 1 << 20
)

// endIfSpoiled runs between two requests of a connection, on its goroutine.
// net/http has no way to end it there once the answer's head is out; the
// panic is the one it takes for that from a handler.
func (c *conn) endIfSpoiled() {
	if !c.spoiled {
		return
	}
	if c.CloseWrite() == nil {
		c.SetReadDeadline(time.Now().Add(lingerTime))
		io.CopyN(io.Discard, c, lingerBytes)
	}
	panic(http.ErrAbortHandler)
}
