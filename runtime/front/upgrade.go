package front

import (
	"errors"
	"net"
	"net/http"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// upgrade is a connection that has switched protocols. It has no timeouts of
// its own; the server closes it in Shutdown, or when its handler returns.
type upgrade struct {
	net.Conn
	server *Server
	early  []byte // bytes that net/http had read already
}

// switchProtocols takes the connection over and answers 101.
func (k *sink) switchProtocols(h exchange.Header) error {
	hijacker, ok := k.w.(http.Hijacker)
	if !ok || k.http2 || k.minor == 0 || k.turn.body.r != nil {
		return errors.ErrUnsupported
	}
	head, err := appendSwitch(nil, h, k.turn.x.Request.Upgrade)
	if err != nil {
		return err
	}
	c, rw, err := hijacker.Hijack()
	if err != nil {
		return err
	}
	k.wrote = true
	u := &upgrade{Conn: c, server: k.turn.server}
	k.upgrade = u
	if n := rw.Reader.Buffered(); n > 0 {
		early, _ := rw.Reader.Peek(n)
		u.early = append([]byte(nil), early...)
	}
	if !u.server.track(u) {
		return net.ErrClosed
	}
	_, err = c.Write(head)
	if k.turn.conn != nil {
		k.turn.conn.switched()
	}
	return err
}

func (k *sink) Hijack() (exchange.Conn, error) {
	if k.upgrade == nil {
		return nil, errors.ErrUnsupported
	}
	return k.upgrade, nil
}

// appendSwitch appends the head of a 101 (RFC 9110, section 15.2.2). protocol
// is what the client asked for; an Upgrade among the fields goes before it.
// Nobody sanitises this head after us.
func appendSwitch(dst []byte, h exchange.Header, protocol string) ([]byte, error) {
	if v, ok := h.Get("Upgrade"); ok {
		protocol = v
	}
	dst = append(dst, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "...)
	if protocol == "" || !hostabi.ValidValue(protocol) {
		return nil, errors.New("switch to no valid protocol")
	}
	dst = append(append(dst, protocol...), "\r\n"...)
	for i := range h {
		if exchange.Framing(h[i].Name) {
			continue
		}
		if !hostabi.ValidName(h[i].Name) || !hostabi.ValidValue(h[i].Value) {
			return nil, errors.New("invalid field in a switch of protocols")
		}
		dst = append(append(dst, h[i].Name...), ": "...)
		dst = append(append(dst, h[i].Value...), "\r\n"...)
	}
	return append(dst, "\r\n"...), nil
}

func (u *upgrade) Read(p []byte) (int, error) {
	if len(u.early) > 0 {
		n := copy(p, u.early)
		u.early = u.early[n:]
		return n, nil
	}
	return u.Conn.Read(p)
}

func (u *upgrade) CloseWrite() error {
	if c, ok := u.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Close closes the connection. It is safe for concurrent use.
func (u *upgrade) Close() error {
	u.server.mu.Lock()
	delete(u.server.upgrades, u)
	u.server.mu.Unlock()
	return u.Conn.Close()
}

// track notes u for Shutdown; it reports false when that is over.
func (s *Server) track(u *upgrade) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.upgrades == nil {
		return false
	}
	s.upgrades[u] = struct{}{}
	return true
}

func (s *Server) closeUpgrades() {
	s.mu.Lock()
	upgrades := s.upgrades
	s.upgrades = nil
	s.mu.Unlock()
	for u := range upgrades {
		u.Conn.Close()
	}
}
