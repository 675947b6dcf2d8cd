package workbench

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime/config"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s:\n%s", file, diff(string(want), got, nil))
	}
}

// lay copies a module into a directory of its own, beside its NAME.toml.
func lay(t *testing.T, wasm, toml string) string {
	t.Helper()
	dir := t.TempDir()
	b, err := os.ReadFile(wasm)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, filepath.Base(wasm))
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if toml != "" {
		if err := os.WriteFile(strings.TrimSuffix(file, ".wasm")+".toml", []byte(toml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func open(t *testing.T, file string) *Bench {
	t.Helper()
	b, err := New(t.Context(), Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(b.temp); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", b.temp, err)
		}
	})
	return b
}

func load(t *testing.T, file string) *config.Cases {
	t.Helper()
	c, err := config.LoadCases(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// results tries all cases and writes what came of them.
func results(t *testing.T, b *Bench, cases *config.Cases) string {
	var out strings.Builder
	for i := range cases.Case {
		r := b.Test(t.Context(), cases, &cases.Case[i], false)
		fmt.Fprintf(&out, "%s: line %d, ok %v\n", r.Name, r.Line, r.OK())
		for _, p := range append(r.Problems, b.Trace(t.Context(), cases, &cases.Case[i], r)) {
			if p != "" {
				out.WriteString(p + "\n")
			}
		}
	}
	text := strings.ReplaceAll(out.String(), b.backend.address(), "BACKEND")
	return strings.ReplaceAll(text, b.directory, "DIR")
}

const stateTOML = `
capabilities = ["cache", "throttle", "secrets", "metrics", "kv"]
throttle.requests = { rate = 1.0, burst = 2 }
secrets.signing = "read"
metrics.hits_total = { type = "counter" }
`

func TestWhatComesOfCases(t *testing.T) {
	for _, test := range []struct{ name, wasm, toml string }{
		{"session", "../../plugins/session.wasm", "[config.tokens]\nlet-me-in = \"acme\"\n"},
		{"add-tenant", "../../plugins/add-tenant.wasm", ""},
		{"moods", "../testdata/moods.wasm", "[breaker]\nfailures = 2\n"},
		{"state", "../testdata/state.wasm", stateTOML},
		{"function", "../testdata/function.wasm", ""},
		{"peer", "testdata/peer.wasm", "capabilities = [\"http\", \"secrets\"]\nsecrets.key = \"use\"\nhttp = { hosts = [\"api.example.com\"], redirects = 2 }\n"},
		{"token", "testdata/token.wasm", "capabilities = [\"jwt\"]\njwt.main = { jwks = \"https://id.example.com/keys\", issuer = \"https://id.example.com\" }\n"},
		{"signed", "testdata/token.wasm", "capabilities = [\"jwt\"]\njwt.main = { secret = \"key\" }\n"},
		{"crash", "testdata/crash.wasm", ""},
		{"refused", "../../plugins/ip-list.wasm", "[config]\ndefault = \"deny\"\n"},
		{"command", "../../hostabi/command/testdata/moods.wasm", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := open(t, lay(t, test.wasm, test.toml))
			golden(t, "testdata/"+test.name+".want", results(t, b, load(t, "testdata/"+test.name+".toml")))
		})
	}
}

func TestThePluginsThatShipDoWhatTheirCasesSay(t *testing.T) {
	files, err := filepath.Glob("../../plugins/src/*/cases.toml")
	if err != nil || len(files) < 3 {
		t.Fatalf("Glob = %v, %v", files, err)
	}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			plugin := "../../plugins/" + name + ".wasm"
			if _, err := os.Stat(plugin); err != nil {
				plugin = "../../plugins/" + name + ".js"
			}
			b, cases := open(t, plugin), load(t, file)
			for i := range cases.Case {
				if r := b.Test(t.Context(), cases, &cases.Case[i], false); !r.OK() {
					t.Errorf("%s:\n%s", r.Name, strings.Join(r.Problems, "\n"))
				}
			}
		})
	}
}

func TestAGoldenFileIsWrittenComparedAndUpdated(t *testing.T) {
	b := open(t, "../../plugins/echo.wasm")
	dir := t.TempDir()
	write := func(path, text string) *config.Cases {
		file := filepath.Join(dir, "cases.toml")
		src := "[[case]]\nname = \"a\"\nrequest = { path = \"" + path + "\" }\nexpect = { golden = \"golden/a.txt\" }\n"
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		return load(t, file)
	}
	try := func(path string, update bool) *Result {
		c := write(path, "")
		return b.Test(t.Context(), c, &c.Case[0], update)
	}
	file := filepath.Join(dir, "golden/a.txt")
	if r := try("/a", false); r.OK() || r.Problems[0] != "golden: there is no "+file+"; write it with -update" {
		t.Errorf("without a file: %q", r.Problems)
	}
	if r := try("/a", true); !r.OK() || len(r.Written) != 1 || r.Written[0] != file {
		t.Errorf("-update: %q, wrote %q", r.Problems, r.Written)
	}
	if r := try("/a", false); !r.OK() {
		t.Errorf("as before: %q", r.Problems)
	}
	if r := try("/a", true); !r.OK() || r.Written != nil {
		t.Errorf("-update without a change: %q, wrote %q", r.Problems, r.Written)
	}
	want := "golden: not as " + file + " says; rewrite it with -update if this is right:\n" +
		"\t  answer 200\n\t  \tContent-Type: text/plain; charset=utf-8\n\t  \n\t- \tGET /a\n\t+ \tGET /b\n\t  \t"
	if r := try("/b", false); r.OK() || r.Problems[0] != want {
		t.Errorf("another answer:\n%s\nwant\n%s", r.Problems, want)
	}
}

func TestAFileThatIsNoPluginIsRefused(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.wasm")
	if err := os.WriteFile(text, []byte("(module)"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ file, want string }{
		{"plugin.txt", "plugin.txt: a plugin is a file NAME.wasm or NAME.js"},
		{text, text + ": module refused: it is not WebAssembly; give the binary form (.wasm), not text"},
	} {
		if _, err := New(t.Context(), Options{File: test.file}); err == nil || err.Error() != test.want {
			t.Errorf("New(%q) = %v, want %s", test.file, err, test.want)
		}
	}
}
