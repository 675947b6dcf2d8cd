// Package examples runs each example as its README says, in front of a real
// upstream.
package examples

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// backend answers with its request, and with what a mapper has to take away.
func backend(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Internal-Host", "db1.internal")
		_, _ = io.WriteString(w, `{"path":"`+r.URL.Path+`","client":"`+r.Header.Get("X-Client")+
			`","version":"`+r.Header.Get("X-Version")+`","card":"4111111111111111"}`)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// serve builds an example's module as plugin, serves its gateway file with
// old replaced by new, and gives the address.
func serve(t *testing.T, example, plugin, old, new string) string {
	dir, listen := t.TempDir(), "127.0.0.1:0"
	settings, err := filepath.Glob(filepath.Join(example, "plugins", "*.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range settings {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "127.0.0.1:8080") { // a plugin asks the gateway itself
			listen = free(t)
			b = []byte(strings.ReplaceAll(string(b), "127.0.0.1:8080", listen))
		}
		write(t, filepath.Join(dir, "plugins", filepath.Base(f)), b)
	}
	build := exec.Command("go", "build", "-buildmode=c-shared", "-o", filepath.Join(dir, "plugins", plugin+".wasm"), ".")
	build.Dir = example
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	src, err := os.ReadFile(filepath.Join(example, "gateway.toml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	for _, r := range [][2]string{{`":8080"`, `"` + listen + `"`}, {old, new}} {
		if r[0] != "" && !strings.Contains(text, r[0]) {
			t.Fatalf("%s/gateway.toml has no %s", example, r[0])
		}
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	file := filepath.Join(dir, "gateway.toml")
	write(t, file, []byte(text+"\n[plugins]\ncache = \"off\"\n"))
	g, err := runtime.Open(context.Background(), runtime.Options{File: file, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
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
	return "http://" + s.Addrs()[0].String()
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// answer is what a client sees of an answer.
type answer struct {
	Status int
	Body   string
	Header map[string]string // those that the case names
}

func ask(t *testing.T, method, url string, header map[string]string, body string, want answer) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := answer{Status: resp.StatusCode, Body: string(b)}
	for k := range want.Header {
		if got.Header == nil {
			got.Header = map[string]string{}
		}
		got.Header[k] = resp.Header.Get(k)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s %s = %+v, want %+v", method, url, got, want)
	}
}

func TestGoAuthorizer(t *testing.T) {
	url := serve(t, "go-authorizer", "api-key", "127.0.0.1:9000", backend(t))
	key := func(k string) map[string]string { return map[string]string{"X-Api-Key": k} }
	for name, test := range map[string]struct {
		path   string
		header map[string]string
		want   answer
	}{
		"no key is answered with 401":      {"/whoami", nil, answer{401, `{"message":"Unauthorized"}`, nil}},
		"an unknown key with 403":          {"/whoami", key("guess"), answer{403, `{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}`, nil}},
		"a known key reaches the plugin":   {"/whoami", key("acme-key"), answer{200, "you are acme\n", nil}},
		"and the backend is told about it": {"/orders/7", key("acme-key"), answer{200, `{"path":"/orders/7","client":"acme","version":"","card":"4111111111111111"}`, nil}},
	} {
		t.Run(name, func(t *testing.T) { ask(t, "GET", url+test.path, test.header, "", test.want) })
	}
}

func TestJWTAuthorizer(t *testing.T) {
	url := serve(t, "jwt-authorizer", "login", "", "")
	bearer := func(name string) map[string]string {
		token, err := os.ReadFile(filepath.Join("jwt-authorizer", "tokens", name+".jwt"))
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{"Authorization": "Bearer " + strings.TrimSpace(string(token))}
	}
	unauthorized := answer{401, `{"message":"Unauthorized"}`, nil}
	for name, test := range map[string]struct {
		header map[string]string
		want   answer
	}{
		"a token with the scope is let in": {bearer("jane"), answer{200, "you are jane\n", nil}},
		"one without it is not":            {bearer("joe"), answer{403, `{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}`, nil}},
		"one that has expired is no token": {bearer("janet"), unauthorized},
		"one that was changed neither":     {map[string]string{"Authorization": "Bearer x" + bearer("jane")["Authorization"][len("Bearer "):]}, unauthorized},
		"nobody is let in without a token": {nil, unauthorized},
	} {
		t.Run(name, func(t *testing.T) { ask(t, "GET", url+"/whoami", test.header, "", test.want) })
	}
}

func TestLambdaHandler(t *testing.T) {
	url := serve(t, "lambda-handler", "items", "", "")
	for name, test := range map[string]struct {
		method, path, body string
		want               answer
	}{
		"an order is created": {"POST", "/items/tea", `{"quantity":2}`, answer{201,
			`{"item":"tea","quantity":2,"route":"POST /items/{item}"}`,
			map[string]string{"Content-Type": "application/json", "Set-Cookie": "last=tea; HttpOnly"}}},
		"a wrong one is refused by the function":      {"POST", "/items/tea", `{}`, answer{400, `{"error":"quantity must be at least 1"}`, nil}},
		"what is no route never reaches the function": {"GET", "/items/tea", "", answer{404, `{"message":"Not Found"}`, nil}},
	} {
		t.Run(name, func(t *testing.T) { ask(t, test.method, url+test.path, nil, test.body, test.want) })
	}
}

func TestRewrite(t *testing.T) {
	url := serve(t, "rewrite", "rewrite", "${stageVariables.backend}/backend", backend(t))
	for name, test := range map[string]struct {
		path string
		want answer
	}{
		"the path moves and the card is masked": {"/v1/orders/1", answer{200,
			`{"path":"/orders/1","client":"","version":"1","card":"****1111"}`, map[string]string{"X-Internal-Host": ""}}},
		"a path without a version stays": {"/orders/1", answer{200,
			`{"path":"/orders/1","client":"","version":"","card":"****1111"}`, map[string]string{"X-Internal-Host": ""}}},
	} {
		t.Run(name, func(t *testing.T) { ask(t, "GET", url+test.path, nil, "", test.want) })
	}
}
