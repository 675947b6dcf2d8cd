package config

import (
	"fmt"
	"slices"
	"strings"
)

// checkConfig holds the rules between tables and fills the defaults that come
// from other tables.
func checkConfig(d *decoder, c *Config) {
	ids := make(map[string]string)
	places := make(map[string]string)
	for i := range c.APIs {
		a := &c.APIs[i]
		if a.ID == "" && !d.Has(Join(a.Key, "id")) {
			a.ID = a.Name
		}
		if first, ok := ids[a.ID]; ok {
			d.errorf(Join(a.Key, "id"), "%q is also the id of %s", a.ID, first)
		}
		ids[a.ID] = a.Key
		checkPlaces(d, a, places)
		checkAPI(d, a)
		for j := range a.Routes {
			r := &a.Routes[j]
			if n := &r.Integration; n.Transport == "" && n.URI != "" {
				n.Transport = c.Upstream.Transport
			}
		}
	}
}

// checkPlaces refuses two answers to the question where a request belongs.
func checkPlaces(d *decoder, a *API, places map[string]string) {
	claim := func(key string, hosts []string, path string) {
		if len(hosts) == 0 {
			hosts = []string{""}
		}
		for _, h := range hosts {
			first, taken := places[h+path]
			if !taken {
				places[h+path] = key
				continue
			}
			where := "any host"
			if h != "" {
				where = h
			}
			d.errorf(key, "answers %s at %s, as %s (line %d) does; give one of them other hosts or another base_path",
				where, path, first, d.Pos(first).Line)
		}
	}
	if d.failed[Join(a.Key, "hosts")] || d.failed[Join(a.Key, "base_path")] {
		return
	}
	// An API whose stages all have places of their own has none itself.
	if len(a.Stages) == 0 || slices.ContainsFunc(a.Stages, func(s Stage) bool { return !s.Mapped() }) {
		claim(a.Key, a.Hosts, a.BasePath)
	}
	for _, s := range a.Stages {
		hosts := s.Hosts
		if len(hosts) == 0 {
			hosts = a.Hosts
		}
		switch {
		case d.failed[s.Key]:
		case s.Mapped():
			claim(s.Key, hosts, s.BasePath)
		case s.Name != DefaultStage:
			claim(s.Key, a.Hosts, strings.TrimSuffix(a.BasePath, "/")+"/"+s.Name)
		}
	}
}

// checkAPI holds the rules that depend on the protocol, and the references from
// routes to authorizers.
func checkAPI(d *decoder, a *API) {
	if a.Protocol == "" {
		return // missing or refused, which has been told
	}
	if path := Join(a.Key, "binary_media_types"); a.Protocol == ProtocolHTTP && d.Has(path) {
		d.errorf(path, "HTTP APIs go by the content type of the body; remove it")
	}
	if len(a.GatewayResponses) > 0 && a.Protocol == ProtocolHTTP {
		d.errorf(Join(a.Key, "gateway_responses"), `the answers of HTTP APIs are fixed; remove it or use protocol "rest"`)
	}
	var names []string
	for i := range a.Authorizers {
		names = append(names, a.Authorizers[i].Name)
		checkProtocolOfAuthorizer(d, a.Protocol, &a.Authorizers[i])
	}
	// A reference to an authorizer that has a problem of its own is not one more.
	for i := range a.Routes {
		checkProtocolOfRoute(d, a.Protocol, &a.Routes[i])
		checkReferences(d, a, &a.Routes[i], names)
	}
}

func checkProtocolOfAuthorizer(d *decoder, protocol string, x *Authorizer) {
	kind, format := Join(x.Key, "type"), Join(x.Key, "payload_format")
	switch protocol {
	case ProtocolHTTP:
		if x.Type == AuthorizerToken {
			d.errorf(kind, `HTTP APIs have no token authorizers; use type "request"`)
		}
		if !d.Has(format) {
			x.PayloadFormat = Payload2
		}
	case ProtocolREST:
		if x.PayloadFormat == Payload2 {
			d.errorf(format, `REST APIs have only %q; remove it`, Payload1)
		}
		if !d.Has(format) {
			x.PayloadFormat = Payload1
		}
	}
}

func checkProtocolOfRoute(d *decoder, protocol string, r *Route) {
	n := &r.Integration
	kind, format := Join(n.Key, "type"), Join(n.Key, "payload_format")
	timeout, payload := DefaultRESTTimeout, Payload1
	switch protocol {
	case ProtocolHTTP:
		timeout, payload = DefaultHTTPTimeout, Payload2
		switch n.Type {
		case IntegrationHTTP:
			d.errorf(kind, `HTTP APIs have no "http" integrations; use "http_proxy" or protocol "rest"`)
		case IntegrationMock:
			d.errorf(kind, `HTTP APIs have no "mock" integrations; use "plugin" or protocol "rest"`)
		}
	case ProtocolREST:
		if r.Route == DefaultRoute {
			d.errorf(Join(r.Key, "route"), "%w", errRESTDefault)
		}
		if n.PayloadFormat == Payload2 {
			d.errorf(format, `REST APIs have only %q; remove it`, Payload1)
		}
	}
	if n.Type != "" && n.Type != IntegrationMock && !d.Has(Join(n.Key, "timeout")) {
		n.Timeout = timeout
	}
	if n.Type == IntegrationPlugin && !d.Has(format) {
		n.PayloadFormat = payload
	}
}

// checkReferences looks up the authorizer of a route and the parameters of its
// URI.
func checkReferences(d *decoder, a *API, r *Route, authorizers []string) {
	path := Join(r.Key, "authorizer")
	if r.Authorizer != NoAuthorizer && d.ok(path) && !slices.Contains(authorizers, r.Authorizer) &&
		!d.Has(Join(a.Key, "authorizers", r.Authorizer)) {
		d.errorf(path, "%w", missingAuthorizer(a, r.Authorizer, authorizers))
	}
	uri := Join(r.Integration.Key, "uri")
	if !d.ok(uri) || d.failed[Join(r.Key, "route")] {
		return
	}
	known := r.parameters()
	for _, p := range r.Integration.RequestParameters {
		if name, ok := strings.CutPrefix(p.Name, "integration.request.path."); ok {
			known = append(known, name)
		}
	}
	for _, name := range uriParameters(r.Integration.URI) {
		if slices.Contains(known, name) {
			continue
		}
		if s := suggest(name, known); s != "" {
			d.errorf(uri, "{%s} is not a parameter of the route, did you mean {%s}?", name, s)
		} else {
			d.errorf(uri, "{%s} is not a parameter of the route %s", name, quote(r.Route))
		}
	}
}

func missingAuthorizer(a *API, name string, known []string) error {
	if len(known) == 0 {
		return fmt.Errorf("the API has no authorizer %s; add [%s]", quote(name), Join(a.Key, "authorizers", name))
	}
	return choice("authorizer", name, append(slices.Clone(known), NoAuthorizer))
}
