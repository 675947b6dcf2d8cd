package runtime

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/accesslog"
	"github.com/portico-gateway/portico/runtime/authorize"
	"github.com/portico-gateway/portico/runtime/capability"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/jwt"
	"github.com/portico-gateway/portico/runtime/outbound"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// state is what outlives snapshots. Its methods, but for what is atomic, are
// called with Gateway.reload held.
type state struct {
	log     *slog.Logger
	doubles Doubles

	decisions *authorize.Cache
	clients   clientPool

	// aside counts what lets go of a build that failed: it may hold the last
	// reference to a plugin, which a request still uses.
	aside sync.WaitGroup

	capabilities *capability.State
	keys         *jwt.Registry
	stores       stores
	nextVault    capability.Vault // prepared, not yet in use

	engine    *engine.Engine
	plugins   atomic.Pointer[plugin.Directory]
	pluginsOf config.Plugins // what plugins was made of
	// nextPlugins is prepared and not yet in use: the directory of a snapshot
	// that is being built, or whose build has failed.
	nextPlugins   *plugin.Directory
	nextPluginsOf config.Plugins
	awaited       atomic.Pointer[string] // the path of nextPlugins, nil without one

	accessLog   atomic.Pointer[accesslog.Log]
	accessLogOf config.AccessLog
	nextLog     *accesslog.Log // prepared, not yet in use
	nextLogOf   config.AccessLog
}

func newState(o Options, m *metrics) *state {
	s := &state{log: o.Log, doubles: o.Doubles, decisions: authorize.NewCache(),
		stores: stores{log: o.Log, check: o.Check, now: o.Doubles.Now}, engine: o.Doubles.Engine,
		keys: jwt.NewRegistry(jwt.RegistryOptions{Log: o.Log, Now: o.Doubles.Now, RoundTrip: o.Doubles.Outbound})}
	s.capabilities = capability.NewState(capability.Stores{KV: s.stores.kv, Cluster: s.stores.cluster,
		Hosts: outbound.PoolOptions{Resolver: o.Resolver, RoundTrip: o.Doubles.Outbound}, Log: o.Log, Keys: s.keys, Now: o.Doubles.Now})
	m.registry.MustRegister(pluginCollector{s.plugins.Load}, s.capabilities, keyCollector{s.keys})
	return s
}

// prepare makes what a configuration needs and the state does not have yet.
// Nothing of it is in use before use.
func (s *state) prepare(c *config.Config, errs *config.Errors) error {
	s.nextVault = readSecrets(c, errs)
	if s.nextLog != nil { // of a build that failed later
		err := s.nextLog.Close()
		s.nextLog = nil
		if err != nil {
			return err
		}
	}
	if s.accessLog.Load() != nil && s.accessLogOf == c.AccessLog {
		return nil
	}
	next, err := s.openAccessLog(c)
	if err != nil {
		if errors.Is(err, accesslog.ErrOpen) {
			errs.Add(c.At("access_log.file", err))
			return nil
		}
		for _, e := range split(err) {
			errs.Add(c.At("access_log.format", e))
		}
		return nil
	}
	s.nextLog, s.nextLogOf = next, c.AccessLog
	return nil
}

// grant has what a snapshot grants its plugins hold, before a request meets
// them: a plugin may ask for a secret that is new.
func (s *state) grant(next *Snapshot) {
	s.capabilities.SetSecrets(s.nextVault)
	s.nextVault = nil
	s.keys.Trust(next.clients.roots())
	for _, p := range next.plugins.All() {
		p.Activate()
	}
}

// use puts what was prepared for a snapshot to use.
func (s *state) use(*Snapshot) {
	if s.nextPlugins != nil {
		old := s.plugins.Swap(s.nextPlugins)
		s.pluginsOf, s.nextPlugins = s.nextPluginsOf, nil
		s.awaited.Store(nil)
		if old != nil {
			_ = old.Close() // it only stops looking, and has no error
		}
	}
	if s.nextLog == nil {
		return
	}
	old := s.accessLog.Swap(s.nextLog)
	s.accessLogOf, s.nextLog = s.nextLogOf, nil
	if old != nil {
		if err := old.Close(); err != nil {
			s.log.Warn("closing the old access log", "error", err)
		}
	}
}

func (s *state) openAccessLog(c *config.Config) (*accesslog.Log, error) {
	file := c.AccessLog.File
	switch file {
	case config.AccessLogOff, config.AccessLogStdout, config.AccessLogStderr:
	default:
		file = c.Resolve(file)
	}
	return accesslog.New(accesslog.Options{File: file, Format: c.AccessLog.Format, Check: s.stores.check,
		Redact: s.capabilities.Redact, Logger: s.log})
}

func (s *state) close() error {
	s.aside.Wait()
	var errs []error
	if d := s.plugins.Load(); d != nil {
		errs = append(errs, d.Close())
	}
	if s.nextPlugins != nil {
		errs = append(errs, s.nextPlugins.Close())
	}
	if s.engine != nil && s.engine != s.doubles.Engine {
		errs = append(errs, s.engine.Close())
	}
	if l := s.accessLog.Load(); l != nil {
		errs = append(errs, l.Close())
	}
	if s.nextLog != nil {
		errs = append(errs, s.nextLog.Close())
	}
	s.capabilities.Close()
	s.keys.Close()
	errs = append(errs, s.stores.close())
	s.decisions.Close()
	return errors.Join(errs...)
}
