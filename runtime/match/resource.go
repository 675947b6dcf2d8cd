package match

import "fmt"

// method is a verb that routes can name.
type method uint8

const (
	methodDelete method = iota
	methodGet
	methodHead
	methodOptions
	methodPatch
	methodPost
	methodPut
	methodAny // all of the above
	methodCount

	verbs = int(methodAny) // number of methods that a request can have
)

func methodOf(s string) (method, bool) {
	switch s {
	case "DELETE":
		return methodDelete, true
	case "GET":
		return methodGet, true
	case "HEAD":
		return methodHead, true
	case "OPTIONS":
		return methodOptions, true
	case "PATCH":
		return methodPatch, true
	case "POST":
		return methodPost, true
	case "PUT":
		return methodPut, true
	}
	return 0, false
}

func parseMethod(s string) (method, error) {
	if s == "ANY" {
		return methodAny, nil
	}
	m, ok := methodOf(s)
	if !ok {
		return 0, &TemplateError{Rule: ErrMethod, Text: fmt.Sprintf(
			"method %q is not one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY, in capitals", s)}
	}
	return m, nil
}

// resource is what all routes with the same literals and variable positions
// share.
type resource struct {
	shape     shape
	literals  []string              // per segment; "" where a variable stands
	routes    [methodCount]int      // index of the route for each method, or -1
	names     [methodCount][]string // each route has its own names for the variables
	nextShape int                   // in order of precedence, the first resource of another shape
}

func newResource(t *template) *resource {
	r := &resource{shape: t.shape, literals: t.literals}
	for m := range r.routes {
		r.routes[m] = -1
	}
	return r
}

func (r *resource) add(m method, route int, names []string) {
	r.routes[m], r.names[m] = route, names
}

// takes reports whether a request with method m can be answered here.
func (r *resource) takes(m method) bool { return r.routes[m] >= 0 || r.routes[methodAny] >= 0 }

// route prefers the named method to ANY.
func (r *resource) route(m method) (int, []string) {
	if r.routes[m] < 0 {
		m = methodAny
	}
	return r.routes[m], r.names[m]
}
