// Package rules holds what the packages of this repository keep to, where a reader
// of one change would not see that another file is to follow.
package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// A file is Go source of this repository, without what testdata holds.
type file struct {
	module string // the folder of its go.mod, "." for the main module
	dir    string // of the file, from the top
	name   string
	*ast.File
}

func (f *file) test() bool { return strings.HasSuffix(f.name, "_test.go") }

// sources parses all Go files of the repository.
func sources(t *testing.T) []*file {
	t.Helper()
	var all []*file
	set := token.NewFileSet()
	modules := map[string]bool{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch {
			case name != "." && strings.HasPrefix(d.Name(), "."), d.Name() == "testdata", d.Name() == "node_modules", d.Name() == "target":
				return fs.SkipDir
			}
			_, err := os.Stat(filepath.Join(root, name, "go.mod"))
			modules[name] = err == nil
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		module := path.Dir(name)
		for !modules[module] {
			module = path.Dir(module)
		}
		all = append(all, &file{module, path.Dir(name), path.Base(name), f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 300 {
		t.Fatalf("%d files; this test sees too little", len(all))
	}
	return all
}

// imports reports that a file imports one of paths.
func (f *file) imports(paths ...string) bool {
	for _, i := range f.Imports {
		for _, p := range paths {
			if i.Path.Value == `"`+p+`"` {
				return true
			}
		}
	}
	return false
}
