package runtime

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// directory returns the plugin directory of a configuration: the one there is,
// or a new one where [plugins] has changed, which is in use once its snapshot
// is. Plugins that snapshots still hold are theirs; the old directory only
// stops looking.
func (s *state) directory(c *config.Config) (*plugin.Directory, error) {
	if s.nextPlugins != nil {
		if s.nextPluginsOf == c.Plugins {
			return s.nextPlugins, nil
		}
		err := s.nextPlugins.Close()
		s.nextPlugins = nil
		s.awaited.Store(nil)
		if err != nil {
			return nil, err
		}
	}
	if d := s.plugins.Load(); d != nil && s.pluginsOf == c.Plugins {
		return d, nil
	}
	if s.engine == nil {
		cache, err := cacheDir(c)
		if err != nil {
			return nil, c.At("plugins.cache", err)
		}
		if s.engine, err = newEngine(cache, s.log); err != nil {
			return nil, c.At("plugins.cache", err)
		}
	}
	path := c.Resolve(c.Plugins.Directory)
	next, err := plugin.New(plugin.Options{
		Directory: path,
		Quiet:     c.Plugins.Quiet,
		Poll:      c.Plugins.Poll,
		Engine:    s.engine,
		Now:       s.doubles.Now,
		Wrap:      s.doubles.Guest,
		Parse:     s.parseSettings,
		Aside:     s.aside.Go,
		Log:       s.log,
	})
	if err != nil {
		return nil, c.At("plugins.directory", err)
	}
	s.nextPlugins, s.nextPluginsOf = next, c.Plugins
	s.awaited.Store(&path)
	return next, nil
}

// newEngine makes the engine that runs all plugins, with what they may import.
func newEngine(cache string, log *slog.Logger) (*engine.Engine, error) {
	e, err := engine.New(engine.Options{CacheDir: cache, Logger: log})
	if err != nil {
		return nil, err
	}
	if err := plugin.Define(e); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// cacheDir is where compiled code is kept, "" for nowhere.
func cacheDir(c *config.Config) (string, error) {
	switch c.Plugins.Cache {
	case "off":
		return "", nil
	case "":
		dir, err := os.UserCacheDir()
		if err != nil {
			return "", errors.New(`no cache directory is known for this user; name one, or set cache = "off"`)
		}
		return filepath.Join(dir, "portico"), nil
	}
	return c.Resolve(c.Plugins.Cache), nil
}

// parseSettings turns NAME.toml into what the plugin directory needs. The file
// may be absent: src is empty then.
func (s *state) parseSettings(name string, src []byte) (plugin.Settings, error) {
	p, err := config.ParsePlugin(name, src)
	if err != nil {
		return plugin.Settings{}, err
	}
	text, err := p.ConfigJSON()
	if err != nil {
		return plugin.Settings{}, err
	}
	own := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	grants := grantsOf(own, p)
	settings := plugin.Settings{
		Grant:        func() (plugin.Grant, error) { return s.acquire(own, grants) },
		Secrets:      secretsOf(p),
		Digest:       p.Digest,
		Config:       text,
		Timeout:      p.Timeout,
		Memory:       p.Memory,
		Instances:    p.Instances,
		Allowance:    hostabi.Allowance{Calls: p.Limits.HostCalls, Capability: p.Limits.CapabilityCalls, Lines: p.Limits.LogLines},
		QueueTimeout: p.QueueTimeout,
		Fresh:        p.Isolation == config.IsolationFresh,
		FailOpen:     p.Failure == config.FailureOpen,
		Failures:     p.Breaker.Failures,
		Window:       p.Breaker.Window,
		Open:         p.Breaker.Open,
	}
	if s.doubles.Settings != nil {
		s.doubles.Settings(own, &settings)
	}
	return settings, nil
}
