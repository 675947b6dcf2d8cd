package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/accept"
	"github.com/portico-gateway/portico/runtime/authorize"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/match"
	"github.com/portico-gateway/portico/runtime/plugin"
	"github.com/portico-gateway/portico/runtime/resolve"
	"github.com/portico-gateway/portico/runtime/respond"
)

// builder makes one snapshot of a configuration. Mistakes that only a
// mechanism can see are collected with the line they stand on, and reported
// all at once.
type builder struct {
	config  *config.Config
	state   *state
	metrics *metrics
	log     *slog.Logger

	snapshot *Snapshot
	errs     config.Errors
}

func (b *builder) errorf(path, format string, args ...any) {
	b.errs.Add(b.config.Errorf(path, format, args...))
}

// wrong adds each problem that err joins.
func (b *builder) wrong(path string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			b.wrong(path, e)
		}
		return
	}
	if err != nil {
		b.errs.Add(b.config.At(path, err))
	}
}

// build makes the snapshot, or says everything that is wrong. What it shares
// with others it holds until Snapshot.close.
func (b *builder) build(ctx context.Context) (*Snapshot, error) {
	c := b.config
	s := &Snapshot{config: c, drained: make(chan struct{}), number: 1}
	s.refs.Store(1)
	b.snapshot = s

	var err error
	if s.clients, err = newClients(&b.state.clients, c.Upstream, c.Resolve(c.Upstream.CAFile)); err != nil {
		b.wrong("upstream.ca_file", err)
		s.clients = &clients{pool: &b.state.clients, held: map[clientKey]*client{}}
	}
	b.state.stores.configure(c)
	// Without its plugins the rest is checked all the same, so that every
	// mistake is reported at once.
	var broken error
	s.plugins, broken = b.loadPlugins(ctx)
	s.accept = accept.New(acceptOptions(c))
	var mounts []resolve.Mount
	for i := range c.APIs {
		a, more := b.api(i)
		s.apis = append(s.apis, a)
		mounts = append(mounts, more...)
	}
	s.resolve, err = resolve.New(mounts)
	b.wrong("apis", err)
	err = errors.Join(broken, b.state.prepare(c, &b.errs))
	b.checkSecrets()
	if err := b.problems(err); err != nil {
		b.state.aside.Go(s.close)
		return nil, err
	}
	return s, nil
}

// problems joins what was collected with err.
func (b *builder) problems(err error) error {
	if err == nil {
		return b.errs.Err()
	}
	return errors.Join(b.errs.Err(), err)
}

func acceptOptions(c *config.Config) accept.Options {
	return accept.Options{
		TrustedProxies: c.Server.TrustedProxies,
		MaxHeaderBytes: int(c.Server.MaxHeader),
		MaxURLBytes:    int(c.Server.MaxURL),
		MaxBodyBytes:   c.Server.MaxBody,
	}
}

// loadPlugins loads every plugin that the configuration names, once each. The
// set is nil when that fails; the error is what has no place in a file.
func (b *builder) loadPlugins(ctx context.Context) (*plugin.Set, error) {
	var names []string
	at := map[string]string{}
	for _, ref := range b.config.PluginRefs() {
		if at[ref.Name] == "" {
			at[ref.Name] = ref.Key
			names = append(names, ref.Name)
		}
	}
	directory, err := b.state.directory(b.config)
	if err != nil {
		var at *config.Error
		if errors.As(err, &at) {
			b.errs.Add(at)
			return nil, nil
		}
		return nil, err
	}
	set, err := directory.Load(ctx, names)
	if err == nil {
		return set, nil
	}
	var broken *plugin.FileError
	for _, e := range split(err) {
		if errors.As(e, &broken) {
			b.errorf(at[broken.Name], "plugin %q: %w", broken.Name, e)
		} else {
			b.errorf("plugins.directory", "%w", e)
		}
	}
	return nil, nil
}

func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// plugin returns a plugin for one use, and checks that it can be that. Where it
// is nil the build fails: an authorizer that is not there must not leave its
// routes open.
func (b *builder) plugin(path, name string, k hostabi.Kind) *plugin.Plugin {
	if b.snapshot.plugins == nil {
		return nil // loadPlugins has said why
	}
	p, ok := b.snapshot.plugins.Get(name)
	switch {
	case !ok:
		b.errorf(path, "plugin %q was not loaded", name)
	case !p.Has(k):
		b.errorf(path, "plugin %q cannot be used here: %s", name, p.Lacks(k))
	}
	return p
}

// api builds one API and the ways to it. Its target is the index of the API.
func (b *builder) api(i int) (*api, []resolve.Mount) {
	from := &b.config.APIs[i]
	a := &api{info: &exchange.API{ID: from.ID, Name: from.Name, Protocol: exchange.REST,
		AccountID: b.config.Server.AccountID, Region: b.config.Server.Region, BinaryTypes: from.BinaryMediaTypes}}
	protocol := match.REST
	if from.Protocol == config.ProtocolHTTP {
		a.info.Protocol, protocol = exchange.HTTP, match.HTTP
	}
	responses := map[exchange.ResponseType]respond.Custom{}
	for _, g := range from.GatewayResponses {
		responses[exchange.ResponseType(g.Type)] = respond.Custom{Status: g.Status, Header: fields(g.Headers), Body: fields(g.Body)}
	}
	var err error
	a.responses, err = respond.NewResponses(responses)
	b.wrong(config.Join(from.Key, "gateway_responses"), err)

	authorizers := map[string]*authorize.Authorizer{}
	for j := range from.Authorizers {
		authorizers[from.Authorizers[j].Name] = b.authorizer(a.info, &from.Authorizers[j])
	}
	patterns := make([]match.Route, len(from.Routes))
	for j := range from.Routes {
		patterns[j].Method, patterns[j].Path = from.Routes[j].Split()
		patterns[j].Path = exchange.NormalPath(patterns[j].Path)
		a.routes = append(a.routes, b.route(from, a.info, &from.Routes[j], authorizers))
	}
	a.match, err = match.New(protocol, patterns)
	for _, e := range split(err) {
		var problem *match.RouteError
		if errors.As(e, &problem) {
			b.errorf(config.Join(from.Routes[problem.Index].Key, "route"), "%w", problem.Err)
		}
	}
	return a, mounts(from, a.info, i)
}

func fields(pairs []config.Pair) []exchange.Field {
	list := make([]exchange.Field, len(pairs))
	for i, p := range pairs {
		list[i] = exchange.Field{Name: p.Name, Value: p.Value}
	}
	return list
}

// mounts are the ways to an API: its own hosts and base path, and those of
// each stage that has a mapping.
func mounts(from *config.API, info *exchange.API, target int) []resolve.Mount {
	own := resolve.Mount{Hosts: from.Hosts, BasePath: trim(from.BasePath), Target: target, API: info}
	list := []resolve.Mount{}
	for _, s := range from.Stages {
		stage := exchange.Stage{Name: s.Name, Variables: variables(s.Variables), Default: s.Name == "$default", BasePath: own.BasePath}
		if s.Mapped() {
			mapped := stage
			mapped.BasePath = trim(s.BasePath)
			hosts := s.Hosts
			if len(hosts) == 0 {
				hosts = from.Hosts
			}
			list = append(list, resolve.Mount{Hosts: hosts, BasePath: mapped.BasePath, Target: target, API: info, Stage: &mapped})
			continue
		}
		stage.InPath = !stage.Default
		own.Stages = append(own.Stages, &stage)
	}
	if len(from.Stages) == 0 {
		own.Stages = []*exchange.Stage{{Name: "$default", Default: true, BasePath: own.BasePath}}
	}
	if len(own.Stages) > 0 {
		list = append(list, own)
	}
	return list
}

func trim(basePath string) string { return strings.TrimSuffix(basePath, "/") }

func variables(pairs []config.Pair) []exchange.Field {
	list := fields(pairs)
	slices.SortFunc(list, func(a, b exchange.Field) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// resourceID is the id of a resource in events and logs: six characters that
// stay the same while the path does.
func resourceID(api, path string) string {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	var sum uint64 = 14695981039346656037 // FNV-1a
	for _, c := range []byte(fmt.Sprintf("%s %s", api, path)) {
		sum = (sum ^ uint64(c)) * 1099511628211
	}
	id := make([]byte, 6)
	for i := range id {
		id[i] = digits[sum%36]
		sum /= 36
	}
	return string(id)
}
