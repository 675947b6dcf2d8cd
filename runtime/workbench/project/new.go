package project

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The kinds of plugin that a project can begin as.
var Kinds = []string{"authorizer", "mapper", "integration"}

//go:embed files
var common embed.FS

// names fit every language: a Go module, a crate, an npm package, a file.
var names = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)

// New makes the project of the plugin name in dir, which must not exist or be
// empty. What it has written by then is left when it fails.
func New(dir, name, kind string, l *Language) error {
	if !names.MatchString(name) || len(name) > 64 {
		return fmt.Errorf("%q cannot be the name of a project: use a-z first, then a-z and 0-9, with single - or _ between", name)
	}
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return fmt.Errorf("%s is there already, and not empty", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := fs.Stat(archive(), l.Name+"/template/"+kind); err != nil {
		return fmt.Errorf("there is no kind %q; there are %s", kind, strings.Join(Kinds, ", "))
	}
	article := "an "
	if kind == "mapper" {
		article = "a "
	}
	fill := strings.NewReplacer("{{name}}", name, "{{product}}", name+l.suffix, "{{kind}}", article+kind, "{{language}}", l.Title,
		"{{source}}", "`"+l.Begins(name)+"`", "{{own}}", l.Own, "{{sdk}}", l.Folder)
	files, err := fs.Sub(common, "files")
	if err != nil {
		return err
	}
	if err := write(dir, files, ".", func(path string) string {
		return strings.Replace(path, "settings.toml", name+".toml", 1)
	}, fill); err != nil {
		return err
	}
	if err := write(dir, archive(), l.Name+"/sdk", nil, nil); err != nil {
		return err
	}
	// Last, so that a template may have a README or a NAME.toml of its own.
	return write(dir, archive(), l.Name+"/template/"+kind, nil, fill)
}

// write copies a folder, with placeholders filled in names and texts.
func write(dir string, from fs.FS, root string, rename func(string) string, fill *strings.Replacer) error {
	return fs.WalkDir(from, root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(strings.TrimPrefix(path, root), "/")
		if rename != nil {
			name = rename(name)
		}
		if fill != nil {
			name, text = fill.Replace(name), []byte(fill.Replace(string(text)))
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if bytes.HasPrefix(text, []byte("#!")) {
			mode = 0o755
		}
		return os.WriteFile(to, text, mode)
	})
}
