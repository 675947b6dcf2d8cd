package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// scene is a gateway around the plugin for one case. Its parts that tell what
// happens are the record.
type scene struct {
	bench   *Bench
	gateway *runtime.Gateway
	kind    string
	record  *record
	temp    string
	variant
}

// variant is how a scene differs from the gateway that tests a case.
type variant struct {
	engine *engine.Engine // nil is the bench's
	// mock answers in place of the backend where that makes no difference to the
	// plugin.
	mock bool
	// fresh gives each call an instance of its own.
	fresh bool
	// wrap stands around the guest in place of the record.
	wrap func(name string, g plugin.Guest) plugin.Guest
	log  slog.Handler // nil is the record's
}

// open builds the gateway of a case. Close it when done.
func (b *Bench) open(ctx context.Context, c *config.Case, v variant) (*scene, error) {
	kind, err := b.kind(c)
	if err == nil {
		err = b.checkSecrets(c)
	}
	if err != nil {
		return nil, err
	}
	s := &scene{bench: b, kind: kind, record: &record{name: b.name}, variant: v}
	if s.engine == nil {
		s.engine = b.engine
	}
	if s.wrap == nil {
		s.wrap = s.record.guest
	}
	if s.log == nil {
		s.log = &handler{record: s.record}
	}
	if s.temp, err = os.MkdirTemp(b.temp, "scene-"); err != nil {
		return nil, err
	}
	b.compiling()
	file, err := s.write(c)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.temp))
	}
	b.clock.set(c.At)
	s.gateway, err = runtime.Open(ctx, runtime.Options{
		File: file,
		Log:  slog.New(s.log),
		Doubles: runtime.Doubles{Engine: s.engine, Now: b.clock.Now, Settings: s.settings(c), Guest: s.wrap,
			Outbound: newPeers(c.HTTP, s.record)},
	})
	if err != nil {
		return nil, errors.Join(&refusal{plain(file, err)}, os.RemoveAll(s.temp))
	}
	return s, nil
}

// refusal is why the gateway does not load the plugin; other errors of open are
// mistakes of the case or the machine's.
type refusal struct{ error }

// checkSecrets wants a value for each secret that NAME.toml names.
func (b *Bench) checkSecrets(c *config.Case) error {
	p, err := config.LoadPlugin(b.settingsFile())
	if err != nil {
		return nil // none, or one that the gateway refuses with all that is wrong
	}
	var names []string
	for _, s := range p.Secrets {
		names = append(names, s.Name)
	}
	for _, i := range p.JWT {
		if i.Secret != "" {
			names = append(names, i.Secret)
		}
	}
	var errs []error
	for _, name := range slices.Compact(names) {
		if !slices.ContainsFunc(c.Secrets, func(p config.Pair) bool { return p.Name == name }) {
			errs = append(errs, fmt.Errorf(`%s.toml names the secret %q, for which the case has no value: secrets = { %s = "VALUE" }`, b.name, name, name))
		}
	}
	return errors.Join(errs...)
}

func (s *scene) close() error {
	return errors.Join(s.gateway.Close(), os.RemoveAll(s.temp))
}

// write makes the gateway file of the case, with the files that it names.
func (s *scene) write(c *config.Case) (file string, err error) {
	var b strings.Builder
	put := func(format string, values ...any) {
		for i, v := range values {
			values[i] = quote(v)
		}
		fmt.Fprintf(&b, format+"\n", values...)
	}
	put(`server = { listen = "127.0.0.1:0", admin = "off" }`)
	put(`access_log = { file = "off" }`)
	put(`plugins = { directory = %s, cache = "off" }`, s.bench.directory)
	put(`store = { path = "state" }`)
	if len(c.Secrets) > 0 {
		put(`[secrets]`)
	}
	for i, p := range c.Secrets {
		name := fmt.Sprintf("secret%d", i)
		if err := os.WriteFile(filepath.Join(s.temp, name), []byte(p.Value), 0o600); err != nil {
			return "", err
		}
		put(`%s = { file = %s }`, p.Name, name)
	}
	put("[apis.case]\nprotocol = %s", c.Protocol)
	put("[apis.case.stages.%s]\nbase_path = \"/\"", c.Stage)
	put("[apis.case.stages.%s.variables]", c.Stage)
	for _, p := range c.StageVariables {
		put("%s = %s", p.Name, p.Value)
	}
	if s.kind == config.CaseAuthorizer {
		s.authorizer(put, c)
	}
	routes := []string{"ANY /", "ANY /{proxy+}"}
	if c.Route != "" {
		routes = []string{c.Route}
	}
	for _, r := range routes {
		s.route(put, c, r)
	}
	file = filepath.Join(s.temp, "gateway.toml")
	return file, os.WriteFile(file, []byte(b.String()), 0o600)
}

func (s *scene) authorizer(put func(string, ...any), c *config.Case) {
	put("[apis.case.authorizers.plugin]\nplugin = %s\nttl = %s", s.bench.name, c.TTL.String())
	put("type = %s", authorizerType(c))
	if c.IdentitySource != nil {
		put("identity_source = %s", c.IdentitySource)
	}
	if c.PayloadFormat != "" {
		put("payload_format = %s", c.PayloadFormat)
	}
}

// authorizerType is what a case says, or what its event tells.
func authorizerType(c *config.Case) string {
	if c.Type != "" {
		return c.Type
	}
	for _, s := range c.Step {
		if s.Event.Table["type"] == "TOKEN" {
			return config.AuthorizerToken
		}
	}
	return config.AuthorizerRequest
}

func (s *scene) route(put func(string, ...any), c *config.Case, route string) {
	put("[[apis.case.routes]]\nroute = %s", route)
	has := func(k hostabi.Kind) []string {
		for _, have := range s.bench.info.Kinds {
			if have == k {
				return []string{s.bench.name}
			}
		}
		return []string{}
	}
	switch s.kind {
	case config.CaseAuthorizer:
		put(`authorizer = "plugin"`)
	case config.CaseMapper:
		put("authorizer = \"none\"\nmap_request = %s\nmap_response = %s", has(hostabi.MapRequest), has(hostabi.MapResponse))
	case config.CaseIntegration:
		put("authorizer = \"none\"\n[apis.case.routes.integration]\ntype = \"plugin\"\nplugin = %s", s.bench.name)
		if c.PayloadFormat != "" {
			put("payload_format = %s", c.PayloadFormat)
		}
		if c.Timeout != 0 {
			put("timeout = %s", c.Timeout.String())
		}
		return
	}
	if s.mock && c.Protocol == config.ProtocolREST && len(has(hostabi.MapResponse)) == 0 {
		put(`integration = { type = "mock" }`)
		return
	}
	_, path, _ := strings.Cut(route, " ")
	put(`integration = { type = "http_proxy", uri = %s }`, "http://"+s.bench.backend.address()+strings.ReplaceAll(path, "+}", "}"))
}

// quote writes a value as TOML, which JSON is for strings and lists of them.
func quote(v any) string {
	text, err := json.Marshal(v)
	if err != nil { // strings and lists of them have no error
		panic(err)
	}
	return string(text)
}

// plain takes the places within the generated file out of an error: they mean
// nothing to who wrote the case.
func plain(file string, err error) error {
	var all *config.Errors
	if !errors.As(err, &all) {
		return err
	}
	var lines []string
	for _, e := range all.List() {
		text := e.Error()
		if e.File == file {
			if strings.HasSuffix(e.Key, ".uri") {
				continue // it is made of the route, which has a mistake of its own
			}
			key := e.Key[strings.LastIndexByte(e.Key, '.')+1:]
			text = key + ": " + e.Err.Error()
			if key == "plugin" || strings.HasPrefix(key, "map_re") {
				text = e.Err.Error()
			}
		}
		lines = append(lines, text)
	}
	return errors.New(strings.Join(lines, "\n"))
}
