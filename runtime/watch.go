package runtime

import (
	"context"
	"log/slog"
	"slices"
)

// Watch reloads when the gateway file, the plugin directory or a file that
// they name changes, until ctx is done. It is the same reload that anybody can
// ask for; there is no second way.
func (g *Gateway) Watch(ctx context.Context) {
	for ctx.Err() == nil {
		directory, files := g.state.plugins.Load(), g.files()
		// A reload may put another directory in the place of this one, or name
		// other files; then watching goes on with those.
		watching, stop := context.WithCancel(ctx)
		directory.Watch(watching, files, func() {
			_, _ = g.ReloadAndLog(ctx, "files changed")
			if g.state.plugins.Load() != directory || !slices.Equal(g.files(), files) {
				stop()
			}
		})
		stop()
	}
}

// files are what is watched beside the plugin directory.
func (g *Gateway) files() []string {
	list := []string{g.file}
	if ca := g.Config().Upstream.CAFile; ca != "" {
		list = append(list, g.Config().Resolve(ca))
	}
	for _, s := range g.Config().Secrets {
		if s.File != "" {
			list = append(list, g.Config().Resolve(s.File))
		}
	}
	if path := g.state.awaited.Load(); path != nil {
		list = append(list, *path) // what is missing there may come
	}
	return list
}

// Reopen opens the access log's file again, after somebody has renamed it.
func (g *Gateway) Reopen() {
	if err := g.state.accessLog.Load().Reopen(); err != nil {
		g.log.Error("the access log cannot be opened again; lines go to the old file", "error", err)
	}
}

// ReloadAndLog is Reload, and logs the outcome: what changed, or every mistake.
func (g *Gateway) ReloadAndLog(ctx context.Context, why string) (Result, error) {
	result, err := g.Reload(ctx)
	if err != nil {
		g.log.LogAttrs(ctx, slog.LevelError, "reload failed; the old snapshot keeps serving",
			slog.String("why", why), slog.Int("snapshot", result.Snapshot))
		for _, e := range split(err) {
			g.log.LogAttrs(ctx, slog.LevelError, "reload: "+e.Error())
		}
		return result, err
	}
	g.log.LogAttrs(ctx, slog.LevelInfo, "new snapshot serves", slog.String("why", why),
		slog.Int("snapshot", result.Snapshot), slog.Any("changes", result.Changes), slog.Duration("took", result.Took))
	for _, name := range result.Restart {
		g.log.LogAttrs(ctx, slog.LevelWarn, "setting changed; it takes effect after a restart", slog.String("setting", name))
	}
	return result, nil
}
