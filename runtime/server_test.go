package runtime_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime"
)

// TestListen: an address that cannot be listened on is named with its line,
// and those before it are let go.
func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, test := range []struct{ name, listen, want string }{
		{"alone", `"` + taken.Addr().String() + `"`, "gateway.toml:2: server.listen: "},
		{"in a list", `["127.0.0.1:0", "` + taken.Addr().String() + `"]`, "gateway.toml:2: server.listen[1]: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := files(t, "")
			file := filepath.Join(dir, "gateway.toml")
			write(t, file, strings.Replace(gatewayFile(""), `"127.0.0.1:0"`, test.listen, 1))
			g, err := runtime.Open(context.Background(), runtime.Options{File: file})
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			if _, err := g.Listen(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

// TestRoutes: what is told about routes: where they are, in the order in which
// they are preferred, and what a request passes.
func TestRoutes(t *testing.T) {
	s := serve(t, files(t, `map_request = ["moods"]
map_response = ["moods"]
[apis.a]
protocol = "http"
hosts = ["a.example.com"]
map_response = ["stamp"]
[apis.a.authorizers.who]
type = "request"
plugin = "session"
identity_source = ["$request.header.Authorization"]
[[apis.a.routes]]
route = "$default"
integration = { type = "plugin", plugin = "echo" }
[[apis.a.routes]]
route = "GET /x/{id}"
authorizer = "who"
map_request = ["stamp"]
integration = { type = "http_proxy", uri = "http://127.0.0.1:9/{id}" }
[apis.a.stages.dev]
[apis.a.stages."$default"]
`, "moods", "session", "session.toml", tokens, "stamp", "stamp.toml", "[config]\nstamp = \"1\"\n", "echo"))
	one := []string{"authorize who", "map moods", "map stamp", "http_proxy http://127.0.0.1:9/{id}", "map stamp", "map moods"}
	rest := []string{"map moods", "plugin echo", "map stamp", "map moods"}
	want := []runtime.RouteInfo{
		{API: "a", Method: "GET", URL: "a.example.com/dev/x/{id}", Chain: one},
		{API: "a", Method: "ANY", URL: "a.example.com/dev/*", Chain: rest},
		{API: "a", Method: "GET", URL: "a.example.com/x/{id}", Chain: one},
		{API: "a", Method: "ANY", URL: "a.example.com/*", Chain: rest},
	}
	if got := s.Routes(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", listed(got), listed(want))
	}
}

func listed(routes []runtime.RouteInfo) string {
	var b strings.Builder
	for _, r := range routes {
		fmt.Fprintf(&b, "%+v\n", r)
	}
	return b.String()
}

// TestTLS: a backend over TLS is verified, with certificates that the operator
// names, unless the operator says otherwise.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "secret") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that do not trust it
	server.StartTLS()
	t.Cleanup(server.Close)
	route := func(path, more string) string {
		return fmt.Sprintf("[[apis.a.routes]]\nroute = \"GET /%s\"\nintegration = { type = \"http_proxy\", uri = \"%s/\"%s }\n", path, server.URL, more)
	}
	text := "\n[apis.a]\nprotocol = \"http\"\n" + route("plain", "") + route("insecure", ", insecure_skip_verify = true") +
		route("name", `, server_name = "example.com"`) + route("wrong", `, server_name = "example.net"`)
	s := serve(t, files(t, text))
	statuses := func() (list []int) {
		for _, path := range []string{"/plain", "/insecure", "/name", "/wrong"} {
			status, _ := s.get(path)
			list = append(list, status)
		}
		return list
	}
	if got, want := statuses(), []int{503, 200, 503, 503}; !reflect.DeepEqual(got, want) {
		t.Errorf("with the system's certificates: got %v, want %v", got, want)
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	write(t, filepath.Join(s.dir, "ca.pem"), string(ca))
	s.configure(text + "[upstream]\nca_file = \"ca.pem\"\n")
	s.reload()
	if got, want := statuses(), []int{200, 200, 200, 503}; !reflect.DeepEqual(got, want) {
		t.Errorf("with the server's certificate: got %v, want %v", got, want)
	}
}
