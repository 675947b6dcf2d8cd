package plugin

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// view is what the directory looks like: a stamp for each file of a plugin, by
// the file's name. That of the directory itself, "", is there when it could
// not be read.
type view map[string]stamp

// look looks at the directory. links are the files in it that are links, which
// may lead elsewhere.
func (d *Directory) look() (v view, links []string, err error) {
	v = view{}
	files, err := list(d.path)
	if err != nil {
		v[""] = stamp{missing: errors.Is(err, fs.ErrNotExist), err: err.Error()}
		return v, nil, err
	}
	for _, f := range files {
		if _, ok := pluginOf(f.Name()); !ok {
			continue
		}
		path := filepath.Join(d.path, f.Name())
		v[f.Name()] = stampOf(path)
		if f.Type()&fs.ModeSymlink != 0 {
			links = append(links, path)
		}
	}
	return v, links, nil
}

// list reads a directory of no more than MaxFiles.
func list(path string) ([]fs.DirEntry, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []fs.DirEntry
	for {
		some, err := f.ReadDir(MaxFiles + 1 - len(all))
		all = append(all, some...)
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		case len(all) > MaxFiles:
			return nil, fmt.Errorf("%s: holds more than %d files", path, MaxFiles)
		}
	}
}

// names are the plugins of a view, of which one file at least is there.
func (v view) names() map[string]bool {
	names := map[string]bool{}
	for file := range v {
		if name, ok := pluginOf(file); ok {
			names[name] = true
		}
	}
	return names
}

// runs reports whether a view has a module or a script of that name.
func (v view) runs(name string) bool {
	_, module := v[name+moduleSuffix]
	_, script := v[name+scriptSuffix]
	return module || script
}
