package config

import (
	"slices"
	"strings"
	"time"
)

// The types of integration.
const (
	IntegrationHTTPProxy = "http_proxy"
	IntegrationHTTP      = "http"
	IntegrationMock      = "mock"
	IntegrationPlugin    = "plugin"
)

// Timeouts of integrations. API Gateway's own are 29 s, which can be raised, and
// 30 s, which cannot; see its Developer Guide, "Quotas".
const (
	MinTimeout         = 50 * time.Millisecond
	MaxTimeout         = 15 * time.Minute
	DefaultRESTTimeout = 29 * time.Second
	DefaultHTTPTimeout = 30 * time.Second
	DefaultMockStatus  = 200
)

// Integration is the integration of a route.
type Integration struct {
	Key string // path of the table, for Config.At
	// "http_proxy" passes request and response through, "http" only what is
	// mapped, "mock" answers by itself, "plugin" calls a WebAssembly module in
	// place of a Lambda function. HTTP APIs know "http_proxy" and "plugin".
	Type string
	// Where requests go, http:// or https://. {name} is a path parameter behind
	// the host, ${stageVariables.x} a stage variable anywhere. For http_proxy
	// and http.
	URI string
	// The method that is sent. For http_proxy and http.
	Method string
	// From connecting to the head of the response, or for a plugin the whole
	// call: "50ms" to "15m". Not for mock.
	Timeout time.Duration
	// The HTTP client, "lean" or "std". For http_proxy and http.
	Transport string
	// Accept any certificate of an upstream over TLS. For http_proxy and http.
	InsecureSkipVerify bool
	// The name in the upstream's certificate, if it is not the host of uri. For
	// http_proxy and http.
	ServerName string
	// The module that answers. For plugin.
	Plugin string
	// The event: "1.0", or "2.0" for HTTP APIs. For plugin.
	PayloadFormat string
	// Parameters of the request to the upstream, such as
	// "integration.request.header.X" = "method.request.header.Y" for REST APIs
	// and "append:header.X" = "$request.header.Y" for HTTP APIs. For http_proxy
	// and http.
	RequestParameters []Pair
	// The status that chooses the response. For mock.
	Status int
	// What the client gets; the first whose pattern matches the status. For http
	// and mock. A mock without any answers its status without a body.
	Responses []IntegrationResponse
}

var integrationTable = &table[Integration]{
	key: func(i *Integration) *string { return &i.Key },
	entries: []entry[Integration]{
		required("type", oneOf("integration type",
			[]string{IntegrationHTTPProxy, IntegrationHTTP, IntegrationMock, IntegrationPlugin}, laterIntegrations),
			func(i *Integration) *string { return &i.Type }),
		derived("uri", checked("an http:// or https:// URI", checkURI), func(i *Integration) *string { return &i.URI }, "required"),
		derived("method", integrationMethod, func(i *Integration) *string { return &i.Method }, "the request's"),
		derived("timeout", deadline, func(i *Integration) *time.Duration { return &i.Timeout }, `"29s" for REST APIs, "30s" for HTTP APIs`),
		derived("transport", transport, func(i *Integration) *string { return &i.Transport }, "upstream.transport"),
		field("insecure_skip_verify", boolean, func(i *Integration) *bool { return &i.InsecureSkipVerify }, false),
		derived("server_name", checked("a host name", checkHostname), func(i *Integration) *string { return &i.ServerName }, "the host of uri"),
		derived("plugin", pluginName, func(i *Integration) *string { return &i.Plugin }, "required"),
		derived("payload_format", oneOf("payload format", []string{Payload1, Payload2}, nil),
			func(i *Integration) *string { return &i.PayloadFormat }, `"1.0" for REST APIs, "2.0" for HTTP APIs`),
		field("request_parameters", pairs("a table of parameter = value", func(_, v string) error { return checkText(v) }),
			func(i *Integration) *[]Pair { return &i.RequestParameters }, nil),
		derived("status", integer(100, 599), func(i *Integration) *int { return &i.Status }, "200"),
		field("responses", rows(integrationResponseTable), func(i *Integration) *[]IntegrationResponse { return &i.Responses }, nil),
	},
	later: laterKeys,
	check: checkIntegration,
}

// IntegrationResponse is one of an integration's responses.
type IntegrationResponse struct {
	Key string // path of the table, for Config.At
	// The status that the client gets.
	Status int
	// Which statuses of the integration choose this response: an expression that
	// must match from the start. Empty for the one that takes the rest.
	Pattern string
	// Headers of the response, such as "method.response.header.X" = "'value'".
	Parameters []Pair
	// The body, as it is.
	Body string
}

var integrationResponseTable = &table[IntegrationResponse]{
	key: func(r *IntegrationResponse) *string { return &r.Key },
	entries: []entry[IntegrationResponse]{
		field("status", integer(200, 599), func(r *IntegrationResponse) *int { return &r.Status }, 200),
		field("pattern", regular, func(r *IntegrationResponse) *string { return &r.Pattern }, ""),
		field("parameters", pairs("a table of parameter = value", func(_, v string) error { return checkText(v) }),
			func(r *IntegrationResponse) *[]Pair { return &r.Parameters }, nil),
		field("body", checked("a string", func(string) error { return nil }), func(r *IntegrationResponse) *string { return &r.Body }, ""),
	},
	later: laterKeys,
}

// integrationKeys are the keys that only some types use, and which.
var integrationKeys = []struct {
	name  string
	types []string
	must  bool
}{
	{"uri", []string{IntegrationHTTPProxy, IntegrationHTTP}, true},
	{"method", []string{IntegrationHTTPProxy, IntegrationHTTP}, false},
	{"timeout", []string{IntegrationHTTPProxy, IntegrationHTTP, IntegrationPlugin}, false},
	{"transport", []string{IntegrationHTTPProxy, IntegrationHTTP}, false},
	{"insecure_skip_verify", []string{IntegrationHTTPProxy, IntegrationHTTP}, false},
	{"server_name", []string{IntegrationHTTPProxy, IntegrationHTTP}, false},
	{"plugin", []string{IntegrationPlugin}, true},
	{"payload_format", []string{IntegrationPlugin}, false},
	{"request_parameters", []string{IntegrationHTTPProxy, IntegrationHTTP}, false},
	{"status", []string{IntegrationMock}, false},
	{"responses", []string{IntegrationHTTP, IntegrationMock}, false},
}

// checkIntegration holds the rules between the keys of an integration.
func checkIntegration(d *decoder, i *Integration) {
	if i.Type == "" {
		return // missing or refused: what else belongs to it is not known
	}
	for _, k := range integrationKeys {
		path, used := Join(i.Key, k.name), slices.Contains(k.types, i.Type)
		switch {
		case d.Has(path) && !used:
			d.errorf(path, "is not used by type %q; remove it", i.Type)
		case !d.Has(path) && used && k.must:
			d.errorf(path, "is missing; type %q needs it", i.Type)
		}
	}
	if uri := Join(i.Key, "uri"); d.ok(uri) && !strings.HasPrefix(i.URI, "https:") {
		for _, k := range []string{"insecure_skip_verify", "server_name"} {
			if d.ok(Join(i.Key, k)) {
				d.errorf(Join(i.Key, k), "has no effect: uri is not https")
			}
		}
	}
	if t := Join(i.Key, "transport"); d.ok(t) && i.Transport == TransportLean && strings.HasPrefix(i.URI, "https:") {
		d.errorf(t, `"lean" speaks plain HTTP only, and uri is https; remove it, or write "std"`)
	}
	if i.Type == IntegrationMock && !d.Has(Join(i.Key, "status")) {
		i.Status = DefaultMockStatus
	}
	responses := Join(i.Key, "responses")
	if i.Type == IntegrationHTTP && len(i.Responses) == 0 && !d.failed[responses] {
		d.errorf(responses, `is missing; type "http" answers only by them, "http_proxy" passes the upstream's answer through`)
	}
	seen := make(map[string]bool)
	for _, r := range i.Responses {
		switch {
		case d.failed[r.Key]:
		case seen[r.Pattern] && r.Pattern == "":
			d.errorf(r.Key, "is a second response without a pattern; it would never be chosen")
		case seen[r.Pattern]:
			d.errorf(Join(r.Key, "pattern"), "%s is the pattern of a response before; this one would never be chosen", quote(r.Pattern))
		}
		seen[r.Pattern] = true
	}
}
