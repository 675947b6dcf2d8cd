// Package wat holds every module of this repository that is written as text to
// its source: each NAME.wat must give the NAME.wasm beside it byte for byte,
// those of plugins/src the one in plugins. "make wasm" writes them anew.
package wat

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the modules")

// build is how a file is assembled unless it says otherwise in a line such as
// ";; build: wasm-as -all". Names are kept: they show in traces.
var build = []string{"wat2wasm", "--debug-names", "--enable-threads", "--enable-tail-call"}

var other = regexp.MustCompile(`(?m)^;; build: (.+)$`)

const root = "../.."

func TestModulesAreTheirSource(t *testing.T) {
	found := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".wat" {
			found++
			name, _ := filepath.Rel(root, path)
			t.Run(filepath.ToSlash(name), func(t *testing.T) { check(t, path) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no .wat found; this test sees nothing")
	}
}

func check(t *testing.T, source string) {
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	command := build
	if m := other.FindSubmatch(text); m != nil {
		command = strings.Fields(string(m[1]))
	}
	tool, err := exec.LookPath(command[0])
	if err != nil {
		const text = "%s is not installed (Debian: wabt; npm: binaryen)"
		if *update || os.Getenv("CI") != "" {
			t.Fatalf(text, command[0])
		}
		t.Skipf(text, command[0])
	}
	out := filepath.Join(t.TempDir(), "out.wasm")
	args := append(command[1:len(command):len(command)], source, "-o", out)
	if text, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, text)
	}
	built, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	module := destination(source)
	if *update {
		if err := os.WriteFile(module, built, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(module)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, built) {
		t.Errorf("%s is not what its source gives; run \"make wasm\"", module)
	}
}

// destination is where the module of a source belongs.
func destination(source string) string {
	name := strings.TrimSuffix(filepath.Base(source), ".wat") + ".wasm"
	dir := filepath.Dir(source)
	if filepath.Base(filepath.Dir(dir)) == "src" && filepath.Base(filepath.Dir(filepath.Dir(dir))) == "plugins" {
		return filepath.Join(root, "plugins", name)
	}
	return filepath.Join(dir, name)
}
