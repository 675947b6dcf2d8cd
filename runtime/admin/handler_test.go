package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Where a request came in.
var (
	loopback = &net.TCPAddr{IP: net.IPv6loopback, Port: 9180}
	network  = &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7), Port: 9180}
	unixAddr = &net.UnixAddr{Name: "/run/portico.sock", Net: "unix"}
)

// full has everything.
func full() Options {
	r := prometheus.NewRegistry()
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "portico_test_total", Help: "Of the test."})
	c.Inc()
	r.MustRegister(c)
	return Options{
		Plugins:  func() any { return []map[string]string{{"name": "session", "why": "a < b"}} },
		Routes:   func() any { return []string(nil) },
		Reload:   func(context.Context) (Result, error) { return Result{Snapshot: 2, Took: time.Second}, nil },
		Gatherer: r,
		Version:  "v1.2.3",
	}
}

func token(s string) func() (string, bool) { return func() (string, bool) { return s, true } }

// get gives an answer as status and body.
func get(o Options, r *http.Request, local net.Addr) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	if local != nil {
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
	}
	New(o).ServeHTTP(w, r)
	return w
}

func request(method, path string, header ...string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Host = "localhost:9180"
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

func TestEndpoints(t *testing.T) {
	broken := errors.New("gateway.toml:1: a: wrong\nplugins/a.toml: two\n\tmore of two\n\nthree")
	tests := []struct {
		name         string
		change       func(o *Options)
		method, path string
		status       int
		body         string
	}{
		{"health", nil, "GET", "/healthz", 200, `{"status":"ok","version":"v1.2.3"}`},
		{"bad health", func(o *Options) { o.Health = func() error { return errors.New("stuck") } },
			"GET", "/healthz", 503, `{"status":"failing","error":"stuck","version":"v1.2.3"}`},
		{"readiness", func(o *Options) { o.Ready = func() error { return nil } },
			"GET", "/readyz", 200, `{"status":"ready","version":"v1.2.3"}`},
		{"no readiness", func(o *Options) { o.Ready = func() error { return errors.New("draining") } },
			"GET", "/readyz", 503, `{"status":"not ready","error":"draining","version":"v1.2.3"}`},
		{"plugins", nil, "GET", "/plugins", 200, `{"plugins":[{"name":"session","why":"a < b"}]}`},
		{"an empty list is a list", nil, "GET", "/routes", 200, `{"routes":[]}`},
		{"reload", nil, "POST", "/reload", 200, `{"snapshot":2,"changes":[],"took_ns":1000000000}`},
		{"a reload with changes", func(o *Options) {
			o.Reload = func(context.Context) (Result, error) {
				return Result{Snapshot: 3, Changes: []string{"plugin a changed"}, Restart: []string{"server.listen"}}, nil
			}
		}, "POST", "/reload", 200, `{"snapshot":3,"changes":["plugin a changed"],"needs_restart":["server.listen"],"took_ns":0}`},
		{"a reload that fails", func(o *Options) {
			o.Reload = func(context.Context) (Result, error) { return Result{Snapshot: 2}, broken }
		}, "POST", "/reload", 422, `{"snapshot":2,"changes":[],"took_ns":0,"error":"gateway.toml:1: a: wrong\nplugins/a.toml: two\n\tmore of two\n\nthree",` +
			`"problems":["gateway.toml:1: a: wrong","plugins/a.toml: two\n\tmore of two","three"]}`},
		{"a reload that panics", func(o *Options) {
			o.Reload = func(context.Context) (Result, error) { panic("bug") }
		}, "POST", "/reload", 500, `{"error":"internal error; the log says more"}`},
		{"a list that is no JSON", func(o *Options) { o.Plugins = func() any { return make(chan int) } },
			"GET", "/plugins", 500, `{"error":"internal error; the log says more"}`},
		{"a wrong method", nil, "GET", "/reload", 405, `{"error":"/reload wants POST"}`},
		{"a wrong method for what is read", nil, "DELETE", "/plugins", 405, `{"error":"/plugins wants GET, HEAD"}`},
		{"a preflight", nil, "OPTIONS", "/reload", 405, `{"error":"/reload wants POST"}`},
		{"what is not there", func(o *Options) { *o = Options{Reload: o.Reload} }, "GET", "/metrics", 404,
			`{"error":"there is no such endpoint","endpoints":[` +
				`{"method":"GET","path":"/healthz","about":"whether the process works"},` +
				`{"method":"GET","path":"/readyz","about":"whether it should get requests"},` +
				`{"method":"POST","path":"/reload","about":"read all files again and say what has changed"}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := full()
			if test.change != nil {
				test.change(&o)
			}
			w := get(o, request(test.method, test.path), loopback)
			type answer struct {
				status             int
				kind, sniff, cache string
				origin             string
				body               any
			}
			got := answer{w.Code, w.Header().Get("Content-Type"), w.Header().Get("X-Content-Type-Options"),
				w.Header().Get("Cache-Control"), w.Header().Get("Access-Control-Allow-Origin"), nil}
			want := answer{test.status, "application/json", "nosniff", "no-store", "", nil}
			if err := json.Unmarshal(w.Body.Bytes(), &got.body); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if err := json.Unmarshal([]byte(test.body), &want.body); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s:\n got %+v\nwant %+v", test.method, test.path, got, want)
			}
		})
	}
}

func TestAnswersAreForPeopleToo(t *testing.T) {
	w := get(full(), request("GET", "/plugins"), nil)
	want := "{\n  \"plugins\": [\n    {\n      \"name\": \"session\",\n      \"why\": \"a < b\"\n    }\n  ]\n}\n"
	if got := w.Body.String(); got != want {
		t.Errorf("body = %q, want %q", got, want)
	}
	if w = get(full(), request("PUT", "/plugins"), nil); w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow = %q, want GET, HEAD", w.Header().Get("Allow"))
	}
}

func TestMetrics(t *testing.T) {
	w := get(full(), request("GET", "/metrics"), loopback)
	if want := "portico_test_total 1"; w.Code != 200 || !strings.Contains(w.Body.String(), want) {
		t.Errorf("GET /metrics = %d %s, want %s", w.Code, w.Body, want)
	}
}

func TestWhoMayAsk(t *testing.T) {
	tests := []struct {
		name   string
		token  func() (string, bool)
		local  net.Addr
		host   string
		method string
		path   string
		header []string
		status int
		body   string
	}{
		{name: "loopback by name", local: loopback, host: "LOCALHOST:1", status: 200},
		{name: "loopback by name without port", local: loopback, host: "localhost", status: 200},
		{name: "loopback by address", local: loopback, host: "127.0.0.1:9180", status: 200},
		{name: "loopback by address of version 6", local: loopback, host: "[::1]:9180", status: 200},
		{name: "loopback by address of version 6 without port", local: loopback, host: "[::1]", status: 200},
		{name: "a connection that says nothing of itself counts as loopback", host: "evil.example", status: 403, body: "Host header"},
		{name: "a name that resolves to loopback", local: loopback, host: "evil.example:9180", status: 403, body: "Host header"},
		{name: "a name that only begins right", local: loopback, host: "localhost.evil.example", status: 403, body: "Host header"},
		{name: "another address of the machine", local: loopback, host: "10.0.0.7:9180", status: 403, body: "Host header"},
		{name: "no host", local: loopback, host: "none", status: 403, body: "Host header"},
		{name: "health of a wrong host", local: loopback, host: "evil.example", path: "/healthz", status: 403, body: "Host header"},
		{name: "a socket has no hosts", local: unixAddr, host: "x", status: 200},
		{name: "a page posts", local: loopback, method: "POST", path: "/reload", header: []string{"Origin", "http://localhost:9180"}, status: 403, body: "web page"},
		{name: "a page without an origin posts", local: loopback, method: "POST", path: "/reload", header: []string{"Origin", "null"}, status: 403, body: "web page"},
		{name: "a browser says that a page posts", local: loopback, method: "POST", path: "/reload", header: []string{"Sec-Fetch-Site", "cross-site"}, status: 403, body: "web page"},
		{name: "somebody types it into a browser", local: loopback, header: []string{"Sec-Fetch-Site", "none"}, status: 200},
		{name: "a page posts through a proxy with the token", token: token("s"), local: network, method: "POST", path: "/reload",
			header: []string{"Authorization", "Bearer s", "Origin", "http://x"}, status: 403, body: "web page"},
		{name: "the network without a token being set", local: network, status: 403, body: "no admin token is set"},
		{name: "the network without a token being set, health", local: network, path: "/healthz", status: 200},
		{name: "no token", token: token("s"), local: network, status: 401, body: "Bearer TOKEN"},
		{name: "a wrong token", token: token("s"), local: network, header: []string{"Authorization", "Bearer t"}, status: 401, body: "is wrong"},
		{name: "the beginning of a token", token: token("secret"), local: network, header: []string{"Authorization", "Bearer secre"}, status: 401, body: "is wrong"},
		{name: "another scheme", token: token("s"), local: network, header: []string{"Authorization", "Basic s"}, status: 401, body: "Bearer TOKEN"},
		{name: "the token", token: token("s"), local: network, host: "gateway.example", header: []string{"Authorization", "bearer  s"}, status: 200},
		{name: "an empty token lets nobody in", token: token(""), local: network, header: []string{"Authorization", "Bearer "}, status: 401, body: "is wrong"},
		{name: "a token that is set is wanted on loopback too", token: token("s"), local: loopback, host: "localhost", status: 401, body: "Bearer TOKEN"},
		{name: "what is not there is not told without a token", token: token("s"), local: network, path: "/x", status: 401, body: "Bearer TOKEN"},
		{name: "readiness without the token", token: token("s"), local: network, path: "/readyz", status: 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.method == "" {
				test.method = "GET"
			}
			if test.path == "" {
				test.path = "/plugins"
			}
			o := full()
			o.Token = test.token
			o.Reload = func(context.Context) (Result, error) { t.Error("reloaded"); return Result{}, nil }
			r := request(test.method, test.path, test.header...)
			switch test.host {
			case "":
			case "none":
				r.Host = ""
			default:
				r.Host = test.host
			}
			w := get(o, r, test.local)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.body) {
				t.Errorf("%d %s, want %d and %q", w.Code, w.Body, test.status, test.body)
			}
			if challenge := w.Header().Get("WWW-Authenticate"); (challenge != "") != (test.status == 401) {
				t.Errorf("WWW-Authenticate = %q with status %d", challenge, w.Code)
			}
		})
	}
}

func TestHealthWithoutTheTokenTellsTheStatusAlone(t *testing.T) {
	o := full()
	o.Token = token("s")
	o.Ready = func() error { return errors.New("a detail") }
	w := get(o, request("GET", "/readyz"), network)
	if want := "{\n  \"status\": \"not ready\"\n}\n"; w.Code != 503 || w.Body.String() != want {
		t.Errorf("GET /readyz = %d %s, want 503 %s", w.Code, w.Body, want)
	}
}

func TestAReloadOutlivesItsRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := full()
	o.Reload = func(ctx context.Context) (Result, error) { return Result{Snapshot: 7}, ctx.Err() }
	if w := get(o, request("POST", "/reload").WithContext(ctx), nil); w.Code != 200 {
		t.Errorf("POST /reload = %d %s, want 200", w.Code, w.Body)
	}
}

func TestAPanicIsLogged(t *testing.T) {
	var log strings.Builder
	o := full()
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	o.Routes = func() any { panic("bug 7") }
	get(o, request("GET", "/routes"), nil)
	if got := log.String(); !strings.Contains(got, "panic=\"bug 7\"") || !strings.Contains(got, "path=/routes") {
		t.Errorf("log = %q, want the panic and its path", got)
	}
}

func TestAValueThatIsNoJSONIsLogged(t *testing.T) {
	var log strings.Builder
	h := &handler{log: slog.New(slog.NewTextHandler(&log, nil))}
	w := httptest.NewRecorder()
	h.answer(w, 200, func() {})
	body, _ := io.ReadAll(w.Result().Body)
	if w.Code != 500 || !json.Valid(body) || !strings.Contains(log.String(), "unsupported type") {
		t.Errorf("answer = %d %s, log %q; want 500, JSON and the reason in the log", w.Code, body, log.String())
	}
}
