package wat

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// source says how a tool is found and asked for its version, and where it comes from.
var source = map[string]struct {
	variable string   // names the program, for the build and here
	names    []string // programs to try, the first that has the record's version is taken
	version  []string
	install  string
}{
	"go":        {"", []string{"go"}, []string{"env", "GOVERSION"}, "https://go.dev/dl"},
	"clang":     {"CLANG", []string{"clang", "clang-14"}, []string{"--version"}, "Debian: clang, lld"},
	"wasm-ld":   {"", []string{"wasm-ld"}, []string{"--version"}, "Debian: lld"},
	"wasi-libc": {"", []string{"dpkg-query"}, []string{"-W", "-f", "${Version}", "wasi-libc"}, "Debian: wasi-libc, libclang-rt-14-dev-wasm32"},
	"rustc":     {"PORTICO_RUSTC", []string{"rustc", "/usr/bin/rustc"}, []string{"--version"}, "Debian: rustc, cargo, libstd-rust-dev-wasm32"},
	"asc":       {"ASC", []string{"asc"}, []string{"--version"}, "npm: assemblyscript"},
	"wasm-opt":  {"", []string{"wasm-opt"}, []string{"--version"}, "npm: binaryen"},
	"node":      {"", []string{"node"}, nil, "https://nodejs.org"}, // any will do
}

// looked remembers what look has found.
var looked = map[tool][2]string{}

// look finds the program of a tool, preferably in the record's version.
func look(want tool) (program, version string) {
	if found, ok := looked[want]; ok {
		return found[0], found[1]
	}
	defer func() { looked[want] = [2]string{program, version} }()
	s := source[want.name]
	names := s.names
	if own := os.Getenv(s.variable); s.variable != "" && own != "" {
		names = []string{own}
	}
	for _, name := range names {
		found, err := exec.LookPath(name)
		if err != nil {
			// What .ci/run installs with npm.
			if found, err = filepath.Abs(filepath.Join(root, ".tools", "node_modules", ".bin", name)); err == nil {
				_, err = os.Stat(found)
			}
		}
		if err != nil {
			continue
		}
		said := ""
		if s.version != nil {
			out, err := exec.Command(found, s.version...).Output()
			if err != nil {
				continue
			}
			said, _, _ = strings.Cut(string(out), "\n")
		}
		if said == want.version {
			return found, said
		}
		if program == "" {
			program, version = found, said
		}
	}
	return program, version
}

// missing skips for want of a tool; CI has them all.
func missing(t *testing.T, want tool) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not here, %s", want.name, source[want.name].install)
	}
	t.Skipf("%s is not here, %s", want.name, source[want.name].install)
}

// run builds in a folder that has nothing of the repository but the sources, so that
// a source that the record does not name is missed. It returns what was built and
// what the build printed.
func (r *record) run(t *testing.T) (out, text string, err error) {
	sources, err := files(slices.Concat(r.sources, r.beside)...)
	if err != nil {
		return "", "", err
	}
	dir := t.TempDir()
	for _, name := range sources {
		from, to := filepath.Join(root, filepath.FromSlash(name)), filepath.Join(dir, "tree", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return "", "", err
		}
		b, err := os.ReadFile(from)
		if err != nil {
			return "", "", err
		}
		if err := os.WriteFile(to, b, 0o644); err != nil {
			return "", "", err
		}
	}
	out = filepath.Join(dir, "out")
	cmd := exec.Command("sh", "-euc", r.build)
	cmd.Dir = filepath.Join(dir, "tree")
	cmd.Env = append(os.Environ(), "OUT="+out, "CARGO_TARGET_DIR="+filepath.Join(dir, "target"), "RUSTFLAGS=", "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	path, optimizer := filepath.SplitList(os.Getenv("PATH")), false
	for _, want := range r.tools {
		found, _ := look(want)
		if name := source[want.name].variable; name != "" {
			cmd.Env = append(cmd.Env, name+"="+found)
		}
		if want.name == "wasm-opt" {
			optimizer, path = true, append(path, filepath.Dir(found))
		}
	}
	if !optimizer {
		// clang would run one that it finds, and make another module.
		path = slices.DeleteFunc(path, func(dir string) bool {
			_, err := exec.LookPath(filepath.Join(dir, "wasm-opt"))
			return err == nil
		})
	}
	cmd.Env = append(cmd.Env, "PATH="+strings.Join(path, string(filepath.ListSeparator)))
	b, err := cmd.CombinedOutput()
	return out, string(b), err
}

// offline reports that the Go command wanted to fetch a module and could not.
func offline(text string) bool {
	return strings.Contains(text, "dial tcp") || strings.Contains(text, "GOPROXY=off")
}
