package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// ErrUnknownKey reports a key that no setting has.
var ErrUnknownKey = errors.New("unknown key")

// ErrUnsupported reports a setting or a value that a later version brings.
var ErrUnsupported = errors.New("not supported by this version of Portico")

// ErrSyntax reports a file that is not TOML. It hides what stands behind the
// place: nothing else of the file has been checked.
var ErrSyntax = errors.New("not valid TOML")

// ErrTooLarge reports a file beyond [MaxFile] or one of the limits that keep
// reading it cheap.
var ErrTooLarge = errors.New("too large")

// Error is one problem in a gateway file.
type Error struct {
	File string // as named on the command line
	Line int    // 1-based; the enclosing table's when the key is missing, 0 when that is missing too
	Key  string // dotted path, such as "apis.orders.routes[0].integration.uri"; empty for the file as a whole
	Err  error
}

// Error prints file, line, key and cause: "gateway.toml:41: server.admin: …".
func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += ":" + strconv.Itoa(e.Line)
	}
	s += ": "
	if e.Key != "" {
		s += e.Key + ": "
	}
	return s + e.Err.Error()
}

// Unwrap gives the cause without its place.
func (e *Error) Unwrap() error { return e.Err }

// Errors is a list of problems in the order of the file. The zero value is an
// empty list. It is not safe for concurrent use.
type Errors struct {
	list []*Error
}

// Add puts errors into the list, each behind those of its line. Files keep the
// order in which they were first added.
func (e *Errors) Add(errs ...*Error) {
	e.list = append(e.list, errs...)
	rank := make(map[string]int)
	for _, x := range e.list {
		if _, ok := rank[x.File]; !ok {
			rank[x.File] = len(rank)
		}
	}
	slices.SortStableFunc(e.list, func(a, b *Error) int {
		if d := rank[a.File] - rank[b.File]; d != 0 {
			return d
		}
		return a.Line - b.Line
	})
}

// List returns the errors; the caller must not change them.
func (e *Errors) List() []*Error { return e.list }

// Err returns e, or nil when the list is empty.
func (e *Errors) Err() error {
	if len(e.list) == 0 {
		return nil
	}
	return e
}

// Error prints one error a line, without a final line feed.
func (e *Errors) Error() string {
	lines := make([]string, len(e.list))
	for i, x := range e.list {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As look at every problem.
func (e *Errors) Unwrap() []error {
	errs := make([]error, len(e.list))
	for i, x := range e.list {
		errs[i] = x
	}
	return errs
}
