package runtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/runtime"
)

// commandFile is a gateway with commands in every place that takes one.
const commandFile = `
[server]
listen = "127.0.0.1:0"
admin = "off"
[plugins]
quiet = "1ms"
cache = "off"

[apis.rest]
protocol = "rest"
base_path = "/rest"
[apis.rest.authorizers.token]
type = "token"
plugin = "lambda"
ttl = "0s"
[apis.rest.authorizers.request]
type = "request"
plugin = "lambda"
identity_source = ["$request.header.Authorization"]
ttl = "0s"
[[apis.rest.routes]]
route = "POST /token/{id}"
authorizer = "token"
integration = { type = "plugin", plugin = "lambda" }
[[apis.rest.routes]]
route = "POST /request/{id}"
authorizer = "request"
integration = { type = "plugin", plugin = "lambda" }
[[apis.rest.routes]]
route = "POST /fixed"
integration = { type = "plugin", plugin = "fixed" }
[apis.rest.stages.prod]
variables = { color = "red" }

[apis.http]
protocol = "http"
base_path = "/http"
[apis.http.authorizers.request]
type = "request"
plugin = "lambda"
identity_source = ["$request.header.Authorization"]
ttl = "0s"
[[apis.http.routes]]
route = "POST /v2/{id}"
authorizer = "request"
integration = { type = "plugin", plugin = "lambda" }
[[apis.http.routes]]
route = "POST /v1/{id}"
integration = { type = "plugin", plugin = "lambda", payload_format = "1.0" }
[apis.http.stages."$default"]
variables = { color = "red" }
`

// fixed is a command that answers every event with {"statusCode":204}.
func fixed(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("plugin", "testdata", "guests", "command.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var buildLambda = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "lambda")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "lambda.wasm")
	c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, ".")
	c.Dir = filepath.Join("testdata", "lambda")
	c.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=", "GOWORK=off")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
})

// commands serves a gateway file with commands until the test ends.
type commands struct {
	t      *testing.T
	base   string
	client *http.Client
}

func openCommands(t *testing.T, file string, plugins map[string][]byte) (*runtime.Gateway, error) {
	dir := t.TempDir()
	for name, wasm := range plugins {
		name = filepath.Join(dir, "plugins", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, wasm, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, "gateway.toml")
	if err := os.WriteFile(name, []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	return runtime.Open(context.Background(), runtime.Options{File: name, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
}

func serveCommands(t *testing.T, file string, plugins map[string][]byte) *commands {
	t.Helper()
	g, err := openCommands(t, file, plugins)
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return &commands{t, "http://" + s.Addrs()[0].String(), &http.Client{Transport: transport}}
}

// post sends a request that has something of everything an event shows.
func (c *commands) post(path, token string) (status int, body string) {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodPost, c.base+path+"?a=1&a=2", strings.NewReader("hello"))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Cookie", "k=v")
	r.Header.Set("Content-Type", "text/plain")
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	resp, err := c.client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// fixedOnly is the same gateway with one command that is small enough for the
// race detector.
func fixedOnly(t *testing.T) *commands {
	b := fixed(t)
	return serveCommands(t, commandFile, map[string][]byte{"fixed.wasm": b, "lambda.wasm": b})
}

func TestACommandIntegrates(t *testing.T) {
	c := fixedOnly(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if status, body := c.post("/rest/prod/fixed", ""); status != 204 || body != "" {
				t.Errorf("got %d %s, want 204", status, body)
			}
		})
	}
	all.Wait()
	// Nor is what is no policy taken for one.
	if status, body := c.post("/rest/prod/token/7", "allow"); status != 500 {
		t.Errorf("an authorizer that answers {\"statusCode\":204}: %d %s, want 500", status, body)
	}
}

func TestACommandIsNoMapper(t *testing.T) {
	g, err := openCommands(t, `[server]
listen = "127.0.0.1:0"
admin = "off"
[plugins]
cache = "off"
[apis.a]
protocol = "http"
[[apis.a.routes]]
route = "$default"
map_request = ["fixed"]
integration = { type = "plugin", plugin = "fixed" }
`, map[string][]byte{"fixed.wasm": fixed(t)})
	const want = `plugin "fixed" cannot be used here: it is a command, which can be an authorizer or an integration and no mapper`
	if g != nil || err == nil || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), "gateway.toml:10: ") {
		t.Errorf("Open = %v, want …gateway.toml:10: …%s", err, want)
	}
}

func lambdas(t *testing.T) *commands {
	t.Helper()
	if testing.Short() {
		t.Skip("building and compiling a Go guest takes seconds, under the race detector a minute")
	}
	b, err := buildLambda()
	if err != nil {
		t.Fatal(err)
	}
	return serveCommands(t, commandFile, map[string][]byte{
		"fixed.wasm": fixed(t), "lambda.wasm": b, "lambda.toml": []byte("[breaker]\nfailures = 0\n")})
}

func TestCommandsAuthorize(t *testing.T) {
	c := lambdas(t)
	// A REQUEST authorizer of a REST API that does not cache is asked all the
	// same, and denies.
	untold := map[string]int{"/rest/prod/token/7": 401, "/rest/prod/request/7": 403, "/http/v2/7": 401}
	for _, path := range []string{"/rest/prod/token/7", "/rest/prod/request/7", "/http/v2/7"} {
		for _, test := range []struct {
			name, token string
			status      int
		}{
			{"allows", "allow", 200},
			{"denies", "deny", 403},
			{"throws Unauthorized", "unauthorized", 401},
			{"throws something else", "throw", 500},
			{"panics", "panic", 500},
			{"says nothing", "silent", 500},
			{"gets no token", "", untold[path]},
		} {
			t.Run(path+" "+test.name, func(t *testing.T) {
				if status, body := c.post(path, test.token); status != test.status {
					t.Errorf("got %d %s, want %d", status, body, test.status)
				}
			})
		}
	}
}

// shape is the type of every member of an object, one level deep.
func shape(t *testing.T, text string) map[string]string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	m := map[string]string{}
	for k, v := range v {
		m[k] = fmt.Sprintf("%T", v)
	}
	return m
}

// sample is the shape of one of AWS's events.
func sample(t *testing.T, name string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", "conformance", "lambda-events", name+".json"))
	if os.IsNotExist(err) {
		t.Skipf("NOT SHOWN: that commands get events of the shape of AWS's samples: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return shape(t, string(b))
}

// What a command gets has the members of AWS's samples. Package event holds
// all levels of them against all samples; this holds that it is these events
// that reach a command.
func TestEventsOfCommands(t *testing.T) {
	c := lambdas(t)
	// The samples show parameters that their request did not have.
	parameters := map[string]string{"pathParameters": "map[string]interface {}", "stageVariables": "map[string]interface {}"}
	for _, test := range []struct {
		path, authorizer, event string
		differs                 map[string]string // of the event; "" for none
	}{
		{"/rest/prod/token/7", "apiGatewayAuthorizerTokenEvent", "apigw-request", map[string]string{"isBase64Encoded": "bool"}},
		{"/rest/prod/request/7", "apigw-custom-auth-request-type-request", "apigw-request", map[string]string{"isBase64Encoded": "bool"}},
		{"/http/v2/7", "apiGatewayAuthorizerV2Event", "apiGatewayProxyV2Event", nil},
		{"/http/v1/7", "", "apiGatewayProxyEvent", parameters},
	} {
		t.Run(test.path, func(t *testing.T) {
			status, event := c.post(test.path, "allow")
			if status != 200 {
				t.Fatalf("got %d %s", status, event)
			}
			want := sample(t, test.event)
			for k, v := range test.differs {
				want[k] = v
			}
			if got := shape(t, event); !reflect.DeepEqual(got, want) {
				t.Errorf("the integration's event has\n%v, want\n%v", got, want)
			}
			if test.authorizer == "" {
				return
			}
			var seen struct {
				RequestContext struct {
					Authorizer struct {
						Event  string `json:"event"`
						Lambda struct {
							Event string `json:"event"`
						} `json:"lambda"`
					} `json:"authorizer"`
				} `json:"requestContext"`
			}
			if err := json.Unmarshal([]byte(event), &seen); err != nil {
				t.Fatal(err)
			}
			a := seen.RequestContext.Authorizer
			if got, want := shape(t, a.Event+a.Lambda.Event), sample(t, test.authorizer); !reflect.DeepEqual(got, want) {
				t.Errorf("the authorizer's event has\n%v, want\n%v", got, want)
			}
		})
	}
}
