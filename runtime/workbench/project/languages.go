package project

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Language is a language that projects can be written in.
type Language struct {
	// Name is what -lang takes, and the folder below sdk.
	Name  string
	Title string
	// Source is where a project's code begins; {{name}} stands for its name.
	Source string
	// Own says how the language's own tools are used, in a sentence; the README
	// of a project has it.
	Own string
	// Folder is where the SDK lies in a project.
	Folder string

	sdk    []source
	marker string // a file that tells a project of this language, with {{name}} for the folder's
	suffix string // of the plugin
	// tools lists what is missing to build a project.
	tools func(dir string) []Missing
	// build lists the commands that make NAME.wasm in dir; nil: it is there.
	build func(dir, name string, o BuildOptions) ([]Command, error)
}

// Missing is a tool that is not there, and how to get it.
type Missing struct{ Tool, How string }

func (m Missing) String() string { return m.Tool + " is missing: " + m.How }

// languages are those there are rules for; those that can be chosen are
// Languages.
var languages = []*Language{golang, rust, c, assemblyscript, javascript, zig}

// Languages are those that this program has an SDK and templates of.
func Languages() []*Language {
	a := archive()
	return slices.DeleteFunc(slices.Clone(languages), func(l *Language) bool {
		_, err := fs.Stat(a, l.Name+"/template")
		return err != nil
	})
}

// Names lists the languages that can be chosen.
func Names() (names []string) {
	for _, l := range Languages() {
		names = append(names, l.Name)
	}
	return names
}

// Named finds a language by its name.
func Named(name string) (*Language, error) {
	for _, l := range Languages() {
		if l.Name == name {
			return l, nil
		}
	}
	return nil, fmt.Errorf("there is no language %q; there are %s", name, strings.Join(Names(), ", "))
}

// Of finds the language of the project in dir.
func Of(dir string) (*Language, error) {
	name, err := NameOf(dir)
	if err != nil {
		return nil, err
	}
	var markers []string
	for _, l := range languages {
		marker := strings.ReplaceAll(l.marker, "{{name}}", name)
		if exists(filepath.Join(dir, marker)) {
			return l, nil
		}
		markers = append(markers, marker)
	}
	return nil, fmt.Errorf("%s is no project of a plugin: it has none of %s; make one with \"portico plugin new\"", dir, strings.Join(markers, ", "))
}

// Product is the plugin that the project in dir makes, whether it is there or
// not.
func Product(dir string) (string, error) {
	l, err := Of(dir)
	if err != nil {
		return "", err
	}
	name, err := NameOf(dir)
	return filepath.Join(dir, name+l.suffix), err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Begins is the file in which the code of a project begins.
func (l *Language) Begins(name string) string { return strings.ReplaceAll(l.Source, "{{name}}", name) }

// Missing lists the tools that are not there to build the project in dir.
func (l *Language) Missing(dir string) []Missing { return l.tools(dir) }
