package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// stamp tells one version of a file from another without reading it. Stamps
// are compared.
type stamp struct {
	size     int64
	modified int64 // in ns
	changed  int64 // of the inode, in ns; 0 where the system does not say
	dev, ino uint64
	mode     fs.FileMode
	missing  bool   // there is no file; a link that leads nowhere is none
	err      string // why there is no stamp
}

// stampOf looks at what a path leads to.
func stampOf(path string) stamp {
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return stamp{missing: true}
	case err != nil:
		return stamp{err: cause(err).Error()}
	}
	return stampOfInfo(fi)
}

func stampOfInfo(fi fs.FileInfo) stamp {
	s := stamp{size: fi.Size(), modified: fi.ModTime().UnixNano(), mode: fi.Mode()}
	s.identify(fi)
	return s
}

// cause is an error without the path, which the reader is told anyway.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// age is how long ago the file changed, by its own account; negative when
// that is in the future, as with a server whose clock is ahead.
func (s stamp) age(now time.Time) time.Duration {
	return now.Sub(time.Unix(0, max(s.modified, s.changed)))
}

// check says why the file is not to be opened.
func (s stamp) check(limit int64) error {
	switch {
	case s.missing:
		return ErrNoFile
	case s.err != "":
		return errors.New(s.err)
	case !s.mode.IsRegular():
		return fmt.Errorf("%w: it is a %s", ErrNotRegular, typeName(s.mode))
	case s.size > limit:
		return fmt.Errorf("%w: it has %d bytes, at most %d are allowed", ErrTooLarge, s.size, limit)
	}
	return nil
}

func typeName(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "directory"
	case m&fs.ModeNamedPipe != 0:
		return "pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	}
	return "device"
}
