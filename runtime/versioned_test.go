package runtime_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// versions is a gateway whose version, a number, stands in all that an answer
// is made of: in the gateway file, in NAME.toml of an authorizer and a mapper,
// and in the bytes of a module.
type versions struct {
	*stand
	backend string
	more    func(version int) string // of the gateway file
}

// text is the gateway file. Two plugins of each kind take turns, so that none's
// file changes while a snapshot is to use it.
func (s *versions) text(version int) string {
	return gatewayFile(fmt.Sprintf(`
[apis.a]
protocol = "rest"
[apis.a.authorizers.remembered]
type = "token"
plugin = "session-%[2]d"
[apis.a.authorizers.asked]
type = "token"
plugin = "session-%[2]d"
ttl = "0s"
[[apis.a.routes]]
route = "GET /both"
map_response = ["stamp-%[2]d"]
integration = { type = "mock", responses = [{ body = "%[1]d", parameters = { "method.response.header.X-Route" = "'%[1]d'" } }] }
[[apis.a.routes]]
route = "GET /proxied"
authorizer = "remembered"
map_request = ["add-tenant", "stamp-%[2]d", "mark"]
map_response = ["stamp-%[2]d", "mark"]
integration = { type = "http_proxy", uri = "http://%[3]s/%[1]d" }
[[apis.a.routes]]
route = "GET /plugin"
authorizer = "asked"
map_request = ["add-tenant"]
map_response = ["stamp-%[2]d"]
integration = { type = "plugin", plugin = "echo-%[2]d" }
`, version, version%2, s.backend) + s.more(version))
}

// put makes the files those of a version; file does so with each of them.
func (s *versions) put(t testing.TB, version int, file func(name, content string)) {
	turn := version % 2
	file(s.plugin(fmt.Sprintf("session-%d.toml", turn)), fmt.Sprintf("[config.tokens]\nlet-me-in = \"%d\"\n", version))
	file(s.plugin(fmt.Sprintf("stamp-%d.toml", turn)), stampIs(version))
	file(s.plugin(fmt.Sprintf("echo-%d.wasm", turn)), string(numberedEcho(t, version)))
	file(filepath.Join(s.dir, "gateway.toml"), s.text(version))
}

func stampIs(version int) string { return fmt.Sprintf("[config]\nstamp = \"%d\"\n", version) }

// numberedEcho is the echo, whose Content-Type has the version.
func numberedEcho(t testing.TB, version int) []byte {
	return replaced(t, guest(t, "echo"), "text/plain; charset=utf-8", fmt.Sprintf("text/plain; version=%05d", version))
}

// marking is a stamp with another header. It stands in both directions of a
// route, and is of no version.
func marking(t testing.TB) []byte { return replaced(t, guest(t, "stamp"), "X-Stamp", "X-Mark0") }

// replaced is a module with another text of the same length in its data.
func replaced(t testing.TB, wasm []byte, old, text string) []byte {
	t.Helper()
	if bytes.Count(wasm, []byte(old)) != 1 || len(old) != len(text) {
		t.Fatalf("%q cannot be replaced by %q", old, text)
	}
	return bytes.Replace(wasm, []byte(old), []byte(text), 1)
}

func serveVersions(t testing.TB, more func(version int) string) *versions {
	t.Helper()
	s := &versions{stand: &stand{t: t, dir: files(t, "", "session-0=session", "session-1=session", "stamp-0=stamp", "stamp-1=stamp",
		"add-tenant", "mark.toml", stampIs(0))}, backend: echoing(t), more: more}
	write(t, s.plugin("mark.wasm"), string(marking(t)))
	for n := range 2 {
		s.put(t, n, func(file, content string) { write(t, file, content) })
	}
	s.stand = serve(t, s.dir)
	return s
}

func serveVersioned(t testing.TB) *versions {
	t.Helper()
	return serveVersions(t, func(int) string { return "" })
}

// version makes the files those of a version and reloads.
func (s *versions) version(t testing.TB, version int) error {
	s.put(t, version, func(file, content string) { write(t, file, content) })
	_, err := s.Reload(context.Background())
	return err
}

// mixed asks one of the routes, and says what is wrong with an answer whose
// parts are of two versions.
func (s *versions) mixed() error {
	_, err := s.ask([]string{"/both", "/proxied", "/plugin"}[rand.IntN(3)])
	return err
}

// ask returns the version of all parts of an answer.
func (s *versions) ask(path string) (version string, err error) {
	resp, body, err := s.try("GET", path, nil, "Authorization: Bearer let-me-in")
	if err != nil {
		return "", err
	}
	if resp.StatusCode != 200 {
		return "", fmt.Errorf("%s: status %d: %s", path, resp.StatusCode, body)
	}
	version = resp.Header.Get("X-Stamp")
	wants := []string{"X-Route=" + version, "body=" + version}
	got := []string{"X-Route=" + resp.Header.Get("X-Route"), "body=" + body}
	switch path {
	case "/proxied":
		mark := resp.Header.Get("X-Mark0")
		wants = []string{"GET /" + version, "X-Tenant: " + version, "X-Stamp: " + version, "X-Mark0: " + mark}
		got = nil
		for line := range strings.Lines(body) { // what the backend got
			name, _, _ := strings.Cut(line, " ")
			switch name {
			case "GET", "X-Tenant:", "X-Stamp:", "X-Mark0:":
				got = append(got, strings.TrimSpace(line))
			}
		}
	case "/plugin":
		wants = []string{fmt.Sprintf("text/plain; version=%05s", version), "GET /plugin\nX-Tenant: " + version + "\n"}
		got = []string{resp.Header.Get("Content-Type"), body}
	}
	if version == "" || !sameParts(got, wants) {
		return "", fmt.Errorf("%s: a mixture: got %q, want %q", path, got, wants)
	}
	return version, nil
}

// sameParts compares without regard to order: header fields have none.
func sameParts(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	left := map[string]int{}
	for i := range a {
		left[a[i]]++
		left[b[i]]--
	}
	for _, n := range left {
		if n != 0 {
			return false
		}
	}
	return true
}
