package project

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// DevOptions configures [Dev].
type DevOptions struct {
	// Dir is the project.
	Dir string
	// Build says how it is built.
	Build BuildOptions
	// To is the plugin directory that gets what was built.
	To string
	// Live has the gateway take the plugin over and returns when it serves;
	// note says what is odd about that. nil leaves it to the gateway.
	Live func(ctx context.Context, file string) (note string, err error)
	// Event is told how each round ends. nil is nobody.
	Event func(Round)
}

// Round is what came of one change.
type Round struct {
	// Changed is the source that was saved last, "" for the first round.
	Changed string
	// Built is how long the tools took, Live how long it took from the save, or
	// from the begin of the first round, until the plugin served.
	Built, Live time.Duration
	Note        string
	// Err is why it does not serve: a tool's *BuildError, or what the gateway
	// refuses.
	Err error
}

const (
	// lookEvery is the pause between two looks at the sources: polling needs no
	// library, works on every file system, and costs a millisecond for a project
	// of a hundred files.
	lookEvery = 100 * time.Millisecond
	// maxSources bounds the files that are watched: a project has tens.
	maxSources = 20_000
)

// Dev builds the project and again after each change, and hands what was built
// to a gateway, until ctx is done. The error is why it cannot watch.
func Dev(ctx context.Context, o DevOptions) error {
	w := &watcher{dir: o.Dir}
	if _, _, err := w.look(); err != nil {
		return err
	}
	begin, changed := time.Now(), ""
	for {
		r := o.round(ctx, begin)
		r.Changed = changed
		if ctx.Err() != nil {
			return nil
		}
		if o.Event != nil {
			o.Event(r)
		}
		var err error
		if changed, begin, err = w.wait(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// round builds once and brings it to the gateway.
func (o *DevOptions) round(ctx context.Context, begin time.Time) (r Round) {
	start := time.Now()
	file, err := Build(ctx, o.Dir, o.Build)
	r.Built = time.Since(start)
	if err != nil {
		r.Err = err
		return r
	}
	to := filepath.Join(o.To, filepath.Base(file))
	if r.Err = place(file, to); r.Err == nil && o.Live != nil {
		r.Note, r.Err = o.Live(ctx, to)
	}
	r.Live = time.Since(begin)
	return r
}

// watcher sees changes of the sources of a project.
type watcher struct {
	dir  string
	seen map[string]stamp
}

type stamp struct {
	size     int64
	modified time.Time
}

var errManyFiles = errors.New("there are too many files in this folder to watch them; is it the project's?")

// look returns the newest file that differs from the last look, "" for none. A
// file that is gone has no name of its own: the folder stands for it.
func (w *watcher) look() (changed string, at time.Time, err error) {
	now := map[string]stamp{}
	err = filepath.WalkDir(w.dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case errors.Is(err, os.ErrNotExist):
			return nil // it went while we looked
		case err != nil:
			return err
		case d.IsDir() && path != w.dir && ignored(d.Name()):
			return filepath.SkipDir
		case d.IsDir() || !d.Type().IsRegular() || product(d.Name()):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil // it went while we looked
		}
		if now[path] = (stamp{info.Size(), info.ModTime()}); len(now) > maxSources {
			return errManyFiles
		}
		return nil
	})
	if err != nil {
		return "", at, err
	}
	for path, s := range now {
		if w.seen != nil && w.seen[path] != s && (changed == "" || s.modified.After(at)) {
			changed, at = path, s.modified
		}
	}
	if changed == "" && len(now) < len(w.seen) {
		changed, at = w.dir, time.Now()
	}
	w.seen = now
	return changed, at, nil
}

// wait returns when something has changed and then rested for a moment, with
// the time of the last save.
func (w *watcher) wait(ctx context.Context) (changed string, at time.Time, err error) {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", at, nil
		case <-t.C:
		}
		now, saved, err := w.look()
		switch {
		case err != nil:
			return "", at, err
		case now != "":
			changed, at = now, saved
			// A clock that is ahead, as on a file server, must not make times
			// negative.
			if late := time.Now(); at.After(late) {
				at = late
			}
		case changed != "":
			return changed, at, nil
		}
	}
}

// ignored are folders that hold what tools make or fetch.
func ignored(name string) bool {
	switch name {
	case "node_modules", "target", "build", "zig-out", "zig-cache":
		return true
	}
	return name[0] == '.'
}

// product are files that a build makes, and those of editors.
func product(name string) bool {
	switch filepath.Ext(name) {
	case ".wasm", ".o", ".wat", ".map", ".swp", ".tmp":
		return true
	}
	return name == "Cargo.lock" || name == "package-lock.json" || name[0] == '.' || name[len(name)-1] == '~'
}
