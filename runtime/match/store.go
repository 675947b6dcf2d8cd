package match

import (
	"net/http"
	"unsafe"

	"github.com/julienschmidt/httprouter"
)

// The names of the two trees, in the place where httprouter has the method.
const (
	treeFull   = "FULL"
	treeGreedy = "GREEDY"
)

// store holds the resources in httprouter's trees, one for templates with a
// greedy variable and one for those without.
//
// The key of a resource is "/", then each segment and a slash, with nothing in
// place of a variable; a greedy one is left out. "/users/{id}" is "/users//".
// No two resources have one key, because no literal is empty, and httprouter
// sees static paths only.
type store struct {
	router  *httprouter.Router
	escaped bool // some literal holds ":" or "*", which httprouter reserves
}

// answer takes a resource's index out of httprouter, whose only payload is a
// handler. The embedded interface is nil: nothing is ever written.
type answer struct {
	http.ResponseWriter
	resource int
}

func newStore(rs []*resource) store {
	s := store{router: httprouter.New()}
	for _, r := range rs {
		for _, lit := range r.literals {
			s.escaped = s.escaped || escape([]byte(lit))
		}
	}
	for i, r := range rs {
		key := []byte{'/'}
		for j, lit := range r.literals {
			if r.shape.greedy && j == len(r.literals)-1 {
				break
			}
			key = append(append(key, lit...), '/')
		}
		escape(key)
		s.router.Handle(r.shape.tree(), string(key), func(w http.ResponseWriter, _ *http.Request, _ httprouter.Params) {
			w.(*answer).resource = i
		})
	}
	return s
}

func (s *shape) tree() string {
	if s.greedy {
		return treeGreedy
	}
	return treeFull
}

// ask returns the index of the resource of the given shape that fits the
// path, which has at least as many segments, or -1. Only segments with text fit
// literals and variables, so nothing in the path can pass for a variable.
func (st *store) ask(s *scratch, sh *shape) int {
	n := sh.segments
	if sh.greedy {
		n--
	}
	if s.path.empty < n {
		return -1
	}
	key := append(s.key[:0], '/')
	for i := range n {
		if sh.literal(i) {
			key = append(key, s.path.segment(i)...)
		}
		key = append(key, '/')
	}
	s.key = key
	if st.escaped {
		escape(key)
	}
	// The trees have no wildcards, so httprouter keeps no part of the path
	// and the key may be overwritten by the next request.
	handle, _, _ := st.router.Lookup(sh.tree(), unsafe.String(unsafe.SliceData(key), len(key)))
	if handle == nil {
		return -1
	}
	handle(&s.answer, nil, nil)
	return s.answer.resource
}

// escape replaces, in place, the bytes that httprouter reserves by control
// characters that no template holds, and those by another, so that a request
// which sends them meets nothing. It reports whether there was any.
func escape(b []byte) (found bool) {
	for i, c := range b {
		switch {
		case c == ':':
			b[i], found = 1, true
		case c == '*':
			b[i], found = 2, true
		case c < 3:
			b[i], found = 3, true
		}
	}
	return found
}
