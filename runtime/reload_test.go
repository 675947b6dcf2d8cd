package runtime_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime"
)

// good is a gateway with every kind of thing that can be broken.
const good = `
[apis.a]
protocol = "rest"
[apis.a.authorizers.session]
type = "token"
plugin = "session"
[[apis.a.routes]]
route = "GET /secret"
authorizer = "session"
integration = { type = "mock", responses = [{ body = "good" }] }
[[apis.a.routes]]
route = "GET /stamped"
map_response = ["stamp"]
integration = { type = "plugin", plugin = "echo" }
`

func serveGood(t *testing.T) *stand {
	return serve(t, files(t, good, "session", "session.toml", tokens, "stamp", "stamp.toml", "[config]\nstamp = \"1\"\n", "echo"))
}

// answers wants what the good gateway answers.
func (s *stand) answers(t *testing.T, stamp string) {
	t.Helper()
	if status, body := s.get("/secret", "Authorization: Bearer let-me-in"); status != 200 || body != "good" {
		t.Errorf("/secret: got %d %q, want 200 good", status, body)
	}
	if resp, _ := s.do("GET", "/stamped", nil); resp.Header.Get("X-Stamp") != stamp {
		t.Errorf("/stamped: got stamp %q, want %q", resp.Header.Get("X-Stamp"), stamp)
	}
}

// serving are the plugins of which a version serves.
func (s *stand) serving() string {
	var names []string
	for _, p := range s.Plugins() {
		if len(p.Serving) > 0 {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, " ")
}

// TestMistakes: a reload that cannot work changes nothing, and says all that
// is wrong with file, line and key.
func TestMistakes(t *testing.T) {
	s := serveGood(t)
	gateway := filepath.Join(s.dir, "gateway.toml")
	for _, test := range []struct {
		name  string
		file  string
		text  string
		wants []string
	}{
		{"no TOML", gateway, "[server\n", []string{`gateway.toml:1: `}},
		{"no file", gateway, "", []string{`gateway.toml: no such file or directory`}},
		{"an unknown key", gateway, gatewayFile("listne = 1\n" + good), []string{`gateway.toml:4: server.listne: `}},
		{"two mistakes of one file", gateway, gatewayFile(strings.NewReplacer(`"rest"`, `"soap"`, `plugin = "echo"`, `plugin = 7`).Replace(good)),
			[]string{`gateway.toml:6: apis.a.protocol: `, `gateway.toml:17: apis.a.routes[1].integration.plugin: `}},
		{"mistakes that only mechanisms see, in two places", gateway, gatewayFile(strings.NewReplacer(`"GET /stamped"`, `"GET /x{id}"`, `{ body = "good" }`, `{ body = "good", parameters = { "nowhere" = "'x'" } }`).Replace(good)),
			[]string{`gateway.toml:13: apis.a.routes[0].integration: `, `gateway.toml:15: apis.a.routes[1].route: `}},
		{"a plugin that is not there", gateway, gatewayFile(strings.Replace(good, `["stamp"]`, `["stamps"]`, 1)),
			[]string{`gateway.toml:16: apis.a.routes[1].map_response[0]: plugin "stamps": `}},
		{"a plugin in a place that it is not for", gateway, gatewayFile(strings.Replace(good, `["stamp"]`, `["echo"]`, 1)),
			[]string{`gateway.toml:16: apis.a.routes[1].map_response[0]: plugin "echo" cannot be used here: it does not export portico_map_response`}},
		{"a parameter of a URI that the route does not have", gateway, gatewayFile(good + "[[apis.a.routes]]\nroute = \"GET /p\"\nintegration = { type = \"http_proxy\", uri = \"http://127.0.0.1:9/{id}\" }\n"),
			[]string{`gateway.toml:20: apis.a.routes[2].integration.uri: `}},
		{"a parameter mapping of an HTTP API", gateway, gatewayFile(good + "[apis.b]\nprotocol = \"http\"\nbase_path = \"/b\"\n[[apis.b.routes]]\nroute = \"GET /p\"\nintegration = { type = \"http_proxy\", uri = \"http://127.0.0.1:9/\", request_parameters = { \"append:header.X\" = \"'y'\" } }\n"),
			[]string{`gateway.toml:23: apis.b.routes[0].integration.request_parameters: parameter mapping of HTTP APIs is `}},
		{"two APIs in one place", gateway, gatewayFile(good + "[apis.b]\nprotocol = \"http\"\n"), []string{`gateway.toml:18: apis.b: answers any host at /, as apis.a (line 5) does; give one of them other hosts or another base_path`}},
		{"an access log that cannot be opened", gateway, gatewayFile(good + "[access_log]\nfile = \"nowhere/access.log\"\n"),
			[]string{`gateway.toml:19: access_log.file: `}},
		{"a certificate file that is none", gateway, gatewayFile(good + "[upstream]\nca_file = \"gateway.toml\"\n"),
			[]string{`gateway.toml:19: upstream.ca_file: `}},
		{"a plugin directory that is not there", gateway, strings.Replace(gatewayFile(good), "[plugins]\n", "[plugins]\ndirectory = \"nowhere\"\n", 1),
			[]string{`gateway.toml:20: plugins.directory: `}},
		{"a module that is none", s.plugin("echo.wasm"), "\x00asm\x01\x00\x00\x00\xff", []string{`echo.wasm: `}},
		{"an empty module", s.plugin("echo.wasm"), " ", []string{`echo.wasm: `}},
		{"a module of no kind", s.plugin("echo.wasm"), "\x00asm\x01\x00\x00\x00", []string{`echo.wasm: `}},
		{"an unknown key of NAME.toml", s.plugin("stamp.toml"), "[config]\nstamp = \"2\"\n[brekaer]\n", []string{`stamp.toml:3: brekaer: `}},
		{"a digest that is another", s.plugin("stamp.toml"), "digest = \"sha256:" + strings.Repeat("0", 64) + "\"\n[config]\nstamp = \"2\"\n", []string{`stamp.wasm: `}},
		{"a configuration that the guest refuses", s.plugin("stamp.toml"), "[config]\n", []string{`want config.stamp = text`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			old, err := os.ReadFile(test.file)
			if err != nil {
				t.Fatal(err)
			}
			before := s.Snapshot()
			if test.text == "" {
				os.Remove(test.file)
			} else {
				write(t, test.file, test.text)
			}
			r, err := s.Reload(context.Background())
			if err == nil {
				t.Fatal("it was accepted")
			}
			at := 0
			for _, want := range test.wants {
				i := strings.Index(err.Error()[at:], want)
				if i < 0 {
					t.Errorf("the error is\n%v\nwant %q in it, in this order", err, want)
					continue
				}
				at += i
			}
			if strings.Count(err.Error(), "\n")+1 != len(test.wants) {
				t.Errorf("the error is\n%v\nwant %d lines", err, len(test.wants))
			}
			if r.Snapshot != before || s.Snapshot() != before || s.LastReload().Error != err.Error() {
				t.Errorf("snapshot %d, was %d; last reload %+v", r.Snapshot, before, s.LastReload())
			}
			s.answers(t, "1")
			if got := s.serving(); got != "echo session stamp" {
				t.Errorf("the plugins that serve are known as %q", got)
			}
			write(t, test.file, string(old))
			if r := s.reload(); r.Snapshot != before+1 {
				t.Errorf("repaired, it is snapshot %d, want %d", r.Snapshot, before+1)
			}
			s.answers(t, "1")
		})
	}
}

// TestOpen refuses what a reload would, and leaves nothing behind.
func TestOpen(t *testing.T) {
	dir := files(t, good, "session", "session.toml", tokens, "stamp", "echo")
	_, err := runtime.Open(context.Background(), runtime.Options{File: filepath.Join(dir, "gateway.toml")})
	if err == nil || !strings.Contains(err.Error(), "want config.stamp = text") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := runtime.Open(ctx, runtime.Options{File: filepath.Join(dir, "gateway.toml")}); err == nil {
		t.Error("opened with a context that was done")
	}
}

// TestPolicyChange: a token that is struck out is refused by the next request,
// though its decision was remembered; one that is added is let in.
func TestPolicyChange(t *testing.T) {
	s := serveGood(t)
	allowed := func(token string) bool {
		status, _ := s.get("/secret", "Authorization: Bearer "+token)
		return status == 200
	}
	if !allowed("let-me-in") || allowed("me-too") || !allowed("let-me-in") || allowed("me-too") {
		t.Fatal("the tokens are not judged by session.toml")
	}
	write(t, s.plugin("session.toml"), "[config.tokens]\nme-too = \"acme\"\n")
	r := s.reload()
	if got := strings.Join(r.Changes, "\n"); got != "plugin session changed" {
		t.Errorf("changes %q", got)
	}
	if allowed("let-me-in") || !allowed("me-too") {
		t.Error("the old tokens are still believed")
	}
	// The old file is the old decisions, too.
	write(t, s.plugin("session.toml"), tokens)
	s.reload()
	if !allowed("let-me-in") || allowed("me-too") {
		t.Error("the tokens of before are not believed again")
	}
}

// TestChanges: what a reload says that it has changed.
func TestChanges(t *testing.T) {
	s := serveGood(t)
	for _, test := range []struct {
		name    string
		change  func()
		changes string
		restart string
	}{
		{"nothing", func() {}, "nothing changed", ""},
		{"a comment", func() { s.configure("# hello\n" + good) }, "nothing changed", ""},
		{"a route", func() { s.configure(strings.Replace(good, "/stamped", "/marked", 1)) }, "api a changed", ""},
		{"an API more", func() { s.configure(good + "[apis.b]\nprotocol = \"http\"\nbase_path = \"/b\"\n") }, "api a changed\napi b added", ""},
		{"an API less", func() { s.configure(good) }, "api b removed", ""},
		{"a plugin's settings", func() { write(t, s.plugin("stamp.toml"), "[config]\nstamp = \"2\"\n") }, "plugin stamp changed", ""},
		{"a module", func() { write(t, s.plugin("stamp.wasm"), string(numbered(guest(t, "stamp"), 1))) }, "plugin stamp changed", ""},
		{"a plugin less", func() { s.configure(strings.Replace(good, `map_response = ["stamp"]`, "", 1)) }, "plugin stamp removed\napi a changed", ""},
		{"a setting of the server", func() { s.configure("max_body = \"1MiB\"\n" + good) }, "plugin stamp added\napi a changed\nsetting server changed", ""},
		{"a setting that is read once", func() { s.configure("max_connections = 7\ndrain_timeout = \"1s\"\n" + good) },
			"setting server changed", "server.max_connections server.drain_timeout"},
		{"a token, which is not shown", func() {
			t.Setenv("ADMIN_TOKEN", "secret-token")
			write(t, filepath.Join(s.dir, "gateway.toml"), strings.Replace(gatewayFile("admin_token = { env = \"ADMIN_TOKEN\" }\n"+good), `admin = "off"`, `admin = "127.0.0.1:9180"`, 1))
		}, "setting server changed", "server.admin server.max_connections server.drain_timeout"},
		{"the same token", func() {}, "nothing changed", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.change()
			r := s.reload()
			if got := strings.Join(r.Changes, "\n"); got != test.changes {
				t.Errorf("changes: got\n%s\nwant\n%s", got, test.changes)
			}
			if got := strings.Join(r.Restart, " "); got != test.restart {
				t.Errorf("needs restart: got %q, want %q", got, test.restart)
			}
		})
	}
	if strings.Contains(s.log.String(), "secret-token") {
		t.Error("the log has the token")
	}
}

// numbered appends a custom section with a number to a module: other bytes,
// the same behaviour.
func numbered(wasm []byte, n int) []byte {
	content := fmt.Sprintf("\x06number%08d", n)
	return append(append(wasm[:len(wasm):len(wasm)], 0, byte(len(content))), content...)
}

// TestFailedBuilds: attempts that fail leave no series behind.
func TestFailedBuilds(t *testing.T) {
	s := serveGood(t)
	before := len(s.metrics())
	for i := range 3 {
		s.configure(good + fmt.Sprintf("[[apis.a.routes]]\nroute = \"GET /new-%d\"\nintegration = { type = \"plugin\", plugin = \"nowhere\" }\n", i))
		if _, err := s.Reload(context.Background()); err == nil {
			t.Fatal("it was accepted")
		}
	}
	s.configure(good + "[[apis.a.routes]]\nroute = \"GET /new\"\nmap_request = [\"echo\"]\nintegration = { type = \"mock\" }\n")
	if _, err := s.Reload(context.Background()); err == nil {
		t.Fatal("it was accepted")
	}
	after := s.metrics()
	delete(after, `portico_reloads_total{result="failed"}`)
	if len(after) != before {
		t.Errorf("%d series, were %d", len(after), before)
	}
}

// TestClose: a closed gateway reloads no more.
func TestClose(t *testing.T) {
	dir := files(t, good, "session", "session.toml", tokens, "stamp", "stamp.toml", "[config]\nstamp = \"1\"\n", "echo")
	g, err := runtime.Open(context.Background(), runtime.Options{File: filepath.Join(dir, "gateway.toml")})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := g.Reload(context.Background()); err == nil || err.Error() != "the gateway is closed" {
		t.Errorf("got %v", err)
	}
}
