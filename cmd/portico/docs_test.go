//go:build unix

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime/config"
)

//go:generate go test -run ^TestReference$ . -update

var update = flag.Bool("update", false, "rewrite docs/configuration.md and docs/cases.md")

func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"README.md", "CONTRIBUTING.md", "RATIONALE.md", "docs/*.md", "plugins/README.md", "examples/*/README.md"} {
		list, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(list) == 0 {
			t.Fatalf("%s: no such page, %v", pattern, err)
		}
		all = append(all, list...)
	}
	return all
}

func readPage(t *testing.T, file string) (string, []block) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list, err := blocks(string(src))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return string(src), list
}

// TestDocs runs every command of the documentation, page by page.
func TestDocs(t *testing.T) {
	if testing.Short() {
		t.Skip("builds guests and starts gateways")
	}
	env := environment(t)
	for _, file := range pages(t) {
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		_, list := readPage(t, file)
		t.Run(name, func(t *testing.T) {
			w := newWalk(t, name, env)
			for i, b := range list {
				want := ""
				if i+1 < len(list) && list[i+1].directive == "prints" {
					want = list[i+1].text
				}
				w.step(b, want)
			}
		})
	}
}

// environment is the environment of commands: that of this process with a
// "go" in front that knows what "go run ./cmd/portico" is, and a cache of
// compiled guests that all pages share.
func environment(t *testing.T) []string {
	for _, tool := range []string{"sh", "curl", "sha256sum", "wat2wasm"} {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing, which the commands of the documentation need", tool)
		}
		t.Skipf("%s is missing, which the commands of the documentation need", tool)
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	shim := strings.NewReplacer("GO", goTool, "TOP", top).Replace(`#!/bin/sh
case "$*" in
'run ./cmd/portico'*) shift 2; exec portico "$@" ;;
'build -o portico ./cmd/portico') exec 'GO' build -C 'TOP' -o "$PWD/portico" ./cmd/portico ;;
esac
exec 'GO' "$@"
`)
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(shim), 0o700); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "GOWORK=off")
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} { // before the cache directory moves
		out, err := exec.Command(goTool, "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(out)))
	}
	return append(env, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
}

// walk goes through one page.
type walk struct {
	*testing.T
	page string
	env  []string
	dir  string // the clone
	ports
	gateway *gateway
}

func newWalk(t *testing.T, page string, env []string) *walk {
	p, err := freePorts()
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{T: t, page: page, env: append(env, "PORTICO_ADMIN=127.0.0.1:"+p.admin), dir: t.TempDir(), ports: p}
	if err := clone(w.dir); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(w.dir, "examples/*/gateway.toml"))
	for _, f := range append(files, filepath.Join(w.dir, "gateway.toml")) {
		if err := p.moveFile(f); err != nil {
			t.Fatal(err)
		}
	}
	files, _ = filepath.Glob(filepath.Join(w.dir, "examples/*/plugins/*.toml"))
	for _, f := range files { // plugins may ask the gateway itself
		b, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(f, []byte(p.move(string(b))), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(w.stop)
	return w
}

func (w *walk) fatalf(b block, format string, args ...any) {
	w.Helper()
	w.Fatalf("%s:%d: %s", w.page, b.line, fmt.Sprintf(format, args...))
}

// step does what a block says, and expects it to print want.
func (w *walk) step(b block, want string) {
	w.Helper()
	text, want := w.move(b.text), w.move(want)
	if path, ok := strings.CutPrefix(b.directive, "file: "); ok {
		w.write(b, path)
		return
	}
	switch b.directive {
	case "run", "run: fails":
		out, err := w.shell(text)
		if (err == nil) == (b.directive == "run: fails") {
			w.fatalf(b, "ended with %v\n%s\nlog of the gateway:\n%s", err, out, w.log())
		}
		if line := missing(out, want); line != "" {
			w.fatalf(b, "did not print %q but\n%s\nlog of the gateway:\n%s", line, out, w.log())
		}
	case "run: eventually":
		w.until(b, want, func() (string, error) { return w.shell(text) })
	case "run: serve":
		w.serve(b, text)
		w.until(b, want, func() (string, error) { return w.log(), nil })
	case "run: this":
		if text != "go test ./...\n" {
			w.fatalf(b, "is not the command that runs this test")
		}
	case "run: make":
		w.make(b)
	case "gateway":
		w.write(b, "checked.toml")
		if out, err := w.shell("portico check -file checked.toml"); err != nil {
			w.fatalf(b, "%v\n%s", err, out)
		}
	}
}

// until repeats f until it succeeds and gives want.
func (w *walk) until(b block, want string, f func() (string, error)) {
	w.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		out, err := f()
		line := missing(out, want)
		if err == nil && line == "" {
			return
		}
		if time.Now().After(deadline) {
			w.fatalf(b, "ended with %v and without %q but\n%s\nlog of the gateway:\n%s", err, line, out, w.log())
		}
	}
}

func (w *walk) command(ctx context.Context, text string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-ec", text)
	cmd.Dir, cmd.Env = w.dir, w.env
	return cmd
}

func (w *walk) shell(text string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := w.command(ctx, text)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	// Answers of HTTP end their lines with CR LF.
	return strings.ReplaceAll(string(out), "\r\n", "\n"), err
}

func (w *walk) write(b block, path string) {
	if !filepath.IsLocal(path) {
		w.fatalf(b, "%s is outside of the clone", path)
	}
	file := filepath.Join(w.dir, path)
	err := os.MkdirAll(filepath.Dir(file), 0o700)
	if err == nil {
		err = os.WriteFile(file, []byte(b.text), 0o600)
	}
	if err == nil && strings.HasSuffix(path, "gateway.toml") {
		err = w.moveFile(file)
	}
	if err != nil {
		w.fatalf(b, "%v", err)
	}
}

func (w *walk) make(b block) {
	for line := range strings.Lines(b.text) {
		command, _, _ := strings.Cut(line, "#")
		target, ok := strings.CutPrefix(strings.TrimSpace(command), "make ")
		if !ok {
			w.fatalf(b, "%q is not a call of make", line)
		}
		if out, err := exec.Command("make", "-n", "-C", root, target).CombinedOutput(); err != nil {
			w.fatalf(b, "make -n %s: %v\n%s", target, err, out)
		}
	}
}

func (w *walk) log() string {
	if w.gateway == nil {
		return "none"
	}
	return w.gateway.out.String()
}

func (w *walk) serve(b block, text string) {
	w.stop()
	g, err := startGateway(w.command(context.Background(), "exec "+strings.TrimSpace(text)), w.admin)
	if err != nil {
		w.fatalf(b, "%v", err)
	}
	w.gateway = g
}

// stop ends the gateway as its operator would, and expects it to end well.
func (w *walk) stop() {
	g := w.gateway
	if g == nil {
		return
	}
	w.gateway = nil
	if err := g.stop(syscall.SIGTERM); err != nil {
		w.Errorf("%s: %v", w.page, err)
	}
}

const referenceHead = `# Configuration reference

<!-- Made of the comments in runtime/config by "go generate ./cmd/portico"; do not edit. -->

How the parts play together is in the [README](../README.md), in [Plugins](plugins.md) and in [Operating](operating.md).

`

const casesHead = `# Cases

<!-- Made of the comments in runtime/config by "go generate ./cmd/portico"; do not edit. -->

A file of cases for "portico plugin test" and "portico plugin bench": see [The workbench for plugins](workbench.md).
Reading is strict: a key that is not listed here is an error, and all errors are reported at once.

The table [defaults] has the keys of a case but name, request, event, expect, step and refused, for every case that does not say it itself. The tables
config, stage_variables, secrets and kv are joined with the case's, by key; answers of http stand behind the case's.

`

func TestReference(t *testing.T) {
	generated(t, "docs/configuration.md", referenceHead, config.Reference)
	generated(t, "docs/cases.md", casesHead, config.CasesReference)
}

// generated compares a page with what the code writes, or writes it.
func generated(t *testing.T, page, head string, write func(io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(head)
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, page)
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Errorf("%s is not what the code says; run: go generate ./cmd/portico", file)
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks looks up what the pages link to, headings included.
func TestLinks(t *testing.T) {
	for _, file := range pages(t) {
		page, _ := readPage(t, file)
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, fragment, _ := strings.Cut(m[1], "#")
			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), path)
			}
			b, err := os.ReadFile(target)
			if info, statErr := os.Stat(target); statErr == nil && info.IsDir() {
				err = nil
			}
			switch {
			case err != nil:
				t.Errorf("%s: %v", file, err)
			case fragment != "" && !anchors(string(b))[fragment]:
				t.Errorf("%s: %s has no heading #%s", file, target, fragment)
			}
		}
	}
}

// anchors are the headings of a page, as links name them.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for line := range strings.Lines(page) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' {
			name := strings.Map(func(r rune) rune {
				switch {
				case r == ' ':
					return '-'
				case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x80:
					return r
				}
				return -1
			}, strings.ToLower(strings.TrimSpace(title)))
			found[name] = true
		}
	}
	return found
}
