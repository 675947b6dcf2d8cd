package runtime

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/authorize"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/integrate"
	"github.com/portico-gateway/portico/runtime/mapping"
	"github.com/portico-gateway/portico/runtime/upstream"
)

// authorizer builds one authorizer of an API.
func (b *builder) authorizer(info *exchange.API, from *config.Authorizer) *authorize.Authorizer {
	p := b.plugin(config.Join(from.Key, "plugin"), from.Plugin, hostabi.Authorize)
	if p == nil {
		return nil
	}
	o := authorize.Options{
		Plugin:  p,
		TTL:     from.TTL,
		Timeout: from.Timeout,
		V2:      from.PayloadFormat == config.Payload2 || from.PayloadFormat == "" && info.Protocol == exchange.HTTP,
		Cache:   b.state.decisions,
	}
	if from.Type == config.AuthorizerRequest {
		o.Type = authorize.Request
	}
	if o.Timeout == 0 && p.Settings().Timeout == 0 {
		o.Timeout = config.DefaultAuthorizerTimeout
	}
	o.BodyTimeout = cmp.Or(o.Timeout, p.Settings().Timeout)
	for i, s := range from.IdentitySource {
		source, err := authorize.ParseSource(s)
		b.wrong(config.Index(config.Join(from.Key, "identity_source"), i), err)
		o.Identity = append(o.Identity, source)
	}
	if from.Validation != "" {
		var err error
		o.Validation, err = authorize.ParseValidation(from.Validation)
		b.wrong(config.Join(from.Key, "validation"), err)
	}
	// Everything that changes what a decision means is in its key.
	o.Key = fmt.Sprintf("%q", append([]string{info.ID, info.Protocol.String(), from.Name, from.Type, from.Validation,
		from.TTL.String(), strconv.FormatBool(o.V2), p.Key()}, from.IdentitySource...))
	a, err := authorize.New(o)
	b.wrong(from.Key, err)
	return a
}

// route builds one route with its chain.
func (b *builder) route(api *config.API, info *exchange.API, from *config.Route, authorizers map[string]*authorize.Authorizer) *route {
	method, path := from.Split()
	r := &route{
		info: exchange.Route{Key: from.Route, Method: method, Resource: path,
			ResourceID: resourceID(info.ID, path), Operation: from.Operation},
		metrics: b.metrics.route(info.Name, from.Route),
	}
	if from.Authorizer != config.NoAuthorizer {
		var ok bool
		if r.authorizer, ok = authorizers[from.Authorizer]; !ok {
			b.errorf(config.Join(from.Key, "authorizer"), "there is no authorizer %q", from.Authorizer)
		}
	}
	server := &b.config.Server
	r.mapRequest = b.mappers(hostabi.MapRequest, "map_request",
		attached{"server", server.MapRequest}, attached{api.Key, api.MapRequest}, attached{from.Key, from.MapRequest})
	r.mapResponse = b.mappers(hostabi.MapResponse, "map_response",
		attached{"server", server.MapResponse}, attached{api.Key, api.MapResponse}, attached{from.Key, from.MapResponse})
	b.integration(r, info, &from.Integration)
	return r
}

// attached is a list of mapper plugins and where it stands.
type attached struct {
	key   string
	names []string
}

func (b *builder) mappers(k hostabi.Kind, key string, lists ...attached) mapping.Chain {
	var chain mapping.Chain
	for _, l := range lists {
		for i, name := range l.names {
			if p := b.plugin(config.Index(config.Join(l.key, key), i), name, k); p != nil {
				chain = append(chain, mapping.Mapper{Plugin: p, Open: p.Settings().FailOpen,
					KeepLimit: int(b.config.Server.MaxBody), Log: b.log,
					BodyTimeout: cmp.Or(p.Settings().Timeout, config.DefaultMapperTimeout)})
			}
		}
	}
	return chain
}

// integration sets what answers a route.
func (b *builder) integration(r *route, info *exchange.API, from *config.Integration) {
	timeout := from.Timeout
	if timeout == 0 {
		timeout = integrate.DefaultTimeoutREST
		if info.Protocol == exchange.HTTP {
			timeout = integrate.DefaultTimeoutHTTP
		}
	}
	switch from.Type {
	case config.IntegrationMock:
		r.info.Integration = exchange.Mock
		m, err := integrate.NewMock(from.Status, integrationResponses(from.Responses))
		b.wrong(from.Key, err)
		r.integration = m
	case config.IntegrationPlugin:
		r.info.Integration = exchange.PluginProxy
		if p := b.plugin(config.Join(from.Key, "plugin"), from.Plugin, hostabi.Integrate); p != nil {
			r.integration = &integrate.Plugin{Plugin: p, Timeout: timeout, KeepLimit: int(b.config.Server.MaxBody), Log: b.log,
				V2: from.PayloadFormat == config.Payload2 || from.PayloadFormat == "" && info.Protocol == exchange.HTTP}
		}
	case config.IntegrationHTTPProxy, config.IntegrationHTTP:
		r.info.Integration = exchange.HTTPProxy
		if from.Type == config.IntegrationHTTP {
			r.info.Integration = exchange.HTTPCustom
		}
		b.proxy(r, info, from, integrate.ProxyOptions{Custom: from.Type == config.IntegrationHTTP,
			Method: from.Method, Timeout: timeout, KeepLimit: int(b.config.Server.MaxBody)})
	}
}

func (b *builder) proxy(r *route, info *exchange.API, from *config.Integration, o integrate.ProxyOptions) {
	var err error
	if o.URI, err = upstream.ParseTemplate(from.URI, greedy(r.info.Resource)...); err != nil {
		b.wrong(config.Join(from.Key, "uri"), err)
		return
	}
	parameters := config.Join(from.Key, "request_parameters")
	if info.Protocol == exchange.HTTP && len(from.RequestParameters) > 0 {
		b.errorf(parameters, "parameter mapping of HTTP APIs is %w; a mapper plugin can do it, or use protocol \"rest\"", config.ErrUnsupported)
		return
	}
	o.Parameters, err = mapping.ParseRequest(fields(from.RequestParameters))
	b.wrong(parameters, err)
	o.Responses = integrationResponses(from.Responses)

	transport := from.Transport
	if transport == "" {
		transport = b.config.Upstream.Transport
	}
	std := transport == config.TransportStd || o.URI.Scheme() == "https"
	o.Client = b.snapshot.clients.get(std, from.InsecureSkipVerify, from.ServerName)
	p, err := integrate.NewProxy(o)
	b.wrong(from.Key, err)
	r.integration = p
}

// greedy is the name of a route's greedy parameter, whose value may hold
// slashes.
func greedy(path string) []string {
	if open, ok := strings.CutSuffix(path, "+}"); ok {
		return []string{open[strings.LastIndexByte(open, '{')+1:]}
	}
	return nil
}

func integrationResponses(list []config.IntegrationResponse) []integrate.Response {
	to := make([]integrate.Response, len(list))
	for i, r := range list {
		to[i] = integrate.Response{Status: r.Status, Pattern: r.Pattern, Parameters: fields(r.Parameters)}
		if r.Body != "" {
			to[i].Body = &list[i].Body
		}
	}
	return to
}
