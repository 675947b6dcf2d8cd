package runtime_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

var update = flag.Bool("update", false, "rewrite the golden files")

// complete is a mistake with its file, line and key.
var complete = regexp.MustCompile(`^gateway\.toml:[1-9][0-9]*: [a-z_]+(\.[a-z_]+(\[[0-9]+\])*)+: .`)

// TestMistakes: a reload that cannot work changes nothing, and says all that
// is wrong with file, line and key. Each mistake is a file of testdata/mistakes
// that takes the place of gateway.toml, or of stamp.toml where its name begins so;
// beside it is what is said. Mistakes that are no TOML are below.
func TestMistakes(t *testing.T) {
	s := serveGood(t)
	gateway, module := filepath.Join(s.dir, "gateway.toml"), s.plugin("echo.wasm")
	type mistake struct{ name, file, text string }
	mistakes := []mistake{
		{"no-file", gateway, ""},
		{"module-that-is-none", module, "\x00asm\x01\x00\x00\x00\xff"},
		{"module-empty", module, " "},
		{"module-of-no-kind", module, "\x00asm\x01\x00\x00\x00"},
	}
	sources, err := filepath.Glob("testdata/mistakes/*.toml")
	if err != nil || len(sources) == 0 {
		t.Fatalf("Glob = %v, %v", sources, err)
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		m := mistake{strings.TrimSuffix(filepath.Base(source), ".toml"), gateway, strings.Replace(string(text), "CACHE", cacheDir, 1)}
		if strings.HasPrefix(m.name, "stamp-") {
			m.file = s.plugin("stamp.toml")
		}
		mistakes = append(mistakes, m)
	}
	for _, test := range mistakes {
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
			said := strings.ReplaceAll(err.Error(), s.dir+string(filepath.Separator), "")
			golden(t, filepath.Join("testdata", "mistakes", test.name+".want"), said+"\n")
			for line := range strings.SplitSeq(said, "\n") {
				if !complete.MatchString(line) && test.name != "no-file" && test.name != "no-toml" {
					t.Errorf("%q lacks the file, the line or the key", line)
				}
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

// golden compares got with a file, or rewrites the file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n got: %s\nwant: %s", file, got, want)
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
