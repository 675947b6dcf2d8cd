package front

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// Handler works through exchanges.
//
// Serve answers through x.Sink before it returns, and must not panic. When it
// returns, nothing may use x any more, with one exception: a goroutine that
// still sends the request's body may be in a Read of it; front ends that Read
// and does not use such an exchange again. ctx ends when the client has gone
// away (which is noticed within 50 ms), or stalls in its body, or the server
// gives up waiting in Shutdown.
type Handler interface {
	Serve(ctx context.Context, x *exchange.Exchange)
}

// Server serves HTTP. It is safe for concurrent use.
type Server struct {
	opts    Options
	handler Handler
	http    *http.Server
	pool    sync.Pool     // of *turn
	slots   chan struct{} // nil without a limit
	cancel  context.CancelFunc

	inFlight atomic.Int64
	stopped  atomic.Bool // nothing may start any more

	mu       sync.Mutex // guards upgrades
	upgrades map[*upgrade]struct{}
}

// New returns a server that hands requests to h.
func New(opts Options, h Handler) *Server {
	s := &Server{opts: opts.withDefaults(), handler: h, upgrades: map[*upgrade]struct{}{}}
	s.pool.New = func() any { return newTurn(s) }
	if n := s.opts.MaxConnections; n > 0 {
		s.slots = make(chan struct{}, n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	s.http = &http.Server{
		Handler:                      http.HandlerFunc(s.serve),
		DisableGeneralOptionsHandler: true, // OPTIONS * leaves through our door too
		ReadHeaderTimeout:            s.opts.HeaderTimeout,
		IdleTimeout:                  s.opts.IdleTimeout,
		MaxHeaderBytes:               s.opts.MaxHeaderBytes,
		Protocols:                    &protocols,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: s.opts.MaxStreams,
			WriteByteTimeout:     s.opts.WriteTimeout,
		},
		ErrorLog:    slog.NewLogLogger(s.opts.Logger.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, nc net.Conn) context.Context {
			c := nc.(*conn)
			ctx, c.cancel = context.WithCancel(ctx)
			return context.WithValue(ctx, connKey{}, c)
		},
		ConnState: func(c net.Conn, state http.ConnState) {
			if state == http.StateIdle {
				c.(*conn).leave.rest()
				c.(*conn).endIfSpoiled()
			}
		},
	}
	return s
}

// Serve accepts connections from l until Shutdown or until l fails. It closes
// l and returns nil after Shutdown.
func (s *Server) Serve(l net.Listener) error {
	err := s.http.Serve(s.listener(l))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// closeGrace is how long Shutdown waits for handlers after it has cut their
// connections and ended their contexts. A handler that takes longer has a
// fault; hanging would hide it.
const closeGrace = 5 * time.Second

// Shutdown closes the listeners and the idle connections, waits for running
// requests, and then closes upgraded connections, which have no end of their
// own to wait for. When ctx ends first it cuts what still runs and returns
// ctx's error. The server cannot be used again.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("%d requests cut off: %w", s.inFlight.Load(), err)
		s.http.Close()
	}
	s.stopped.Store(true)
	s.cancel()
	s.closeUpgrades()
	return errors.Join(err, s.wait())
}

// wait waits until no handler runs.
func (s *Server) wait() error {
	pause := time.Millisecond
	for deadline := time.Now().Add(closeGrace); ; {
		n := s.inFlight.Load()
		if n == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d requests did not end after their connection was closed", n)
		}
		time.Sleep(pause)
		pause = min(2*pause, 50*time.Millisecond)
	}
}

// InFlight is the number of requests being served, upgraded ones included.
func (s *Server) InFlight() int { return int(s.inFlight.Load()) }
