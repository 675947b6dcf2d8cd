package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/portico-gateway/portico/runtime"
	"github.com/portico-gateway/portico/runtime/config"
)

func serveCommand() *command {
	c := &command{name: "serve", args: "[-file gateway.toml]", short: "serve a gateway file",
		long: `
Serve reads the gateway file and the plugin directory that it names, and answers
requests until it gets SIGINT or SIGTERM; requests in flight then finish. When
one of the files changes, or on SIGHUP, it builds the next snapshot aside and
swaps; if that fails it says why and keeps serving the old one. SIGHUP also opens
the access log's file again, for log rotation.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var file string
		if _, err := c.parse(e, args, 0, func(f *flag.FlagSet) {
			f.StringVar(&file, "file", DefaultFile, "read this gateway `file`")
		}); err != nil {
			return helped(err)
		}
		return serve(ctx, e, file)
	}
	return c
}

func serve(ctx context.Context, e *env, file string) error {
	start := time.Now()
	log := new(slog.LevelVar)
	logger := newLogger(e.stderr, file, log)
	captureStandardLog(logger)
	g, err := runtime.Open(ctx, runtime.Options{File: file, Log: logger})
	if err != nil {
		fmt.Fprintln(e.stderr, err)
		if errors.Is(err, os.ErrNotExist) && file == DefaultFile {
			fmt.Fprintln(e.stderr, `portico: there is no gateway.toml here; name one with "portico serve -file FILE"`)
		}
		return errSilent
	}
	s, err := g.Listen()
	if err != nil {
		return errors.Join(err, g.Close())
	}
	var stopping atomic.Bool
	stopAdmin, err := serveAdmin(g, &stopping, logger)
	if err != nil {
		s.Close()
		return errors.Join(err, g.Close())
	}
	settleHeap()
	announce(e, g, s, logger, time.Since(start))

	watching, stopWatching := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); g.Watch(watching) }()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)

	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	err = nil
loop:
	for {
		select {
		case <-hup:
			g.Reopen()
			g.ReloadAndLog(ctx, "SIGHUP")
		case err = <-served:
			break loop
		case <-ctx.Done():
			break loop
		}
	}
	stopping.Store(true)
	stopWatching()
	<-watched
	return errors.Join(err, drain(g, s, logger), stopAdmin(), g.Close())
}

// drain lets the requests in flight finish.
func drain(g *runtime.Gateway, s *runtime.Server, log *slog.Logger) error {
	limit := g.Config().Server.DrainTimeout
	if n := s.InFlight(); n > 0 {
		log.Info("stopping; requests in flight finish first", "in_flight", n, "at_most", limit)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	err := s.Shutdown(ctx)
	log.Info("stopped")
	return err
}

// newLogger reads [log] ahead of everything else, so that the mistakes of the
// rest are logged in the right form. A file that cannot be read is reported
// when it is opened in earnest.
func newLogger(w io.Writer, file string, level *slog.LevelVar) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	c, err := config.Load(file)
	if err != nil {
		return slog.New(slog.NewTextHandler(w, options))
	}
	var l slog.Level
	if l.UnmarshalText([]byte(c.Log.Level)) == nil {
		level.Set(l)
	}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// announce says what is served where.
func announce(e *env, g *runtime.Gateway, s *runtime.Server, log *slog.Logger, took time.Duration) {
	var addrs []string
	for _, a := range s.Addrs() {
		addrs = append(addrs, a.String())
	}
	for _, r := range g.Routes() {
		log.Info("route", "api", r.API, "method", r.Method, "url", r.URL, "chain", strings.Join(r.Chain, " > "))
	}
	log.Info("serving", "listen", strings.Join(addrs, ", "), "admin", g.Config().Server.Admin, "snapshot", g.Snapshot(),
		"plugins", pluginsInUse(g.Config()), "ready_after", took.Round(time.Millisecond))
	if text := g.Config().Server.Greeting; text != "" {
		fmt.Fprintln(e.stderr, text)
	}
}
