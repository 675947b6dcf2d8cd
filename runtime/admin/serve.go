package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// ErrNoToken reports a listener that can be reached from outside and requires
// no token.
var ErrNoToken = errors.New("the admin listener can be reached from outside and needs a token")

// Serve answers on l until ctx is done, lets the requests that run end, for
// five seconds, and closes l. The error is nil then.
func Serve(ctx context.Context, l net.Listener, o Options) error {
	if reachOf(l.Addr()) == fromNetwork {
		required := false
		if o.Token != nil {
			_, required = o.Token()
		}
		if !required {
			return errors.Join(fmt.Errorf("%w: %s", ErrNoToken, l.Addr()), l.Close())
		}
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &http.Server{
		Handler:           New(o),
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	ended, end := context.WithCancel(ctx)
	go func() {
		<-ended.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err := s.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.Close()
		}
		stopped <- err
	}()
	err := s.Serve(limit(l, maxConnections))
	end()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-stopped)
}
