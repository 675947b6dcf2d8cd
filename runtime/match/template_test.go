package match

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	long := strings.Repeat("/a", MaxSegments+1)
	tests := []struct {
		name     string
		protocol Protocol
		route    Route
		rule     error
		text     string
	}{
		{"a verb in lower case", REST, Route{"get", "/"}, ErrMethod,
			`method "get" is not one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY, in capitals`},
		{"no method", HTTP, Route{"", "/a"}, ErrMethod,
			`method "" is not one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY, in capitals`},
		{"a verb that API Gateway does not have", REST, Route{"TRACE", "/"}, ErrMethod,
			`method "TRACE" is not one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY, in capitals`},
		{"no slash at the start", REST, Route{"GET", "a"}, ErrNoSlash,
			`path "a": a path starts with "/"; write "/a"`},
		{"no path", REST, Route{"GET", ""}, ErrNoSlash,
			`path "": a path starts with "/"; write "/"`},
		{"a slash at the end", HTTP, Route{"GET", "/a/"}, ErrEmptySegment,
			`path "/a/": ends with a slash; leave it out, requests match with and without it`},
		{"an empty segment", REST, Route{"GET", "/a//b"}, ErrEmptySegment,
			`path "/a//b": has an empty segment ("//"), which no request can name; remove one slash`},
		{"a character that REST APIs refuse", REST, Route{"GET", "/a/b~c"}, ErrCharacter,
			`path "/a/b~c": "~" is not allowed in "b~c"; a REST API allows letters, digits, "_", "-", ".", "," and ":"`},
		{"a character that needs encoding", HTTP, Route{"GET", "/a b"}, ErrCharacter,
			`path "/a b": " " is not allowed in "a b"; percent-encode it as requests send it`},
		{"a broken escape", HTTP, Route{"GET", "/a%2"}, ErrCharacter,
			`path "/a%2": "%" without two hexadecimal digits is not allowed in "a%2"; percent-encode it as requests send it`},
		{"a variable with text before it", REST, Route{"GET", "/a{id}"}, ErrPartialVariable,
			`path "/a{id}": a path variable must be a whole segment, "a{id}" is not; put a slash around it, or take the segment whole and cut it in the integration`},
		{"a variable with text behind it", REST, Route{"GET", "/{id}.json"}, ErrPartialVariable,
			`path "/{id}.json": a path variable must be a whole segment, "{id}.json" is not; put a slash around it, or take the segment whole and cut it in the integration`},
		{"two variables in a segment", REST, Route{"GET", "/{a}{b}"}, ErrPartialVariable,
			`path "/{a}{b}": a path variable must be a whole segment, "{a}{b}" is not; put a slash around it, or take the segment whole and cut it in the integration`},
		{"a brace without its partner", REST, Route{"GET", "/{a"}, ErrPartialVariable,
			`path "/{a": a path variable must be a whole segment, "{a" is not; put a slash around it, or take the segment whole and cut it in the integration`},
		{"a variable without a name", REST, Route{"GET", "/{}"}, ErrVariableName,
			`path "/{}": "{}" is no name of a path variable; use letters, digits, ".", "_", "-" and ":", and "+" at the end only`},
		{"a greedy variable without a name", REST, Route{"GET", "/{+}"}, ErrVariableName,
			`path "/{+}": "{+}" is no name of a path variable; use letters, digits, ".", "_", "-" and ":", and "+" at the end only`},
		{"a plus inside a name", REST, Route{"GET", "/{a+b}"}, ErrVariableName,
			`path "/{a+b}": "{a+b}" is no name of a path variable; use letters, digits, ".", "_", "-" and ":", and "+" at the end only`},
		{"a name twice", REST, Route{"GET", "/{id}/{id}"}, ErrVariableName,
			`path "/{id}/{id}": the path variable "id" stands twice; give each a name of its own`},
		{"a greedy variable in the middle", REST, Route{"GET", "/{proxy+}/x"}, ErrGreedyNotLast,
			`path "/{proxy+}/x": Cannot create a child of a resource with a greedy path variable: {proxy+}; a greedy variable takes the rest of the path, so put it last or drop its "+"`},
		{"too many segments", REST, Route{"GET", long}, ErrTooManySegments,
			`path "` + long + `": has 65 segments, at most 64 are allowed; let "{proxy+}" take the rest`},
		{"the catch-all in a REST API", REST, Route{"", "$default"}, ErrDefault,
			`"$default" is a route of HTTP APIs; a REST API uses "ANY /{proxy+}" and "ANY /"`},
		{"the catch-all with a method", HTTP, Route{"ANY", "$default"}, ErrDefault,
			`"$default" takes every method; write it without "ANY"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table, err := New(tt.protocol, []Route{tt.route})
			if table != nil || !errors.Is(err, tt.rule) {
				t.Fatalf("New = %v, %v, want an error that is %q", table, err, tt.rule)
			}
			var re *RouteError
			if !errors.As(err, &re) || re.Index != 0 || re.Err.Error() != tt.text {
				t.Errorf("New = %v\nwant %s", err, tt.text)
			}
		})
	}
}

func TestNewReportsEveryRoute(t *testing.T) {
	_, err := New(HTTP, parseRoutes("GET /a", "GET a", "GET /{x}", "GET /{y}", "get /b/", "GET /a", "$default", "$default"))
	want := []string{
		`route 1: path "a": a path starts with "/"; write "/a"`,
		`route 3: route "GET /{y}" takes the same requests as "GET /{x}"; names of path variables do not tell routes apart, remove one`,
		`route 4: method "get" is not one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT and ANY, in capitals` + "\n" +
			`path "/b/": ends with a slash; leave it out, requests match with and without it`,
		`route 5: route "GET /a" stands twice; remove one`,
		`route 7: route "$default" stands twice; remove one`,
	}
	var got []string
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		got = append(got, e.Error())
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("New = %q\nwant %q", got, want)
	}
	var dup *DuplicateError
	if !errors.As(err, &dup) || dup.FirstIndex != 2 || !errors.Is(err, ErrDuplicate) {
		t.Errorf("first duplicate = %+v, want one of route 2", dup)
	}
}

func TestNewAccepts(t *testing.T) {
	full := strings.Repeat("/a", MaxSegments)
	tests := []struct {
		name     string
		protocol Protocol
		routes   []Route
	}{
		{"siblings that are both variables", REST, parseRoutes("GET /a/{x}", "GET /a/{y+}")},
		{"one resource with other names for another method", REST, parseRoutes("GET /{x}", "POST /{y}")},
		{"a plain and a greedy variable of one name", REST, parseRoutes("GET /{x}", "GET /{x+}")},
		{"every character of a REST path", REST, parseRoutes("GET /aZ09_-.,:/{a.b_c-d:e}")},
		{"every character of RFC 3986", HTTP, parseRoutes("GET /-._~!$&'()*+,;=:@%2f")},
		{"as many segments as allowed", REST, []Route{{"GET", full}}},
		{"the names that AWS reserves for health checks", REST, parseRoutes("GET /ping", "GET /sping")},
		{"no routes", HTTP, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := mustNew(t, tt.protocol, tt.routes)
			if got := len(table.Order()); got != len(tt.routes) {
				t.Errorf("Order has %d routes, want %d", got, len(tt.routes))
			}
		})
	}
}
