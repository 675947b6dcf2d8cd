package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// mustParse parses a file of this test.
func mustParse(t *testing.T, src string) *Config {
	t.Helper()
	c, err := Parse("gateway.toml", []byte(src))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return c
}

// model is a configuration without its places, for comparison as a whole.
func model(c *Config) Config {
	m := *c
	m.Source = Source{}
	return m
}

func TestAnEmptyFileIsAllDefaults(t *testing.T) {
	want := Config{
		Server: Server{
			Listen: []string{":8080"}, Admin: "127.0.0.1:9180", ProxyProtocol: "off",
			MaxConnections: 10_000, HeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
			WriteTimeout: 30 * time.Second, IdleTimeout: 75 * time.Second, DrainTimeout: 30 * time.Second,
			MaxHeader: 10_240, MaxURL: 10_240, MaxBody: 10_485_760,
			AccountID: "000000000000", Region: "local",
		},
		Log:       Log{Level: "info", Format: "text"},
		AccessLog: AccessLog{File: "off", Format: "json"},
		Plugins:   Plugins{Directory: "plugins", Quiet: 100 * time.Millisecond},
		Store:     Store{Path: "data", Policy: PolicyShare},
		Upstream:  Upstream{IdleConnections: 64, IdleTimeout: 90 * time.Second, ConnectTimeout: 5 * time.Second, Transport: "lean"},
	}
	for _, src := range []string{"", "# only a comment\n", "[server]\n[log]\n[access_log]\n[plugins]\n[upstream]\n[apis]\n"} {
		if got := model(mustParse(t, src)); !reflect.DeepEqual(got, want) {
			t.Errorf("Parse(%q) = %+v, want %+v", src, got, want)
		}
	}
}

func TestEveryKeyOfTheGatewayFileArrives(t *testing.T) {
	c, err := Load("testdata/full.toml")
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Server: Server{
			Listen: []string{"127.0.0.1:80", "unix:/run/portico/http.sock"}, Admin: "0.0.0.0:9180",
			AdminToken: &Secret{Env: "PORTICO_ADMIN_TOKEN"},
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128"),
				netip.MustParsePrefix("192.0.2.7/32")},
			ProxyProtocol: ProxyProtocolAccept, MaxConnections: 100,
			HeaderTimeout: time.Second, ReadTimeout: 2 * time.Second, WriteTimeout: 3 * time.Second, IdleTimeout: 4 * time.Second,
			MaxHeader: 8192, MaxURL: 4096, MaxBody: 1_572_864,
			MapRequest: []string{"first"}, MapResponse: []string{"last"},
			AccountID: "123456789012", Region: "eu-central-1", Greeting: "Try it:\n\tcurl localhost",
		},
		Log:       Log{Level: "debug", Format: "json"},
		AccessLog: AccessLog{File: "stdout", Format: "$context.requestId $context.status"},
		Plugins:   Plugins{Directory: "drop", Cache: "off", Quiet: time.Second, Poll: 2 * time.Second},
		Secrets:   []NamedSecret{{"secrets.session", "session", &Secret{Env: "SESSION_KEY"}}, {"secrets.partner-2", "partner-2", &Secret{File: "partner.key"}}},
		Store:     Store{Path: "data", RedisURL: &Secret{File: "redis.url"}, Policy: PolicyClosed},
		Upstream: Upstream{IdleTimeout: 10 * time.Second, ConnectTimeout: 500 * time.Millisecond,
			Transport: TransportStd, CAFile: "ca.pem"},
		APIs: []API{{
			Key: "apis.orders", Name: "orders", ID: "a1b2c3", Protocol: ProtocolREST,
			Hosts: []string{"api.example.com", "*.example.org"}, BasePath: "/orders",
			BinaryMediaTypes: []string{"image/*"}, MapRequest: []string{"a", "b"}, MapResponse: []string{"c"},
			GatewayResponses: []GatewayResponse{{
				Key: "apis.orders.gateway_responses.UNAUTHORIZED", Type: "UNAUTHORIZED", Status: 403,
				Headers: []Pair{{"Access-Control-Allow-Origin", "'*'"}},
				Body:    []Pair{{"application/json", `{"message":$context.error.messageString}`}},
			}},
			Authorizers: []Authorizer{{
				Key: "apis.orders.authorizers.session", Name: "session", Type: AuthorizerToken, Plugin: "session",
				IdentitySource: []string{"$request.header.X-Token"}, Validation: "^Bearer .+$",
				TTL: time.Minute, PayloadFormat: Payload1, Timeout: 250 * time.Millisecond,
			}, {
				Key: "apis.orders.authorizers.open", Name: "open", Type: AuthorizerRequest, Plugin: "open", PayloadFormat: Payload1,
			}},
			Routes: []Route{{
				Key: "apis.orders.routes[0]", Route: "GET /orders/{id}", Authorizer: "session",
				MapRequest: []string{"d"}, MapResponse: []string{"e"}, Operation: "GetOrder",
				Integration: Integration{
					Key: "apis.orders.routes[0].integration", Type: IntegrationHTTP,
					URI: "https://${stageVariables.backend}/v1/{id}?x={other}", Method: "POST", Timeout: 90 * time.Second,
					Transport: TransportStd, InsecureSkipVerify: true, ServerName: "orders.internal",
					RequestParameters: []Pair{{"integration.request.path.other", "method.request.header.Y"},
						{"integration.request.header.X", "'x'"}},
					Responses: []IntegrationResponse{{
						Key: "apis.orders.routes[0].integration.responses[0]", Status: 404, Pattern: "4..",
						Parameters: []Pair{{"method.response.header.X", "'v'"}}, Body: "not\nfound",
					}, {
						Key: "apis.orders.routes[0].integration.responses[1]", Status: 200,
					}},
				},
			}, {
				Key: "apis.orders.routes[1]", Route: "ANY /{proxy+}", Authorizer: NoAuthorizer,
				Integration: Integration{
					Key: "apis.orders.routes[1].integration", Type: IntegrationMock, Status: 204,
					Responses: []IntegrationResponse{{Key: "apis.orders.routes[1].integration.responses[0]", Status: 204}},
				},
			}},
			Stages: []Stage{{
				Key: "apis.orders.stages.prod", Name: "prod",
				Variables: []Pair{{"backend", "10.0.0.7:9000"}, {"z", "1"}, {"a", "2"}},
				Hosts:     []string{"prod.example.com"}, BasePath: "/",
			}, {
				Key: `apis.orders.stages."$default"`, Name: DefaultStage, BasePath: "/latest",
			}},
		}, {
			Key: "apis.web", Name: "web", ID: "web", Protocol: ProtocolHTTP, BasePath: "/",
			Authorizers: []Authorizer{{
				Key: "apis.web.authorizers.caller", Name: "caller", Type: AuthorizerRequest, Plugin: "caller",
				IdentitySource: []string{"$request.header.Authorization", "$context.routeKey"},
				TTL:            DefaultTTL, PayloadFormat: Payload2,
			}},
			Routes: []Route{{
				Key: "apis.web.routes[0]", Route: "$default", Authorizer: "caller",
				Integration: Integration{Key: "apis.web.routes[0].integration", Type: IntegrationPlugin, Plugin: "site",
					PayloadFormat: Payload2, Timeout: DefaultHTTPTimeout},
			}, {
				Key: "apis.web.routes[1]", Route: "GET /{proxy+}", Authorizer: NoAuthorizer,
				Integration: Integration{Key: "apis.web.routes[1].integration", Type: IntegrationHTTPProxy,
					URI: "http://127.0.0.1:9000/{proxy}", Timeout: DefaultHTTPTimeout, Transport: TransportLean},
			}},
		}},
	}
	if got := model(c); !reflect.DeepEqual(got, want) {
		t.Errorf("Load =\n%+v, want\n%+v", got, want)
	}
	wantRefs := []PluginRef{
		{"first", UseMapRequest, "server.map_request[0]"}, {"last", UseMapResponse, "server.map_response[0]"},
		{"a", UseMapRequest, "apis.orders.map_request[0]"}, {"b", UseMapRequest, "apis.orders.map_request[1]"},
		{"c", UseMapResponse, "apis.orders.map_response[0]"},
		{"session", UseAuthorizer, "apis.orders.authorizers.session.plugin"}, {"open", UseAuthorizer, "apis.orders.authorizers.open.plugin"},
		{"d", UseMapRequest, "apis.orders.routes[0].map_request[0]"}, {"e", UseMapResponse, "apis.orders.routes[0].map_response[0]"},
		{"caller", UseAuthorizer, "apis.web.authorizers.caller.plugin"}, {"site", UseIntegration, "apis.web.routes[0].integration.plugin"},
	}
	refs := c.PluginRefs()
	if !reflect.DeepEqual(refs, wantRefs) {
		t.Errorf("PluginRefs = %v, want %v", refs, wantRefs)
	}
	for _, r := range refs {
		if !c.Has(r.Key) {
			t.Errorf("the file has no %s", r.Key)
		}
	}
}

func TestSmallRulesOfTheGatewayFile(t *testing.T) {
	const rest = "[apis.a]\nprotocol = \"rest\"\n"
	tests := []struct {
		name string
		src  string
		want string // a part of the message; empty when the file is good
	}{
		{"a token authorizer finds its token by itself", rest + "[apis.a.authorizers.x]\ntype = \"token\"\nplugin = \"p\"\nttl = \"0s\"\n", ""},
		{"an authorizer with a problem can still be named", rest + "[apis.a.authorizers.x]\ntype = \"token\"\n[[apis.a.routes]]\nroute = \"GET /\"\nauthorizer = \"x\"\nintegration = { type = \"mock\" }\n", "plugin: is missing"},
		{"one stage may share the host of another at another path", rest + "[apis.a.stages.x]\nhosts = [\"h.example\"]\n[apis.a.stages.y]\nhosts = [\"h.example\"]\nbase_path = \"/y\"\n", ""},
		{"a stage without hosts is mapped on those of the API", "[apis.a]\nprotocol = \"rest\"\nhosts = [\"h.example\"]\n[apis.a.stages.x]\nbase_path = \"/x\"\n[apis.b]\nprotocol = \"rest\"\nhosts = [\"h.example\"]\nbase_path = \"/x\"\n", "apis.b: answers h.example at /x, as apis.a.stages.x (line 4) does"},
		{"an API whose stages all are mapped has no place itself", rest + "[apis.a.stages.x]\nbase_path = \"/\"\n[apis.b]\nprotocol = \"rest\"\nbase_path = \"/x\"\n", ""},
		{"an API for any host and one for a host share a path", "[apis.a]\nprotocol = \"rest\"\n[apis.b]\nprotocol = \"rest\"\nhosts = [\"h.example\"]\n", ""},
		{"an API whose host is wrong is not said to collide", "[apis.a]\nprotocol = \"rest\"\n[apis.b]\nprotocol = \"rest\"\nhosts = [\"h:1\"]\n", "leave out the port"},
		{"an IPv6 address is a host", "[apis.a]\nprotocol = \"rest\"\nhosts = [\"[2001:DB8::1]\", \"127.0.0.1\"]\n", ""},
		{"an IPv6 address has no zone", "[apis.a]\nprotocol = \"rest\"\nhosts = [\"[fe80::1%eth0]\"]\n", "without a zone"},
		{"a stage variable can be host, port and path", rest + "[[apis.a.routes]]\nroute = \"GET /{x}\"\nintegration = { type = \"http_proxy\", uri = \"http://${stageVariables.h}.example:${stageVariables.p}/${stageVariables.q}{x}\" }\n", ""},
		{"a wrong route hides the parameters of its URI", rest + "[[apis.a.routes]]\nroute = \"/x\"\nintegration = { type = \"http_proxy\", uri = \"http://a/{x}\" }\n", "has no method"},
		{"admin on localhost needs no token", "[server]\nadmin = \"localhost:1\"\n", ""},
		{"admin on a socket needs no token", "[server]\nadmin = \"unix:/run/a.sock\"\n", ""},
		{"admin on IPv6 loopback needs no token", "[server]\nadmin = \"[::1]:1\"\n", ""},
		{"admin on another host needs a token", "[server]\nadmin = \"example.com:1\"\n", "can be reached from outside"},
		{"a wrong admin address is told once", "[server]\nadmin = \"9180\"\n", "no port separator"},
		{"an empty proxy list counts as none", "[server]\nproxy_protocol = \"accept\"\ntrusted_proxies = []\n", "needs trusted_proxies"},
		{"a wrong proxy list counts as one", "[server]\nproxy_protocol = \"accept\"\ntrusted_proxies = [\"x\"]\n", "is not an address"},
		{"a wrong format of no log is one problem", "[access_log]\nformat = \"jsn\"\n", "did you mean \"json\"?"},
		{"a wrong flag of no TLS is one problem", rest + "[[apis.a.routes]]\nroute = \"GET /\"\nintegration = { type = \"http_proxy\", uri = \"http://a\", insecure_skip_verify = 1 }\n", "must be true or false"},
		{"a host with a long part", "[server]\nlisten = \"" + strings.Repeat("a", 64) + ":80\"\n", "at most 63 bytes"},
		{"a host that is too long", "[server]\nlisten = \"" + strings.Repeat("a.", 130) + "a:80\"\n", "at most 253 bytes"},
		{"a mock without responses", rest + "[[apis.a.routes]]\nroute = \"GET /\"\nintegration = { type = \"mock\" }\n", ""},
		{"a plugin cache directory", "[plugins]\ncache = \"/var/cache/portico\"\npoll = \"auto\"\n", ""},
		{"a secret in a file", "[server]\nadmin = \":1\"\nadmin_token = { file = \"token\" }\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("gateway.toml", []byte(test.src))
			switch {
			case err == nil && test.want != "":
				t.Errorf("Parse accepted it, want %q", test.want)
			case err != nil && (test.want == "" || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n")):
				t.Errorf("Parse = %v, want %q alone", err, test.want)
			}
		})
	}
}

func TestASecretIsNeverRepeated(t *testing.T) {
	for _, v := range []string{`"hunter2"`, `["hunter2"]`, `{ env = "hunter2 x" }`, `{ value = "hunter2" }`, `{ env = ["hunter2"] }`} {
		_, err := Parse("gateway.toml", []byte("[server]\nadmin_token = "+v+"\n"))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("admin_token = %s: Parse = %v, want an error without the value", v, err)
		}
	}
}

func TestASecretPrintsItsPlace(t *testing.T) {
	for want, s := range map[string]*Secret{"none": nil, "env A": {Env: "A"}, "file b": {File: "b"}} {
		if got := s.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "gateway.toml")
	if _, err := Load(file); !os.IsNotExist(err) {
		t.Errorf("Load of nothing = %v, want not exist", err)
	}
	if _, err := LoadPlugin(file); !os.IsNotExist(err) {
		t.Errorf("LoadPlugin of nothing = %v, want not exist", err)
	}
	if err := os.WriteFile(file, []byte("[serve]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := file + `:1: serve: unknown key, did you mean "server"?`
	if _, err := Load(file); err == nil || err.Error() != want {
		t.Errorf("Load = %v, want %s", err, want)
	}
	if err := os.WriteFile(file, make([]byte, MaxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	want = file + ": too large: more than 4MiB"
	if _, err := Load(file); err == nil || err.Error() != want {
		t.Errorf("Load = %v, want %s", err, want)
	}
}

func TestRouteSplit(t *testing.T) {
	for route, want := range map[string][2]string{
		"GET /orders/{id}": {"GET", "/orders/{id}"},
		"ANY /":            {"ANY", "/"},
		"$default":         {"", "$default"},
	} {
		r := Route{Route: route}
		if m, p := r.Split(); m != want[0] || p != want[1] {
			t.Errorf("Split(%q) = %q, %q, want %q", route, m, p, want)
		}
	}
}

func TestAnIntegrationTakesTheTransportOfUpstream(t *testing.T) {
	c, err := Parse("gateway.toml", []byte("[upstream]\ntransport = \"std\"\n[apis.a]\nprotocol = \"http\"\n"+
		"[[apis.a.routes]]\nroute = \"GET /\"\nintegration = { type = \"http_proxy\", uri = \"http://b/\" }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.APIs[0].Routes[0].Integration.Transport; got != TransportStd {
		t.Errorf("transport %q, want %q", got, TransportStd)
	}
}
