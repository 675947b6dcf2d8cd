// Package match finds the route of a request from its method and path, by the
// rules of REST APIs and of HTTP APIs.
//
// Several routes may fit one path: "/users/me", "/users/{id}" and "/{proxy+}"
// all fit "/users/me". Segment by segment, literal text beats {variable},
// which beats {greedy+}; a route only counts if it takes the method too, so a
// POST-only "/test" leaves OPTIONS to "/{proxy+}". HTTP APIs prefer any
// template without a greedy variable to any with one, and know a catch-all,
// "$default". The order in which the routes of a file are written never
// matters.
//
// # How it works
//
// Templates with equal literal text and equally placed variables are one
// resource, whatever the variables are called. Where the variables stand is
// the resource's shape, and shapes are totally ordered by the precedence
// above, so the best match is the first resource, in that order, that fits.
//
//	path ──► length or index ──► best shape ──► httprouter.Lookup ──► resource ──► route
//	         proposes                           decides
//
// httprouter (see store) holds the resources. A variable is compiled to an
// empty segment, which tells its position and nothing else: no names clash,
// nothing conflicts, and one tree holds what would take many trees of
// httprouter's own ":name" wildcards, each of whose Lookups also allocates.
//
// In most APIs a path of any one length can have three shapes at most; they are
// asked for one after the other (see byLength). Overlapping templates can have
// thousands, at a Lookup per shape. There an index says which shape to ask for.
// It holds one row of bits per fact about a request ("three segments", "the
// second is users", "POST"), with one bit per resource in order of precedence;
// the first bit set in all of the request's rows is the answer. It compares
// hashes, so it may propose too much, never too little.
//
// RATIONALE.md, "Why is /users/me beside /users/{id} settled before
// httprouter?", has the measurements.
package match

import (
	"errors"
	"sync"

	"github.com/portico-gateway/portico/hostabi"
)

// Protocol is the kind of API, which decides the precedence of its routes and
// what a template may hold.
type Protocol int

const (
	REST Protocol = iota // API Gateway REST API
	HTTP                 // API Gateway HTTP API
)

// DefaultPath is the Path of an HTTP API's catch-all route.
const DefaultPath = "$default"

// Route is one route as the operator wrote it.
type Route struct {
	// Method is DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, or ANY for all
	// seven; empty for DefaultPath only.
	Method string
	// Path is a template such as "/orders/{id}" or "/{proxy+}", or DefaultPath.
	Path string
}

// String returns the route as gateway.toml has it, such as "GET /orders/{id}".
func (r Route) String() string {
	if r.Method == "" {
		return r.Path
	}
	return r.Method + " " + r.Path
}

// Param is a path parameter of a request: its name without braces and plus,
// such as "id" or "proxy", and its value as sent, still percent-encoded.
type Param = hostabi.Field

// Table is a compiled set of routes. It does not change after New and is safe
// for concurrent use.
type Table struct {
	resources []*resource // in order of precedence
	store     store
	lengths   byLength // nil when there is an index
	fallback  int      // route of DefaultPath, or -1
	scratch   *sync.Pool
	index     index
}

// New compiles routes. An error joins one *RouteError for each route at fault,
// in the order of routes; no table is returned then. The error has the method
// Unwrap() []error.
func New(p Protocol, routes []Route) (*Table, error) {
	return newTable(p, routes, newHasher(), maxShapes)
}

// newTable makes an index if a length has more shapes than most.
func newTable(p Protocol, routes []Route, h hasher, most int) (*Table, error) {
	t := &Table{fallback: -1}
	byKey := make(map[string]*resource)
	var errs []error
	fault := func(i int, err error) { errs = append(errs, &RouteError{Index: i, Err: err}) }
	for i, rt := range routes {
		if rt.Path == DefaultPath {
			if err := checkDefault(p, rt); err != nil {
				fault(i, err)
			} else if t.fallback >= 0 {
				fault(i, &DuplicateError{Route: rt, First: routes[t.fallback], FirstIndex: t.fallback})
			} else {
				t.fallback = i
			}
			continue
		}
		tmpl, perr := parse(p, rt.Path)
		m, merr := parseMethod(rt.Method)
		if err := errors.Join(merr, perr); err != nil {
			fault(i, err)
			continue
		}
		key := tmpl.identity()
		r := byKey[key]
		if r == nil {
			r = newResource(tmpl)
			byKey[key] = r
			t.resources = append(t.resources, r)
		}
		if first := r.routes[m]; first >= 0 {
			fault(i, &DuplicateError{Route: rt, First: routes[first], FirstIndex: first})
			continue
		}
		r.add(m, i, tmpl.names)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	sortResources(p, t.resources)
	t.store = newStore(t.resources)
	depth := longest(t.resources)
	if t.lengths = newByLength(t.resources, depth, most); t.lengths == nil {
		t.index = newIndex(t.resources, depth, h)
	}
	t.scratch = &sync.Pool{New: func() any { return newScratch(depth) }}
	return t, nil
}

// scratch is the memory of one Match. It is pooled because httprouter's
// signature makes the key escape.
type scratch struct {
	path   path
	rows   []chosen
	key    []byte
	answer answer
}

func newScratch(depth int) *scratch {
	return &scratch{
		path: path{ends: make([]int32, depth)},
		rows: make([]chosen, 0, 2+maxDigits*depth),
		key:  make([]byte, 0, 256),
	}
}

// Match finds the route of a request, an index into the routes given to New.
// The path is as sent, percent-encoded, without the stage and without the
// query; one that does not start with "/" matches nothing. Slashes at the end
// are ignored. Text is compared byte by byte: case counts, "%2F" does not
// split a segment, and "%61" is not "a".
//
// The path's parameters are appended to dst in the order of the template, as
// substrings of path; with enough room in dst nothing is allocated. When
// nothing matches, dst is returned as it was.
//
// A variable takes one segment that is not empty. A greedy variable takes the
// rest of the path, at least one character, without slashes at the end and
// with the empty segments inside kept: "/a//b/" gives {proxy+} "a//b". HEAD is
// not served by a GET route.
//
// See API Gateway Developer Guide, "Create routes for HTTP APIs"; for REST APIs
// the guide is silent, and recorded answers are followed. AWS leaves open what
// several slashes mean at the end (ignored here, as one is) and at the start
// of a greedy value (kept here), and whether encoded text equals its decoded
// form (not here).
func (t *Table) Match(method, rawPath string, dst []Param) (route int, params []Param, ok bool) {
	if rawPath == "" || rawPath[0] != '/' {
		return -1, dst, false
	}
	if m, known := methodOf(method); known && len(t.resources) > 0 {
		s := t.scratch.Get().(*scratch)
		route, params, ok = t.match(s, m, rawPath, dst)
		s.path.raw = "" // the pool must not keep a request's bytes alive
		t.scratch.Put(s)
		if ok {
			return route, params, true
		}
	}
	// The catch-all takes methods that ANY does not stand for, too.
	return t.fallback, dst, t.fallback >= 0
}

func (t *Table) match(s *scratch, m method, rawPath string, dst []Param) (int, []Param, bool) {
	s.path.split(rawPath)
	if t.lengths != nil {
		for _, sh := range t.lengths[s.path.n] {
			if route, names := t.ask(s, m, sh); route >= 0 {
				return route, appendParams(dst, names, sh, &s.path), true
			}
		}
		return -1, dst, false
	}
	s.rows = t.index.query(s.rows[:0], m, &s.path)
	for next := 0; ; {
		c := t.index.first(s.rows, next)
		if c < 0 {
			return -1, dst, false
		}
		sh := &t.resources[c].shape
		if route, names := t.ask(s, m, sh); route >= 0 {
			return route, appendParams(dst, names, sh, &s.path), true
		}
		// Two hashes were equal. A path has one place in each shape, so the
		// rest of this one is done with.
		next = t.resources[c].nextShape
	}
}

// ask returns the route of the given shape, and the names of its variables, or
// -1.
func (t *Table) ask(s *scratch, m method, sh *shape) (route int, names []string) {
	r := t.store.ask(s, sh)
	if r < 0 {
		return -1, nil
	}
	return t.resources[r].route(m)
}

func appendParams(dst []Param, names []string, sh *shape, p *path) []Param {
	n := 0
	for i := range sh.segments {
		if sh.literal(i) {
			continue
		}
		value := p.segment(i)
		if sh.greedy && i == sh.segments-1 {
			value = p.from(i)
		}
		dst = append(dst, Param{Name: names[n], Value: value})
		n++
	}
	return dst
}
