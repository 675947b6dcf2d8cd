package runtime

import (
	"context"
	"net"

	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/front"
)

// Server accepts connections for a Gateway, as its configuration said when the
// server was made.
type Server struct {
	front     *front.Server
	listeners []net.Listener
}

// Listen opens the addresses of server.listen. Nothing is accepted before
// Serve.
func (g *Gateway) Listen() (*Server, error) {
	c := g.Config()
	s := &Server{front: front.New(frontOptions(c, g), g)}
	for i, address := range c.Server.Listen {
		l, err := front.Listen(address)
		if err != nil {
			s.closeListeners()
			key := "server.listen"
			if len(c.Server.Listen) > 1 {
				key = config.Index(key, i)
			}
			return nil, c.At(key, err)
		}
		s.listeners = append(s.listeners, l)
	}
	return s, nil
}

func frontOptions(c *config.Config, g *Gateway) front.Options {
	o := front.Options{
		MaxConnections: c.Server.MaxConnections,
		HeaderTimeout:  c.Server.HeaderTimeout,
		ReadTimeout:    c.Server.ReadTimeout,
		WriteTimeout:   c.Server.WriteTimeout,
		IdleTimeout:    c.Server.IdleTimeout,
		MaxHeaderBytes: frontHeader(c),
		Trusted:        c.Server.TrustedProxies,
		Logger:         g.log,
	}
	switch c.Server.ProxyProtocol {
	case config.ProxyProtocolAccept:
		o.ProxyProtocol = front.ProxyAccept
	case config.ProxyProtocolRequire:
		o.ProxyProtocol = front.ProxyRequire
	}
	return o
}

// frontHeader is the size of a head that the front still reads, so far above
// the gateway's own limits that ordinary excess is refused by those.
func frontHeader(c *config.Config) int {
	return max(front.DefaultMaxHeaderBytes, 3*int(c.Server.MaxHeader+c.Server.MaxURL))
}

// Addrs are the addresses that are listened on.
func (s *Server) Addrs() []net.Addr {
	addrs := make([]net.Addr, len(s.listeners))
	for i, l := range s.listeners {
		addrs[i] = l.Addr()
	}
	return addrs
}

// Serve accepts on all listeners until Shutdown, or until one fails.
func (s *Server) Serve() error {
	errs := make(chan error, len(s.listeners))
	for _, l := range s.listeners {
		go func() { errs <- s.front.Serve(l) }()
	}
	var first error
	for range s.listeners {
		if err := <-errs; err != nil && first == nil {
			first = err
			s.closeListeners() // the others end, too
		}
	}
	return first
}

// Shutdown stops accepting, lets requests finish until ctx is done, and then
// closes what is left.
func (s *Server) Shutdown(ctx context.Context) error {
	return s.front.Shutdown(ctx)
}

// Close closes a server that has not served.
func (s *Server) Close() { s.closeListeners() }

// InFlight is the number of requests that run.
func (s *Server) InFlight() int { return s.front.InFlight() }

func (s *Server) closeListeners() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
}
