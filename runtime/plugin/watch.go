package plugin

import (
	"context"
	"maps"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// coalesce is how long Watch takes notifications that follow one another
	// for one. Somebody who changes a watched directory without end costs forty
	// looks a second and no more.
	coalesce = 25 * time.Millisecond

	// burst is how many notifications are taken for one look. What is left
	// makes for another look.
	burst = 256

	// tick is by how much the times of files may lie behind the clock, in
	// systems with a slow timer.
	tick = 10 * time.Millisecond

	// resync is when a directory is looked at that nothing was heard of:
	// notifications can be lost, and a file written through mmap or through
	// another name of it gives none.
	resync = time.Minute
)

// Watch calls changed when files of the directory or extra files have changed
// and were at rest for Options.Quiet, or were not at rest for ten seconds. It
// returns when ctx is done or the directory closed.
//
// A change is one since the last Load or the last report, or since New. Extra
// files, such as the gateway file, are compared with their last report and, the
// first time, with New. They may be links, and may be absent.
//
// changed is called by Watch itself, one call after the other; it may load,
// and may close the directory. One Watch runs at a time.
func (d *Directory) Watch(ctx context.Context, extra []string, changed func()) {
	w := d.newWatch(extra)
	defer w.close()
	for {
		due, again := w.look(time.Now())
		if due {
			changed()
			again = 0
		}
		if !w.wait(ctx, again) {
			return
		}
	}
}

// watch is one run of Watch.
type watch struct {
	directory *Directory
	extra     []string
	poll      time.Duration // 0 while all changes are notified
	events    *events       // nil when nothing can be notified

	dir, files view      // as last seen; files are the extra ones
	since      time.Time // they look so
	unrest     time.Time // the first look that found a change; zero without one
}

func (d *Directory) newWatch(extra []string) *watch {
	w := &watch{directory: d, poll: d.poll}
	for _, f := range extra {
		w.extra = append(w.extra, filepath.Clean(f))
	}
	if d.poll == 0 {
		var err error
		if w.events, err = newEvents(); err != nil {
			w.pollInstead(err)
		}
	}
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	known := view{}
	for _, f := range w.extra {
		s, ok := d.extra[f]
		if !ok {
			if s = stampOf(f); !s.missing && s.err == "" && s.age(now) < now.Sub(d.since)+tick {
				s = stamp{} // changed since New: perhaps nobody has read it
			}
		}
		known[f] = s
	}
	d.extra = known
	return w
}

func (w *watch) close() {
	if w.events != nil {
		w.events.close()
	}
}

func (w *watch) pollInstead(why error) {
	if w.poll == 0 {
		w.poll = DefaultPoll
		w.directory.log.Warn("the file system does not notify of all changes, so it is polled",
			"directory", w.directory.path, "interval", w.poll, "reason", why)
	}
}

// look compares the files with what is known. due says to report a change,
// again when to look again at the latest.
func (w *watch) look(now time.Time) (due bool, again time.Duration) {
	d := w.directory
	dir, links, _ := d.look() // an error is part of the view
	if w.events != nil {
		added, err := w.events.follow(append(append(links, d.path), w.extra...))
		if err != nil {
			w.pollInstead(err)
		}
		if added { // what happened before is not notified
			dir, _, _ = d.look()
		}
	}
	files := view{}
	for _, f := range w.extra {
		files[f] = stampOf(f)
	}
	if !maps.Equal(dir, w.dir) || !maps.Equal(files, w.files) {
		w.dir, w.files, w.since = dir, files, now
	}

	d.mu.Lock()
	defer d.mu.Unlock()
	if maps.Equal(dir, d.known) && maps.Equal(files, d.extra) {
		w.unrest = time.Time{}
		if w.poll > 0 {
			return false, w.poll
		}
		return false, resync
	}
	if w.unrest.IsZero() {
		w.unrest = now
	}
	rest := now.Sub(w.since)
	if rest < d.quiet && now.Sub(w.unrest) < maxUnrest {
		return false, d.quiet - rest
	}
	d.known, d.extra, w.unrest = dir, files, time.Time{}
	return true, 0
}

// wait waits for a notification or until it is time to look again; false says
// that the watch is over.
func (w *watch) wait(ctx context.Context, again time.Duration) bool {
	t := time.NewTimer(again)
	defer t.Stop()
	var heard <-chan fsnotify.Event
	var lost <-chan error // notifications that did not fit the queue
	if w.events != nil {
		heard, lost = w.events.watcher.Events, w.events.watcher.Errors
	}
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return false
		case <-w.directory.closed:
			return false
		case <-t.C:
			return true
		case e := <-heard:
			if !w.events.matters(e) {
				continue
			}
			n++
		case <-lost:
			n++
		}
		if n == 1 && again > coalesce {
			t.Reset(coalesce)
		}
		if n == burst {
			heard, lost = nil, nil
		}
	}
}
