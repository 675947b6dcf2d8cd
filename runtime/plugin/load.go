package plugin

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Load returns the named plugins, all or none; each name once, in any order.
// A plugin is shared when its module and its NAME.toml are those of one that
// runs; others are built, one after the other. Files that are being written
// are waited for, for a while.
//
// The error joins a [FileError] for every problem of every plugin. Modules
// that are not named are looked at without running them; Status tells what is
// wrong with those. Close the set when done.
func (d *Directory) Load(ctx context.Context, names []string) (*Set, error) {
	if err := d.lock(ctx); err != nil {
		return nil, fmt.Errorf("load plugins: %w", err)
	}
	defer d.unlock()

	names = slices.Compact(slices.Sorted(slices.Values(names)))
	l := &loader{directory: d, resting: d.resting, records: map[string]*record{}}
	v, _, err := d.look()
	if err != nil && len(names) > 0 {
		return nil, fmt.Errorf("plugin directory: %w", err)
	}
	d.resting.forget(func(path string) bool {
		_, ok := v[filepath.Base(path)]
		return !ok
	})
	d.know(v)
	set := &Set{directory: d, plugins: map[string]*Plugin{}}
	errs := l.all(ctx, names, set)
	later := l.survey(ctx, v, names)
	if ctx.Err() == nil {
		d.remember(l.records)
		d.know(later)
	} else {
		errs = append(errs, context.Cause(ctx))
		d.know(nil)
	}
	if errs != nil {
		d.aside(set.Close)
		return nil, errors.Join(errs...)
	}
	return set, nil
}

// loader is one Load.
type loader struct {
	directory *Directory
	resting   *resting
	records   map[string]*record // what it found, by name
}

// all loads plugins into the set and returns every problem.
func (l *loader) all(ctx context.Context, names []string, set *Set) (errs []error) {
	d := l.directory
	var files []string // together, so that they rest at the same time
	for _, name := range names {
		if checkName(name) == nil {
			suffix, _ := d.suffix(name) // read reports the error
			files = append(files, d.file(name, suffix), d.file(name, settingsSuffix))
		}
	}
	if err := l.resting.settle(ctx, time.Now().Add(maxUnrest), files...); err != nil {
		return []error{err}
	}
	for _, name := range names {
		if err := checkName(name); err != nil {
			errs = append(errs, &FileError{File: d.file(name, moduleSuffix), Name: name, Err: err})
			continue
		}
		p, problems := l.one(ctx, name)
		if ctx.Err() != nil {
			if p != nil {
				d.aside(func() { d.release(p) })
			}
			return errs
		}
		if p == nil {
			l.records[name].errs = problems
			errs = append(errs, problems...)
			continue
		}
		set.plugins[name] = p
	}
	return errs
}

// one loads one plugin, and makes its record.
func (l *loader) one(ctx context.Context, name string) (*Plugin, []error) {
	d := l.directory
	c, errs := l.read(ctx, name, d.record(name))
	if c.digest != "" && c.read {
		if p := d.share(sharedKey{name, c.key()}); p != nil {
			return l.found(name, p), nil
		}
	}
	if c.wasm == nil && len(errs) == 0 { // it was known by its stamp alone
		if c, errs = l.read(ctx, name, nil); len(errs) == 0 {
			if p := d.share(sharedKey{name, c.key()}); p != nil {
				return l.found(name, p), nil
			}
		}
	}
	settings, more := l.settings(name, c)
	errs = append(errs, more...)
	if len(errs) > 0 {
		return nil, errs
	}
	p, err := l.build(ctx, name, c, settings)
	if err != nil {
		return nil, problems(d.file(name, c.suffix), name, err)
	}
	d.adopt(p)
	return l.found(name, p), nil
}

// found records what a script turned out to export.
func (l *loader) found(name string, p *Plugin) *Plugin {
	if r := l.records[name]; r.script {
		r.kinds = kindsOfGuest(p.guest)
	}
	return p
}

// build makes a plugin. What takes a while shows in the log.
func (l *loader) build(ctx context.Context, name string, c *content, s Settings) (*Plugin, error) {
	d := l.directory
	p := &Plugin{directory: d, name: name, digest: c.digest, settings: s, toml: c.tomlHash()}
	file := name + c.suffix
	large := len(c.wasm) >= largeModule
	if large {
		d.log.Info("compiling "+file, "size", sizeText(len(c.wasm)))
	}
	start := time.Now()
	if s.Grant != nil {
		grant, err := s.Grant()
		if err != nil {
			return nil, &FileError{File: d.file(name, settingsSuffix), Name: name, Err: err}
		}
		p.grant, s.granted = grant, grant.Capabilities()
	}
	guest, err := guard(d.log, file, func() (Guest, error) {
		return d.build(ctx, name, c.wasm, s, p.timings.observe)
	})
	if err != nil {
		if p.grant != nil {
			p.grant.Release()
		}
		return nil, err
	}
	if d.wrap != nil {
		guest = d.wrap(name, guest)
	}
	p.guest, p.loaded = guest, time.Now()
	took := p.loaded.Sub(start).Round(time.Millisecond)
	if large {
		d.log.Info("compiled "+file, "took", took)
	} else {
		d.log.Debug("compiled "+file, "size", sizeText(len(c.wasm)), "took", took)
	}
	return p, nil
}

func sizeText(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// know sets what Watch compares with. A Load does so when it begins, so that
// no later change is missed and Watch does not call for what is under way.
func (d *Directory) know(v view) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known = v
}

// remember keeps what a Load found.
func (d *Directory) remember(found map[string]*record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, r := range found {
		if old := d.records[name]; old != nil && old.same(r) {
			r.since = old.since
		} else {
			r.since = time.Now()
		}
	}
	d.records = found
}
