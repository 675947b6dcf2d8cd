package accesslog

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// ErrOpen reports a file that cannot be opened.
var ErrOpen = errors.New("open access log")

// The files that are not paths.
const (
	FileOff    = "off"
	FileStdout = "stdout"
	FileStderr = "stderr"
)

// Options configures a Log.
type Options struct {
	// File is the path of a file to append to, made with mode 0640; or
	// FileStdout or FileStderr; or FileOff or "" for no log at all, whose
	// format is checked all the same.
	File string
	// Format is "json" (and ""), "clf", "csv", "xml" or a template.
	Format string
	// Check makes a Log that records nothing, after looking whether File could
	// be appended to or made: no file is made.
	Check bool
	// Writer takes the lines in place of File. It is not closed.
	Writer io.Writer
	// Redact replaces what is not to be read in a value that a plugin may have
	// set; it returns text itself if there is nothing. nil replaces nothing.
	Redact func(text []byte) []byte
	// Logger gets a warning when writing begins to fail and a message when it
	// works again; nil discards both.
	Logger *slog.Logger
}

// Log is an access log. It is safe for concurrent use, and a nil *Log records
// nothing.
type Log struct {
	template *template
	out      *output // nil when off
	lines    sync.Pool
}

// New opens the log. Every mistake of the format is reported at once; a file
// that cannot be opened is an ErrOpen.
func New(opts Options) (*Log, error) {
	t, err := compile(opts.Format)
	if err != nil {
		return nil, err
	}
	t.redact = opts.Redact
	l := &Log{template: t}
	l.lines.New = func() any { return new(line) }
	log := opts.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	w, path := opts.Writer, ""
	if w == nil {
		switch opts.File {
		case "", FileOff:
			return l, nil
		case FileStdout:
			w = os.Stdout
		case FileStderr:
			w = os.Stderr
		default:
			path = opts.File
			if opts.Check {
				return l, checkFile(path)
			}
			if w, err = openFile(path); err != nil {
				return nil, err
			}
		}
	}
	l.out = newOutput(w, path, log)
	return l, nil
}

func openFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOpen, err)
	}
	return f, nil
}

// checkFile says whether openFile could do its work. Where there is no file
// yet, another is made in its directory and taken away.
func checkFile(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		if f, err = os.CreateTemp(filepath.Dir(path), ".portico-check-*"); err == nil {
			defer os.Remove(f.Name())
		}
	}
	if err != nil {
		if p, ok := errors.AsType[*os.PathError](err); ok {
			p.Path = path
		}
		return fmt.Errorf("%w: %w", ErrOpen, err)
	}
	return f.Close()
}

// Record writes the line of x, which has been answered. It does not wait. It
// reports false when the log was closed before: the line is not in it.
func (l *Log) Record(x *exchange.Exchange) bool {
	if l == nil || l.out == nil {
		return true
	}
	n := l.lines.Get().(*line)
	n.buf = l.template.append(n.buf[:0], x, n)
	n.buf = append(n.buf, '\n')
	open := l.out.put(n.buf)
	if cap(n.buf) <= maxReuse {
		l.lines.Put(n)
	}
	return open
}

// line is memory to make a line in.
type line struct{ buf, scratch []byte }

// maxReuse is the largest buffer that waits for the next line, in bytes.
const maxReuse = 32 << 10

// Reopen opens the file anew, for log rotation: what was recorded before goes
// into the old file. When it fails, the old file stays in use. Logs that are
// no file are left as they are.
func (l *Log) Reopen() error {
	if l == nil || l.out == nil {
		return nil
	}
	return l.out.reopen()
}

// Dropped is the number of lines that were lost.
func (l *Log) Dropped() uint64 {
	if l == nil || l.out == nil {
		return 0
	}
	return l.out.dropped.Load()
}

// Close writes what is left and closes the file. It waits five seconds at
// most for a file that takes nothing. What is recorded later is dropped.
func (l *Log) Close() error {
	if l == nil || l.out == nil {
		return nil
	}
	return l.out.close()
}
