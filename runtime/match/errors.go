package match

import (
	"errors"
	"fmt"
)

// Rules that a route can break, for errors.Is.
var (
	ErrMethod          = errors.New("no such method")
	ErrNoSlash         = errors.New("path does not start with a slash")
	ErrEmptySegment    = errors.New("empty path segment")
	ErrCharacter       = errors.New("character not allowed in a path segment")
	ErrPartialVariable = errors.New("path variable is not a whole segment")
	ErrVariableName    = errors.New("bad name of a path variable")
	ErrGreedyNotLast   = errors.New("greedy path variable is not last")
	ErrTooManySegments = errors.New("too many path segments")
	ErrDefault         = errors.New("misplaced $default route")
	ErrDuplicate       = errors.New("duplicate route")
)

// RouteError is what is wrong with one route.
type RouteError struct {
	Index int // into the routes given to New
	Err   error
}

func (e *RouteError) Error() string { return fmt.Sprintf("route %d: %v", e.Index, e.Err) }

func (e *RouteError) Unwrap() error { return e.Err }

// TemplateError is a route that cannot be parsed. Of the refusals with which
// AWS answers the creation of resources, those that would leave a template
// without a clear meaning are kept; that siblings may not both be variables is
// not, because precedence settles it.
type TemplateError struct {
	Rule error  // one of the rules above
	Text string // names the place and the way out
}

func (e *TemplateError) Error() string { return e.Text }

func (e *TemplateError) Unwrap() error { return e.Rule }

// DuplicateError is a route that an earlier one answers completely: the same
// method and, but for the names of variables, the same path. It is an
// ErrDuplicate.
type DuplicateError struct {
	Route      Route
	First      Route
	FirstIndex int // into the routes given to New
}

func (e *DuplicateError) Error() string {
	text := fmt.Sprintf("route %q stands twice; remove one", e.Route)
	if e.Route != e.First {
		text = fmt.Sprintf("route %q takes the same requests as %q; names of path variables do not tell routes apart, remove one", e.Route, e.First)
	}
	return text
}

func (e *DuplicateError) Unwrap() error { return ErrDuplicate }
