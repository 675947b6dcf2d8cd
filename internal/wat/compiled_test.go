package wat

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var all = flag.Bool("all", false, "build all modules that a compiler makes, with -update those too whose sources are as recorded")

// TestCompiledModulesAreRecorded holds modules that a compiler made to compiled.txt:
// a source or a command that was changed without building its module, or a module
// that was changed without its source, fails. With -update such modules are built
// and recorded.
func TestCompiledModulesAreRecorded(t *testing.T) {
	head, recorded := readRecords(t)
	if len(recorded) == 0 {
		t.Error("no records; this test sees nothing")
	}
	for _, r := range recorded {
		t.Run(r.made, func(t *testing.T) {
			if r.build == "" || len(r.sources) == 0 || len(r.tools) == 0 {
				t.Fatalf("the record has no build, source or tool")
			}
			made, from, err := r.now()
			if err != nil && !*update {
				t.Fatal(err)
			}
			if *update {
				if made != r.digest || from != r.from || *all {
					r.renew(t)
					writeRecords(t, head, recorded)
				}
				return
			}
			if from != r.from {
				t.Errorf("a source or the command is another than recorded (%s, was %s); run \"make wasm\"", from, r.from)
			}
			if made != r.digest {
				t.Errorf("it has digest %s, recorded is %s; run \"make wasm\"", made, r.digest)
			}
		})
	}
}

// TestCompiledModulesAreBuiltAgain builds each module from its recorded sources alone
// and compares the bytes, where the tools are those of the record.
func TestCompiledModulesAreBuiltAgain(t *testing.T) {
	if *update || testing.Short() {
		t.Skip("not with -update or -short")
	}
	_, recorded := readRecords(t)
	for _, r := range recorded {
		t.Run(r.made, func(t *testing.T) {
			if r.slow != "" && !*all {
				t.Skipf("%s: with -all alone", r.slow)
			}
			for _, tool := range r.tools {
				found, version := look(tool)
				if found == "" {
					missing(t, tool)
				} else if version != tool.version {
					t.Skipf("%s here is %q, the record's %q, which may give other bytes", tool.name, version, tool.version)
				}
			}
			out, text, err := r.run(t)
			if err != nil {
				if os.Getenv("CI") == "" && offline(text) {
					t.Skipf("the network is needed:\n%s", text)
				}
				t.Fatalf("%v\n%s", err, text)
			}
			same(t, out, filepath.Join(root, filepath.FromSlash(r.made)))
		})
	}
}

// TestEveryModuleHasItsSource walks the .wasm that are checked in. Each has its text
// beside it, or a record.
func TestEveryModuleHasItsSource(t *testing.T) {
	list := exec.Command("git", "ls-files", "*.wasm", "*.wat")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		if os.Getenv("CI") == "" {
			t.Skipf("not a clone with git: %v", err)
		}
		t.Fatal(err)
	}
	text := map[string]bool{}
	var modules []string
	for _, name := range strings.Fields(string(out)) {
		if filepath.Ext(name) == ".wat" {
			module, err := filepath.Rel(root, destination(filepath.Join(root, filepath.FromSlash(name))))
			if err != nil {
				t.Fatal(err)
			}
			text[filepath.ToSlash(module)] = true
		} else {
			modules = append(modules, name)
		}
	}
	if len(modules) < 50 {
		t.Errorf("%d modules; this test sees too little", len(modules))
	}
	_, recorded := readRecords(t)
	for _, module := range modules {
		i := slices.IndexFunc(recorded, func(r *record) bool {
			return r.made == module || strings.HasPrefix(module, r.made+"/")
		})
		if text[module] == (i >= 0) {
			t.Errorf("%s: want either its .wat beside it or a record in internal/wat/%s", module, records)
		}
		// A plugin has its folder, so that a new file in it counts.
		name, plugin := strings.CutPrefix(module, "plugins/")
		if folder := "plugins/src/" + strings.TrimSuffix(name, ".wasm"); plugin && i >= 0 && !slices.Contains(recorded[i].sources, folder) {
			t.Errorf("%s: its record lacks \"source %s\"", module, folder)
		}
	}
}

// TestAChangeIsSeen: what the digest of a record's sources covers.
func TestAChangeIsSeen(t *testing.T) {
	_, recorded := readRecords(t)
	by := map[string]*record{}
	for _, r := range recorded {
		by[r.made] = r
	}
	for _, test := range []struct{ module, source string }{
		{"plugins/basic-auth.wasm", "plugins/src/basic-auth/go.sum"},
		{"plugins/basic-auth.wasm", "sdk/go/authorizer/export_wasip1.go"},
		{"plugins/json-xml.wasm", "sdk/go/go.mod"},
		{"plugins/json-mask.wasm", "sdk/assemblyscript/asconfig.json"},
		{"plugins/rewrite.wasm", "sdk/assemblyscript/assembly/portico/settings.ts"},
		{"plugins/ip-list.wasm", "plugins/src/ip-list/Cargo.lock"},
		{"plugins/key-value.wasm", "sdk/rust/portico/Cargo.toml"},
		{"plugins/request-signature.wasm", "sdk/rust/stack.rs"},
		{"plugins/request-signature.wasm", "internal/wat/rustc.sh"},
		{"plugins/canned-response.wasm", "sdk/c/portico.h"},
		{"plugins/webhook-signature.wasm", "plugins/src/webhook-signature/settings.h"},
		{"hostabi/javascript/engine.wasm", "hostabi/javascript/engine/library/main.js"},
		{"hostabi/javascript/engine.wasm", "hostabi/javascript/freeze/module.go"},
	} {
		r := by[test.module]
		if r == nil {
			t.Errorf("no record of %s", test.module)
			continue
		}
		sources, err := files(r.sources...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(sources, test.source) {
			t.Errorf("%s is not among the sources of %s", test.source, test.module)
		}
	}
	// The command counts, too.
	r := *recorded[0]
	r.build += " "
	if _, from, err := r.now(); err != nil || from == recorded[0].from {
		t.Errorf("another command has the same digest (%v)", err)
	}
}

// renew builds and records a module with the tools that are here.
func (r *record) renew(t *testing.T) {
	versions := make([]tool, len(r.tools))
	for i, tool := range r.tools {
		found, version := look(tool)
		if found == "" {
			t.Errorf("%s is not here, %s", tool.name, source[tool.name].install)
		}
		versions[i].name, versions[i].version = tool.name, version
	}
	if t.Failed() {
		return
	}
	out, text, err := r.run(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	built, err := read(out)
	if err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(root, filepath.FromSlash(r.made))
	for name, b := range built {
		if err := os.WriteFile(filepath.Join(target, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r.tools = versions
	if r.digest, r.from, err = r.now(); err != nil {
		t.Fatal(err)
	}
	t.Logf("built")
}

// same fails where one of two modules, or of two folders of them, differs.
func same(t *testing.T, out, have string) {
	built, err := read(out)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := read(have)
	if err != nil {
		t.Fatal(err)
	}
	for name := range kept {
		if _, ok := built[name]; !ok {
			t.Errorf("%s: its sources do not give it", filepath.Join(have, name))
		}
	}
	for name, b := range built {
		if !bytes.Equal(kept[name], b) {
			t.Errorf("%s is not what its sources give", filepath.Join(have, name))
		}
	}
}

// read is a file under the name "", or those of a folder under theirs.
func read(path string) (map[string][]byte, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		b, err := os.ReadFile(path)
		return map[string][]byte{"": b}, err
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(path, e.Name())); err != nil {
			return nil, err
		}
	}
	return all, nil
}
