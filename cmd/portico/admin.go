package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"

	"github.com/portico-gateway/portico/runtime"
	"github.com/portico-gateway/portico/runtime/admin"
	"github.com/portico-gateway/portico/runtime/config"
)

// errStopping is why a gateway that drains should get no more requests.
var errStopping = errors.New("the gateway is stopping")

// serveAdmin opens the admin listener and serves it until stop is called.
func serveAdmin(g *runtime.Gateway, stopping *atomic.Bool, log *slog.Logger) (stop func() error, err error) {
	c := g.Config()
	if c.Server.Admin == config.AdminOff {
		return func() error { return nil }, nil
	}
	l, err := admin.Listen(c.Server.Admin)
	if err != nil {
		return nil, c.At("server.admin", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- admin.Serve(ctx, l, adminOptions(g, stopping, log)) }()
	return func() error {
		cancel()
		return <-served
	}, nil
}

func adminOptions(g *runtime.Gateway, stopping *atomic.Bool, log *slog.Logger) admin.Options {
	return admin.Options{
		Token: func() (string, bool) { return adminToken(g.Config()) },
		Ready: func() error {
			if stopping.Load() {
				return errStopping
			}
			return g.Ready()
		},
		Plugins: func() any { return g.Plugins() },
		Routes:  func() any { return g.Routes() },
		Reload: func(ctx context.Context) (admin.Result, error) {
			r, err := g.ReloadAndLog(ctx, "asked through the admin listener")
			return admin.Result{Snapshot: r.Snapshot, Changes: r.Changes, Restart: r.Restart, Took: r.Took}, err
		},
		Gatherer: g.Gatherer(),
		Version:  version(),
		Log:      log,
	}
}

// adminToken reads the token anew, so that it can be changed without a
// restart. One that cannot be read is required and empty: it lets nobody in.
func adminToken(c *config.Config) (token string, required bool) {
	s := c.Server.AdminToken
	switch {
	case s == nil:
		return "", false
	case s.Env != "":
		return os.Getenv(s.Env), true
	}
	b, err := os.ReadFile(c.Resolve(s.File))
	if err != nil {
		return "", true
	}
	return strings.TrimSpace(string(b)), true
}
