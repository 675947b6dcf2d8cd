package runtime_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPlaces: which API and stage answers where, and what stage variables do.
func TestPlaces(t *testing.T) {
	one, two := canned(t, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"), canned(t, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo")
	s := serve(t, files(t, `
[apis.staged]
protocol = "rest"
base_path = "/staged"
[[apis.staged.routes]]
route = "GET /where"
integration = { type = "http_proxy", uri = "http://${stageVariables.backend}/" }
[apis.staged.stages.dev]
variables = { backend = "`+one+`" }
[apis.staged.stages.prod]
variables = { backend = "`+two+`" }
[apis.staged.stages.domain]
hosts = ["api.example.com"]
base_path = "/v2"
variables = { backend = "`+two+`" }

[apis.wild]
protocol = "http"
hosts = ["*.example.org"]
[[apis.wild.routes]]
route = "$default"
integration = { type = "plugin", plugin = "echo" }

[apis.any]
protocol = "rest"
[[apis.any.routes]]
route = "GET /mock"
integration = { type = "mock", responses = [{ status = 201, body = '{"mock":true}', parameters = { "method.response.header.X-Stage" = "stageVariables.who" } }] }
[apis.any.stages.only]
variables = { who = "me" }
`, "echo"))
	for _, test := range []struct {
		name, path, host string
		status           int
		body             string
	}{
		{"a stage under its name", "/staged/dev/where", "h", 200, "one"},
		{"another stage has its own variables", "/staged/prod/where", "h", 200, "two"},
		{"a stage under a domain of its own", "/v2/where", "api.example.com", 200, "two"},
		{"a host is compared without case and port", "/v2/where", "API.Example.COM:8080", 200, "two"},
		{"which has no other way in", "/staged/domain/where", "h", 403, `{"message":"Forbidden"}`},
		{"a stage that is none", "/staged/test/where", "h", 403, `{"message":"Forbidden"}`},
		{"a path of no route", "/staged/dev/else", "h", 403, `{"message":"Missing Authentication Token"}`},
		{"a host by wildcard", "/a/b", "x.y.example.org", 200, "GET /a/b\n"},
		{"the API of all hosts", "/only/mock", "h", 201, `{"mock":true}`},
		{"the domain has no other path", "/v3/where", "api.example.com", 403, `{"message":"Forbidden"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, body := s.get(test.path, "Host: "+test.host)
			if status != test.status || body != test.body {
				t.Errorf("got %d %q, want %d %q", status, body, test.status, test.body)
			}
		})
	}
	if resp, _ := s.do("GET", "/only/mock", nil); resp.Header.Get("X-Stage") != "me" {
		t.Errorf("a stage variable in a mock's header: %v", resp.Header)
	}
}

// TestGatewayResponses: an API's own form of refusals, of a type and of a
// class; an HTTP API has none.
func TestGatewayResponses(t *testing.T) {
	s := serve(t, files(t, `
[apis.a]
protocol = "rest"
[apis.a.gateway_responses.MISSING_AUTHENTICATION_TOKEN]
status = 404
headers = { "X-Path" = "context.path", "X-Static" = "'yes'" }
body = { "application/json" = '{"not":"here","id":"$context.requestId"}' }
[apis.a.gateway_responses.DEFAULT_4XX]
status = 418
[apis.a.authorizers.session]
type = "token"
plugin = "session"
[[apis.a.routes]]
route = "GET /secret"
authorizer = "session"
integration = { type = "mock" }
`, "session", "session.toml", tokens))
	resp, body := s.do("GET", "/nowhere", nil)
	if want := `{"not":"here","id":"` + resp.Header.Get("X-Amzn-Requestid") + `"}`; resp.StatusCode != 404 || body != want ||
		resp.Header.Get("X-Path") != "/nowhere" || resp.Header.Get("X-Static") != "yes" {
		t.Errorf("of its own type: got %d %q %v, want %q", resp.StatusCode, body, resp.Header, want)
	}
	if status, body := s.get("/secret"); status != 418 || body != `{"message":"Unauthorized"}` {
		t.Errorf("of its class: got %d %q", status, body)
	}
	if status, body := s.get("/secret", "Authorization: Bearer wrong"); status != 418 ||
		body != `{"message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}` {
		t.Errorf("a class's template writes message small: got %d %q", status, body)
	}
}

// TestHTTPIntegration: only what is mapped goes in and comes out.
func TestHTTPIntegration(t *testing.T) {
	s := serve(t, files(t, `
[apis.a]
protocol = "rest"
[[apis.a.routes]]
route = "POST /things/{id}"
integration = { type = "http", uri = "http://`+echoing(t)+`/v1/{id}", method = "PUT", request_parameters = { "integration.request.header.X-Agent" = "method.request.header.User-Agent", "integration.request.querystring.q" = "'fixed'" }, responses = [{ status = 202, parameters = { "method.response.header.X-Type" = "integration.response.header.Content-Type" } }] }
`))
	resp, body := s.do("POST", "/things/7?lost=1", strings.NewReader("hello"), "User-Agent: me", "X-Lost: 1", "Content-Type: text/css")
	if resp.StatusCode != 202 || resp.Header.Get("X-Type") != "text/plain" || resp.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("got %d %v", resp.StatusCode, resp.Header)
	}
	for _, want := range []string{"PUT /v1/7?q=fixed\n", "X-Agent: me\n", "Content-Type: text/css\n", "X-Amzn-Apigateway-Api-Id: a\n", "\n\nhello"} {
		if !strings.Contains(body, want) {
			t.Errorf("the backend got\n%s\nwant %q in it", body, want)
		}
	}
	if strings.Contains(strings.ToLower(body), "lost") {
		t.Errorf("the backend got\n%s", body)
	}
}

// TestEscapes: no path leads a request out of the host or the base path of its
// integration.
func TestEscapes(t *testing.T) {
	s := serve(t, files(t, `
[apis.a]
protocol = "http"
[[apis.a.routes]]
route = "ANY /{proxy+}"
integration = { type = "http_proxy", uri = "http://`+echoing(t)+`/base/{proxy}" }
`))
	for _, path := range []string{"/../admin", "/a/../../admin", "/%2e%2e/admin", "/a/%2E%2e/%2e./admin", "/..%2fadmin", `/..%5cadmin`} {
		got := s.bytes("GET " + path)
		if strings.HasPrefix(got, "HTTP/1.1 200") {
			_, line, _ := strings.Cut(got, "\r\n\r\n")
			line, _, _ = strings.Cut(line, "\n")
			if !strings.HasPrefix(line, "GET /base/") || strings.Contains(strings.ToLower(line), "..") || strings.Contains(strings.ToLower(line), "%2e") {
				t.Errorf("%s: the backend was asked %q", path, line)
			}
		} else if !strings.HasPrefix(got, "HTTP/1.1 400") {
			t.Errorf("%s: got\n%s", path, got)
		}
	}
	// An authority in the path stays a path.
	for _, path := range []string{"//evil.example/x", "/@evil.example/x", "/:80@evil.example/"} {
		status, body := s.get(path)
		if status != 200 || !strings.HasPrefix(body, "GET /base/") {
			t.Errorf("%s: got %d %q", path, status, body)
		}
	}
}

// TestBinary: bodies of a function in base64, by the rules of each kind of API.
func TestBinary(t *testing.T) {
	s := serve(t, files(t, `
[apis.rest]
protocol = "rest"
base_path = "/rest"
binary_media_types = ["image/*"]
[[apis.rest.routes]]
route = "POST /event"
integration = { type = "plugin", plugin = "function" }
[[apis.rest.routes]]
route = "POST /body"
integration = { type = "plugin", plugin = "body" }
[apis.http]
protocol = "http"
base_path = "/http"
[[apis.http.routes]]
route = "POST /event"
integration = { type = "plugin", plugin = "function" }
[[apis.http.routes]]
route = "POST /body"
integration = { type = "plugin", plugin = "body" }
`, "function", "body=function", "body.toml", "[config]\nanswer = \"body\"\n"))

	type part struct {
		Body    string `json:"body"`
		Encoded bool   `json:"isBase64Encoded"`
	}
	for _, test := range []struct {
		name, path, contentType, body string
		want                          part
	}{
		{"REST: a type of the list", "/rest/event", "image/png", "\x00\xff", part{"AP8=", true}},
		{"REST: another type", "/rest/event", "text/plain", "abc", part{"abc", false}},
		{"HTTP: a type that is no text", "/http/event", "image/png", "\x00\xff", part{"AP8=", true}},
		{"HTTP: JSON", "/http/event", "application/json", "{}", part{"{}", false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, body := s.do("POST", test.path, strings.NewReader(test.body), "Content-Type: "+test.contentType)
			var got part
			if err := json.Unmarshal([]byte(body), &got); err != nil || got != test.want {
				t.Errorf("got %+v %v, want %+v", got, err, test.want)
			}
		})
	}
	const encoded = `{"statusCode":200,"isBase64Encoded":true,"body":"AP8="}`
	for _, test := range []struct{ name, path, accept, want string }{
		{"REST: decoded for who accepts it", "/rest/body", "image/png", "\x00\xff"},
		{"REST: as it is for others", "/rest/body", "text/html", "AP8="},
		{"HTTP: always decoded", "/http/body", "text/html", "\x00\xff"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, got := s.do("POST", test.path, strings.NewReader(encoded), "Accept: "+test.accept)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
