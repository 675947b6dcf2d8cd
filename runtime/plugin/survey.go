package plugin

import (
	"context"
	"maps"
	"slices"
	"time"
)

// survey looks, without running them, at the plugins of a view that nobody
// asked for. One that is being written is left for later: the view that is
// returned lacks it, so that Watch comes back to it.
func (l *loader) survey(ctx context.Context, v view, named []string) view {
	known := maps.Clone(v)
	for name := range v.names() {
		if _, ok := slices.BinarySearch(named, name); ok || ctx.Err() != nil {
			continue
		}
		if !l.glance(ctx, name) {
			delete(known, name+moduleSuffix)
			delete(known, name+scriptSuffix)
			delete(known, name+settingsSuffix)
		}
	}
	return known
}

// glance looks at one plugin; false says that it is being written.
func (l *loader) glance(ctx context.Context, name string) bool {
	d := l.directory
	now, old := time.Now(), d.record(name)
	suffix, both := d.suffix(name)
	module, moduleYet := l.resting.look(d.file(name, suffix), now)
	settings, settingsYet := l.resting.look(d.file(name, settingsSuffix), now)
	if moduleYet > 0 || settingsYet > 0 {
		l.records[name] = &record{module: module, script: suffix == scriptSuffix, settings: settings, waiting: true}
		return false
	}
	if both == nil && old != nil && !old.waiting && old.suffix() == suffix && old.settings == settings && (old.knows(module) || old.digest == "" && old.module == module) {
		r := *old
		l.records[name] = &r
		return true
	}
	if err := checkName(name); err != nil {
		file := name + settingsSuffix
		if !module.missing {
			file = name + suffix
		}
		l.records[name] = &record{module: module, script: suffix == scriptSuffix, settings: settings,
			errs: []error{&FileError{File: d.file(file, ""), Name: name, Err: err}}}
	} else {
		l.inspect(ctx, name)
	}
	r := l.records[name]
	if ctx.Err() != nil || old != nil && old.same(r) {
		return true
	}
	for _, e := range r.errs {
		d.log.Warn("broken plugin in the directory; nothing uses it", "plugin", name, "error", e)
	}
	return true
}

// inspect finds out what can be known of a plugin without running it.
func (l *loader) inspect(ctx context.Context, name string) {
	d := l.directory
	c, errs := l.read(ctx, name, nil)
	_, more := l.settings(name, c)
	errs = append(errs, more...)
	if c.wasm != nil {
		file := d.file(name, c.suffix)
		_, err := guard(d.log, file, func() (*Inspection, error) { return l.look(ctx, name, c) })
		errs = append(errs, problems(file, name, err)...)
	}
	l.records[name].errs = errs
}

// look inspects a module, and probes a script where there is an engine to do so.
func (l *loader) look(ctx context.Context, name string, c *content) (*Inspection, error) {
	if c.suffix != scriptSuffix {
		return Inspect(c.wasm)
	}
	if l.directory.probe == nil {
		return nil, nil
	}
	var err error
	l.records[name].kinds, err = l.directory.probe(ctx, name, c.wasm)
	return nil, err
}
