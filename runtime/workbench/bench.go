package workbench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// Options configures a [Bench].
type Options struct {
	// File is the plugin: NAME.wasm or NAME.js, with NAME.toml beside it or not.
	File string
	// CacheDir keeps compiled code between runs, as the gateway's does; "" keeps
	// none.
	CacheDir string
	// Progress is told what takes a while before it begins; nil is nobody.
	Progress func(what string)
}

// Bench is one plugin, ready to be tried. It is used by one goroutine at a
// time.
type Bench struct {
	file, directory, name string
	info                  *Info
	progress              func(string)
	cache                 string

	clock   *clock
	engine  *engine.Engine
	tracer  *engine.Engine // nil until a trap is traced
	backend *backend
	temp    string
	told    bool   // that it is being compiled
	last    *scene // of Test, nil before
}

// Info is what can be known of a plugin before it is tried.
type Info struct {
	Kinds   []hostabi.Kind
	Size    int  // of the file, in bytes
	Script  bool // JavaScript
	Imports []engine.Import
	lines   bool // it has line tables (DWARF)
}

// scriptSuffix is that of a plugin in JavaScript.
const scriptSuffix = ".js"

// New looks at the plugin and prepares what its cases share. ctx bounds the look.
// Close the bench when done.
func New(ctx context.Context, o Options) (*Bench, error) {
	path, err := filepath.Abs(o.File)
	if err != nil {
		return nil, err
	}
	base := filepath.Base(path)
	b := &Bench{file: o.File, directory: filepath.Dir(path), name: strings.TrimSuffix(base, filepath.Ext(base)),
		progress: o.Progress, cache: o.CacheDir, clock: new(clock)}
	if b.progress == nil {
		b.progress = func(string) {}
	}
	if b.temp, err = os.MkdirTemp("", "portico-bench-"); err != nil {
		return nil, err
	}
	if b.backend, err = newBackend(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(b.temp))
	}
	if b.engine, err = b.newEngine(engine.Options{CacheDir: o.CacheDir}); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if b.info, err = b.look(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// File is the plugin's, as New was told.
func (b *Bench) File() string { return b.file }

// slowToCompile is the size of a module from which compiling takes as long as
// one notices.
const slowToCompile = 500 << 10

// compiling says so before a large module is compiled for the first time.
func (b *Bench) compiling() {
	if !b.told && b.info.Size > slowToCompile {
		b.told = true
		b.progress("loading " + b.file)
	}
}

// Info is what the plugin is.
func (b *Bench) Info() *Info { return b.info }

// settingsFile is NAME.toml, which may be absent.
func (b *Bench) settingsFile() string { return filepath.Join(b.directory, b.name+".toml") }

// look reads what the file is. A script is evaluated once for that.
func (b *Bench) look(ctx context.Context) (*Info, error) {
	ext := filepath.Ext(b.file)
	if ext != ".wasm" && ext != scriptSuffix {
		return nil, fmt.Errorf("%s: a plugin is a file NAME.wasm or NAME.js", b.file)
	}
	text, err := os.ReadFile(b.file)
	if err != nil {
		return nil, err
	}
	if ext == scriptSuffix {
		kinds, err := javascript.Kinds(ctx, b.engine, b.name, text)
		if at := (*adapter.SourceError)(nil); errors.As(err, &at) && at.Line > 0 {
			return nil, fmt.Errorf("%s:%w", b.file, at)
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", b.file, err)
		}
		return &Info{Kinds: kinds, Size: len(text), Script: true}, nil
	}
	i, err := plugin.Inspect(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.file, err)
	}
	lines := slices.ContainsFunc(i.Custom, func(c engine.Custom) bool { return c.Name == ".debug_line" })
	return &Info{Kinds: i.Kinds, Size: len(text), Imports: i.Imports, lines: lines}, nil
}

func (b *Bench) newEngine(o engine.Options) (*engine.Engine, error) {
	o.Now = b.clock.Now
	e, err := engine.New(o)
	if err != nil {
		return nil, err
	}
	if err := plugin.Define(e); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Close ends everything that the bench has started and removes its files.
func (b *Bench) Close() error {
	var errs []error
	if b.last != nil {
		errs = append(errs, b.last.close())
	}
	if b.engine != nil {
		errs = append(errs, b.engine.Close())
	}
	if b.tracer != nil {
		errs = append(errs, b.tracer.Close())
	}
	if b.backend != nil {
		errs = append(errs, b.backend.close())
	}
	return errors.Join(append(errs, os.RemoveAll(b.temp))...)
}

// kinds are what the plugin can be tried as.
func (b *Bench) kinds() (list []string) {
	has := func(k hostabi.Kind) bool { return slices.Contains(b.info.Kinds, k) }
	if has(hostabi.Authorize) {
		list = append(list, config.CaseAuthorizer)
	}
	if has(hostabi.MapRequest) || has(hostabi.MapResponse) {
		list = append(list, config.CaseMapper)
	}
	if has(hostabi.Integrate) {
		list = append(list, config.CaseIntegration)
	}
	return list
}

// kind is what a case tries the plugin as.
func (b *Bench) kind(c *config.Case) (string, error) {
	list := b.kinds()
	switch {
	case c.Kind != "" && !slices.Contains(list, c.Kind):
		return "", fmt.Errorf("%s cannot be tried as %s: it is for %s", b.file, c.Kind, strings.Join(list, ", "))
	case c.Kind != "":
		return c.Kind, nil
	case len(list) == 1:
		return list[0], nil
	case slices.Contains(list, config.CaseAuthorizer) && decides(c):
		return config.CaseAuthorizer, nil
	}
	return "", fmt.Errorf("%s can be tried as %s; say which: kind = %q", b.file, strings.Join(list, ", "), list[0])
}

// decides reports whether a case expects what only an authorizer gives.
func decides(c *config.Case) bool {
	return slices.ContainsFunc(c.Step, func(s config.Step) bool {
		return s.Expect.Decision != "" || s.Expect.Principal != nil || s.Expect.Context != nil
	})
}
