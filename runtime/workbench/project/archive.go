package project

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// sdk.zip has for each language LANG/template/KIND, what a project begins with,
// and LANG/sdk, the SDK as it lies in a project. It is made of the folder sdk:
// Go's embed cannot reach over the go.mod of sdk/go.
//
//go:generate go test -run ^TestTheArchiveIsTheSDKs$ . -update
//go:embed sdk.zip
var archiveBytes []byte

// archive opens sdk.zip.
func archive() fs.FS {
	r, err := zip.NewReader(bytes.NewReader(archiveBytes), int64(len(archiveBytes)))
	if err != nil { // a test holds that it opens
		panic(err)
	}
	return r
}

// A source is a part of the folder sdk that is in the archive.
type source struct {
	from string // below sdk/LANG: a folder, or a file
	to   string // in a project, "" for its top
}

// left says what is not part of an SDK: tests, examples, what was built.
func left(name string) bool {
	base := path.Base(name)
	for _, dir := range strings.Split(path.Dir(name), "/") {
		if slices.Contains([]string{"template", "conformance", "examples", "test", "tests", "testdata", "target", "build",
			"node_modules", "zig-out"}, dir) || strings.HasPrefix(dir, ".") && dir != "." {
			return true
		}
	}
	return strings.HasSuffix(base, "_test.go") || strings.HasSuffix(base, ".wasm") || base == ".DS_Store"
}

// contents lists what the archive is to hold: name in it, and name in sdk.
func contents(sdk fs.FS) (map[string]string, error) {
	files := map[string]string{}
	for _, l := range languages {
		if _, err := fs.Stat(sdk, l.Name+"/template"); err != nil {
			continue
		}
		add := func(from, to string, skip func(string) bool) error {
			root := path.Join(l.Name, from)
			return fs.WalkDir(sdk, root, func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				below := strings.TrimPrefix(strings.TrimPrefix(name, root), "/")
				if skip(path.Join(from, below)) {
					return nil
				}
				files[path.Join(l.Name, to, below)] = name
				return nil
			})
		}
		if err := add("template", "template", func(string) bool { return false }); err != nil {
			return nil, fmt.Errorf("%s: %w", l.Name, err)
		}
		for _, s := range l.sdk {
			if err := add(s.from, path.Join("sdk", s.to), left); err != nil {
				return nil, fmt.Errorf("%s: %w", l.Name, err)
			}
		}
	}
	return files, nil
}
