package upstream

import (
	"net"

	"github.com/portico-gateway/portico/runtime/exchange"
)

var _ exchange.Conn = (*upgraded)(nil)

// upgraded is a connection after 101.
type upgraded struct {
	nc net.Conn
	in buffer // what came with the head
}

// Read returns what came with the head first. It must not be called from two
// goroutines; Write and Close may be called beside it.
func (u *upgraded) Read(p []byte) (int, error) {
	if u.in.b != nil {
		n := u.in.take(p)
		if u.in.empty() {
			u.in.reset()
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
	}
	return u.nc.Read(p)
}

func (u *upgraded) Write(p []byte) (int, error) { return u.nc.Write(p) }

func (u *upgraded) Close() error { return u.nc.Close() }

// CloseWrite ends this side's sending; where the connection has no such thing
// it does nothing, and the other side sees the end at Close.
func (u *upgraded) CloseWrite() error {
	if c, ok := u.nc.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}
