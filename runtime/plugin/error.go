package plugin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portico-gateway/portico/hostabi/adapter"
)

// FileError is one problem with a file of the directory.
type FileError struct {
	File string // path, as the directory was named
	Name string // of the plugin
	Err  error
}

// Error begins with the file. The cause may do so too, with a line, or begin with
// the line of a script.
func (e *FileError) Error() string {
	text := e.Err.Error()
	if strings.HasPrefix(text, e.File+":") {
		return text
	}
	if at := (*adapter.SourceError)(nil); errors.As(e.Err, &at) && at.Line > 0 {
		return e.File + ":" + text
	}
	return e.File + ": " + text
}

func (e *FileError) Unwrap() error { return e.Err }

var (
	// ErrDigest reports a module that is not the pinned one.
	ErrDigest = errors.New("digest does not match")

	// ErrUnrest reports a file that is written all the time.
	ErrUnrest = errors.New("still being written")

	// ErrNoFile reports a plugin without NAME.wasm or NAME.js.
	ErrNoFile = errors.New("no such file")

	// ErrNotRegular reports a directory, device, pipe or socket in the place
	// of a file.
	ErrNotRegular = errors.New("not a regular file")

	// ErrTooLarge reports a file beyond its limit.
	ErrTooLarge = errors.New("too large")

	// ErrClosed reports the use of a directory after Close.
	ErrClosed = errors.New("plugin directory is closed")
)

// digestError says both digests, one below the other's place, so that they
// can be compared by eye and copied.
func digestError(pinned, is string) error {
	return fmt.Errorf("%w: pinned is %s, the file has %s", ErrDigest, pinned, is)
}

// problems gives one FileError for each error that err joins.
func problems(file, name string, err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && isList(err.Error(), joined.Unwrap()) {
		var list []error
		for _, e := range joined.Unwrap() {
			list = append(list, problems(file, name, e)...)
		}
		return list
	}
	return []error{&FileError{File: file, Name: name, Err: err}}
}

// isList tells a list of errors from an error that wraps two and says more
// than they do.
func isList(text string, errs []error) bool {
	lines := make([]string, len(errs))
	for i, e := range errs {
		lines[i] = e.Error()
	}
	return len(errs) > 0 && text == strings.Join(lines, "\n")
}
