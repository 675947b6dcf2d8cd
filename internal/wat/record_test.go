package wat

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// records is where they are kept; its head says what each line means.
const records = "compiled.txt"

// A record is of one module that a compiler made, or of one folder of them.
type record struct {
	made    string   // the module, or the folder of modules
	digest  string   // of it
	sources []string // files, folders and patterns, from the top of the repository
	beside  []string // files that the build reads, but that change nothing in the module
	from    string   // the digest of sources and build
	build   string   // for sh, at the top of the repository; writes $OUT
	slow    string   // why the module is not built by each run of the tests
	tools   []tool
}

// A tool is a program and what it says of its version.
type tool struct{ name, version string }

func readRecords(t *testing.T) (head string, all []*record) {
	t.Helper()
	raw, err := os.ReadFile(records)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(line, "#") {
			head += line + "\n"
			continue
		}
		key, value, indented := strings.Cut(strings.TrimPrefix(line, "\t"), " ")
		if !strings.HasPrefix(line, "\t") {
			if line != "" {
				all = append(all, &record{made: line})
			}
			continue
		}
		if len(all) == 0 || !indented {
			t.Fatalf("%s:%d: want a module and, below it, lines such as \"\tKEY VALUE\"", records, i+1)
		}
		r := all[len(all)-1]
		switch key {
		case "digest":
			r.digest = value
		case "source":
			r.sources = append(r.sources, value)
		case "beside":
			r.beside = append(r.beside, value)
		case "from":
			r.from = value
		case "build":
			r.build = value
		case "slow":
			r.slow = value
		case "tool":
			name, version, _ := strings.Cut(value, " ")
			r.tools = append(r.tools, tool{name, version})
		default:
			t.Fatalf("%s:%d: unknown key %q", records, i+1, key)
		}
	}
	return head, all
}

func writeRecords(t *testing.T, head string, all []*record) {
	t.Helper()
	var b strings.Builder
	b.WriteString(head)
	for _, r := range all {
		fmt.Fprintf(&b, "\n%s\n", r.made)
		line := func(key, value string) {
			if value != "" {
				fmt.Fprintf(&b, "\t%s %s\n", key, value)
			}
		}
		line("digest", r.digest)
		line("from", r.from)
		for _, s := range r.sources {
			line("source", s)
		}
		for _, s := range r.beside {
			line("beside", s)
		}
		line("build", r.build)
		line("slow", r.slow)
		for _, tool := range r.tools {
			line("tool", strings.TrimSpace(tool.name+" "+tool.version))
		}
	}
	if err := os.WriteFile(records, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// now is the digests of what is in the tree.
func (r *record) now() (made, from string, err error) {
	modules, err := files(r.made)
	if err != nil {
		return "", "", err
	}
	if made, err = digest(modules); err != nil {
		return "", "", err
	}
	sources, err := files(r.sources...)
	if err != nil {
		return "", "", err
	}
	if from, err = digest(sources); err != nil {
		return "", "", err
	}
	sum := sha256.Sum256([]byte(from + "\n" + r.build + "\n"))
	return made, hex.EncodeToString(sum[:]), nil
}

// Not of a module's making: what tests and describes it, examples, and the output
// of compilers.
var (
	otherFolders = []string{"examples", "template", "conformance", "porticotest", "test", "tests", "testdata", "target", "node_modules", "build"}
	otherFiles   = []string{"*_test.go", "*.md", "cases.toml", ".gitignore"}
)

// files lists what paths name, each a file, a folder with all below it, or a pattern.
// Of a folder otherFolders and otherFiles are left out.
func files(paths ...string) ([]string, error) {
	var all []string
	for _, name := range paths {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("%s: not there (%v)", name, err)
		}
		for _, top := range found {
			err := filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
				switch {
				case err != nil:
					return err
				case d.IsDir() && file != top && slices.Contains(otherFolders, d.Name()):
					return fs.SkipDir
				case d.IsDir():
					return nil
				}
				for _, pattern := range otherFiles {
					if ok, _ := path.Match(pattern, d.Name()); ok && file != top {
						return nil
					}
				}
				file, err = filepath.Rel(root, file)
				all = append(all, filepath.ToSlash(file))
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// digest is the SHA-256 of one file; of several it is that of what sha256sum prints
// for them.
func digest(files []string) (string, error) {
	sums := sha256.New()
	for _, name := range files {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(b)
		if len(files) == 1 {
			return hex.EncodeToString(sum[:]), nil
		}
		fmt.Fprintf(sums, "%x  %s\n", sum, name)
	}
	return hex.EncodeToString(sums.Sum(nil)), nil
}
