package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// events listens to the directories in which something can happen to files.
type events struct {
	watcher *fsnotify.Watcher
	watched map[string]fs.FileInfo // what each watch was set on
	ends    map[string]bool        // see roads
	can     func(dir string) error // notifies
}

func newEvents() (*events, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &events{watcher: w, watched: map[string]fs.FileInfo{}, can: notifies}, nil
}

func (e *events) close() {
	_ = e.watcher.Close() // nothing is lost that anybody waits for
}

// follow listens to all that can change what the paths lead to, and to nothing
// else. added says that a watch is new: what happened before it was set is not
// notified. The error says why not all is notified.
func (e *events) follow(paths []string) (added bool, err error) {
	const tries = 3 // for directories that vanish meanwhile
	for range tries {
		dirs, ends := roads(paths)
		e.ends = ends
		e.prune(dirs)
		again := false
		for dir, fi := range dirs {
			if _, ok := e.watched[dir]; ok {
				continue
			}
			added = true
			switch addErr := e.watcher.Add(dir); {
			case errors.Is(addErr, fs.ErrNotExist):
				again = true
			case addErr != nil:
				err = fmt.Errorf("watch %s: %w", dir, addErr)
			default:
				e.watched[dir] = fi
				err = errors.Join(err, e.can(dir))
			}
		}
		if !again {
			break
		}
	}
	return added, err
}

// matters reports whether an event can change what the paths lead to. What is
// written to another file beside one of them, such as a log, does not.
func (e *events) matters(ev fsnotify.Event) bool {
	if ev.Op&^(fsnotify.Write|fsnotify.Chmod) != 0 {
		return true
	}
	return e.ends[fold(ev.Name)] || e.ends[fold(filepath.Dir(ev.Name))]
}

// fold is what two names have in common that some file systems take for one.
func fold(path string) string { return strings.ToLower(path) }

// prune forgets the watches that are gone or lead elsewhere, and removes those
// that are not needed.
func (e *events) prune(dirs map[string]fs.FileInfo) {
	alive := e.watcher.WatchList()
	for dir, was := range e.watched {
		is, needed := dirs[dir]
		if needed && os.SameFile(is, was) && slices.Contains(alive, dir) {
			continue
		}
		if slices.Contains(alive, dir) {
			_ = e.watcher.Remove(dir) // it may have gone by itself
		}
		delete(e.watched, dir)
	}
}

// roads gives the directories in which a change can make the paths lead
// elsewhere: where they end, and where a link on their way lies. Of a path that
// is not there, it is the directory in which it breaks off. That a directory
// on the way is renamed is not noticed. ends are the files and directories that
// the paths lead to, folded.
func roads(paths []string) (dirs map[string]fs.FileInfo, ends map[string]bool) {
	dirs, ends = map[string]fs.FileInfo{}, map[string]bool{}
	for _, p := range paths {
		if p, err := filepath.Abs(p); err == nil {
			const maxLinks = 40 // as in Linux
			road(p, maxLinks, dirs, ends)
		}
	}
	return dirs, ends
}

func road(path string, links int, dirs map[string]fs.FileInfo, ends map[string]bool) {
	add := func(dir string) {
		if fi, err := os.Stat(dir); err == nil && fi.IsDir() {
			dirs[dir] = fi
		}
	}
	at := filepath.VolumeName(path) + string(filepath.Separator)
	rest := path[len(at):]
	for rest != "" {
		next, below := rest, ""
		for i := range len(rest) {
			if os.IsPathSeparator(rest[i]) {
				next, below = rest[:i], rest[i+1:]
				break
			}
		}
		here := filepath.Join(at, next)
		fi, err := os.Lstat(here)
		switch {
		case err != nil:
			add(at)
			return
		case fi.Mode()&fs.ModeSymlink != 0:
			add(at)
			to, err := os.Readlink(here)
			if err != nil || links == 0 {
				return
			}
			if !filepath.IsAbs(to) {
				to = filepath.Join(at, to)
			}
			road(filepath.Join(to, below), links-1, dirs, ends)
			return
		case below == "":
			add(at)
			add(here) // does nothing for a file
			ends[fold(here)] = true
		}
		at, rest = here, below
	}
}
