package runtime_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime"
)

const stateFile = `
[server]
listen = "127.0.0.1:0"
admin = "off"
[plugins]
quiet = "1ms"
cache = "off"
[secrets]
signing = { file = "signing.key" }
[apis.a]
protocol = "http"
[[apis.a.routes]]
route = "GET /"
integration = { type = "plugin", plugin = "state" }
`

// statePlugin is state.toml; the burst and a comment tell versions apart.
func statePlugin(burst int, comment string) string {
	return fmt.Sprintf(`# %s
capabilities = ["cache", "throttle", "secrets", "metrics", "kv"]
secrets = { signing = "read" }
metrics.hits_total = { type = "counter" }
throttle.requests = { rate = 0.001, burst = %d }
`, comment, burst)
}

// withIssuer is state.toml with an issuer whose tokens a secret signs.
func withIssuer(secret, more string) string {
	return strings.Replace(statePlugin(1, ""), `"kv"]`, `"kv", "jwt"]`, 1) + "[jwt.login]\nsecret = \"" + secret + "\"\n" + more + "\n"
}

// stateful is a gateway with the plugin of testdata/state.wat.
type stateful struct {
	t   *testing.T
	dir string
	log bytes.Buffer
	g   *runtime.Gateway
}

func newStateful(t *testing.T, settings string) *stateful {
	s := &stateful{t: t, dir: t.TempDir()}
	wasm, err := os.ReadFile("testdata/state.wasm")
	if err != nil {
		t.Fatal(err)
	}
	s.write("plugins/state.wasm", string(wasm))
	s.write("plugins/state.toml", settings)
	s.write("signing.key", "first value\n")
	s.write("gateway.toml", stateFile)
	return s
}

func (s *stateful) write(name, content string) {
	s.t.Helper()
	name = filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stateful) options() runtime.Options {
	return runtime.Options{File: filepath.Join(s.dir, "gateway.toml"), Log: slog.New(slog.NewTextHandler(&s.log, nil))}
}

// serve opens the gateway and serves it until stop is called.
func (s *stateful) serve() (get func() string, stop func()) {
	s.t.Helper()
	var err error
	if s.g, err = runtime.Open(context.Background(), s.options()); err != nil {
		s.t.Fatal(err)
	}
	server, err := s.g.Listen()
	if err != nil {
		s.t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve() }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	get = func() string {
		s.t.Helper()
		resp, err := client.Get("http://" + server.Addrs()[0].String() + "/")
		if err != nil {
			s.t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			s.t.Fatal(err)
		}
		if resp.StatusCode >= 300 {
			return fmt.Sprint(resp.StatusCode)
		}
		return fmt.Sprintf("%d n=%d %s", resp.StatusCode, binary.LittleEndian.Uint64(b), b[8:])
	}
	return get, func() {
		s.t.Helper()
		for _, err := range []error{server.Shutdown(context.Background()), <-served, s.g.Close()} {
			if err != nil {
				s.t.Error(err)
			}
		}
	}
}

func (s *stateful) reload() {
	s.t.Helper()
	if _, err := s.g.Reload(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// metric is the value of a series, as Prometheus would get it.
func (s *stateful) metric(name, label string) (v float64) {
	s.t.Helper()
	families, err := s.g.Gatherer().Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			for _, l := range m.Label {
				if f.GetName() == name && l.GetValue() == label {
					v += m.GetCounter().GetValue()
				}
			}
		}
	}
	return v
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestWhatAPluginKeepsOutlivesItsUpdate(t *testing.T) {
	s := newStateful(t, statePlugin(4, "one"))
	get, stop := s.serve()
	want(t, "the first request", get(), "201 n=1 first value")
	want(t, "the second", get(), "200 n=2 first value")

	// Another version of the plugin, and another value of the secret.
	s.write("plugins/state.toml", statePlugin(4, "two"))
	s.write("signing.key", "second")
	s.reload()
	want(t, "after the update", get(), "200 n=3 second")
	want(t, "after the update", get(), "200 n=4 second")
	want(t, "beyond the bucket", get(), "429")

	if got := s.metric("portico_custom_hits_total", "state"); got != 5 {
		t.Errorf("the plugin counted %v, want 5", got)
	}
	if got := s.metric("portico_plugin_capability_calls_total", "kv"); got != 4 {
		t.Errorf("%v calls of kv are counted, want 4", got)
	}
	stop()

	// kv is there after a restart; cache and bucket begin anew.
	get, stop = s.serve()
	want(t, "after a restart", get(), "201 n=5 second")
	stop()
	if log := s.log.String(); strings.Contains(log, "first value") || strings.Contains(log, "second\"") || !strings.Contains(log, "[redacted]") {
		t.Errorf("logged\n%s", log)
	}
}

func TestAReloadThatFailsChangesNothingOfWhatIsGranted(t *testing.T) {
	s := newStateful(t, statePlugin(2, "one"))
	get, stop := s.serve()
	defer stop()
	want(t, "the first request", get(), "201 n=1 first value")
	s.write("signing.key", "second")
	s.write("plugins/state.toml", statePlugin(100, "two"))
	s.write("gateway.toml", strings.ReplaceAll(stateFile, `route = "GET /"`, `route = "GET /{"`))
	if _, err := s.g.Reload(context.Background()); err == nil {
		t.Fatal("the reload did not fail")
	}
	want(t, "the second", get(), "200 n=2 first value")
	want(t, "beyond the old bucket", get(), "429")
}

func TestMistakesOfGrantsFailTheLoad(t *testing.T) {
	none := "capabilities = [\"cache\"]\n"
	tests := []struct {
		name, gateway, plugin string
		key                   bool
		want                  string
	}{
		{"a capability that is not granted", stateFile, none, true,
			`capability "throttle" is not granted; to grant it, write into NAME.toml: capabilities = ["cache", "throttle", "secrets", "metrics", "kv"]`},
		{"a secret that the gateway does not have", strings.Replace(stateFile, "signing =", "other =", 1), statePlugin(1, ""), true,
			`plugin "state" is granted the secret "signing", which this file does not have; add [secrets] signing = `},
		{"a secret that cannot be read", stateFile, statePlugin(1, ""), false, "gateway.toml:9: secrets.signing: open "},
		{"a secret in no variable", strings.Replace(stateFile, `file = "signing.key"`, `env = "PORTICO_TEST_NO_SUCH"`, 1), statePlugin(1, ""), true,
			"gateway.toml:9: secrets.signing: the environment variable PORTICO_TEST_NO_SUCH is not set"},
		{"a secret of tokens that the gateway does not have", stateFile, withIssuer("other", ""), true,
			`plugin "state" is granted the secret "other", which this file does not have`},
		{"a secret that is too short for tokens", stateFile, withIssuer("signing", ""), true,
			`gateway.toml:9: secrets.signing: the secret has 11 bytes; plugin "state" verifies tokens with it, which takes 32`},
		{"one that is too short for the algorithm", stateFile, withIssuer("signing", `algorithms = ["HS256", "HS512"]`), true, "which takes 64"},
		{"a rate that makes no limit", stateFile, strings.Replace(statePlugin(1000000000, ""), "0.001", "0.00001", 1), true,
			"throttle.requests: rate 1e-05, burst 1000000000: no such limit"},
		{"a store that cannot be", stateFile + "[store]\npath = \"gateway.toml\"\n", statePlugin(1, ""), true, "store.path: "},
		{"a Redis that is not there", stateFile + "[store]\nredis = \"127.0.0.1:1\"\n", statePlugin(1, ""), true, "store.redis: "},
		{"a Redis nobody says where", stateFile + "[store]\nredis_url = { file = \"none\" }\n", statePlugin(1, ""), true, "store.redis_url: open "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStateful(t, tt.plugin)
			s.write("gateway.toml", tt.gateway)
			if !tt.key {
				if err := os.Remove(filepath.Join(s.dir, "signing.key")); err != nil {
					t.Fatal(err)
				}
			}
			g, err := runtime.Open(context.Background(), s.options())
			if err == nil {
				t.Fatal(g.Close(), "it opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestCheckingLeavesAStoreInUseAlone(t *testing.T) {
	s := newStateful(t, statePlugin(1, ""))
	_, stop := s.serve()
	defer stop()
	o := s.options()
	if _, err := runtime.Open(context.Background(), o); err == nil {
		t.Error("two gateways have one store")
	}
	o.Check = true
	g, err := runtime.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}

func TestASecretIsNotEmptyAndNotHuge(t *testing.T) {
	for content, want := range map[string]string{"": "the secret is empty", "\r\n": "the secret is empty",
		strings.Repeat("x", 64<<10+1): "the secret has more than 65536 bytes"} {
		s := newStateful(t, statePlugin(1, ""))
		s.write("signing.key", content)
		if g, err := runtime.Open(context.Background(), s.options()); err == nil {
			t.Error(g.Close(), "it opened")
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	s := newStateful(t, statePlugin(1, ""))
	s.write("signing.key", strings.Repeat("x", 64<<10)+"\r\n")
	g, err := runtime.Open(context.Background(), s.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}
