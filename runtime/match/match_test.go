package match

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// parseRoutes reads "GET /a" lines.
func parseRoutes(lines ...string) []Route {
	var rs []Route
	for _, l := range lines {
		m, p, ok := strings.Cut(l, " ")
		if !ok {
			m, p = "", l
		}
		rs = append(rs, Route{m, p})
	}
	return rs
}

func mustNew(t testing.TB, p Protocol, routes []Route) *Table {
	t.Helper()
	return mustNewWith(t, p, routes, maxShapes)
}

func mustNewWith(t testing.TB, p Protocol, routes []Route, most int) *Table {
	t.Helper()
	table, err := newTable(p, routes, newHasher(), most)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// answerOf renders what a table says about a request such as "GET /a".
func answerOf(table *Table, routes []Route, request string) string {
	m, p, _ := strings.Cut(request, " ")
	i, params, ok := table.Match(m, p, nil)
	if !ok {
		return fmt.Sprint("none", params)
	}
	var b strings.Builder
	b.WriteString(routes[i].String())
	for _, p := range params {
		fmt.Fprintf(&b, " %s=%s", p.Name, p.Value)
	}
	return b.String()
}

func TestMatch(t *testing.T) {
	pets := parseRoutes("GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default")
	tests := []struct {
		name     string
		protocol Protocol
		routes   []Route
		request  string
		want     string
	}{
		// Reference A2.
		{"a greedy route answers the methods that its hard-coded sibling lacks", REST,
			parseRoutes("POST /test", "OPTIONS /{proxy+}"), "OPTIONS /test", "OPTIONS /{proxy+} proxy=test"},
		{"the hard-coded sibling keeps its own method", REST,
			parseRoutes("POST /test", "OPTIONS /{proxy+}"), "POST /test", "POST /test"},
		{"a greedy route answers what a hard-coded subtree lacks", REST,
			parseRoutes("GET /part1", "GET /part1/hardcoded-value", "GET /{param+}"), "GET /part1/random-value", "GET /{param+} param=part1/random-value"},
		{"the hard-coded child wins over the greedy route", REST,
			parseRoutes("GET /{param+}", "GET /part1/hardcoded-value", "GET /part1"), "GET /part1/hardcoded-value", "GET /part1/hardcoded-value"},
		{"no path matches", REST, parseRoutes("GET /a"), "GET /b", "none[]"},
		{"no method matches", REST, parseRoutes("GET /a"), "POST /a", "none[]"},
		{"a slash at the end is ignored", REST, parseRoutes("GET /a/{id}"), "GET /a/1/", "GET /a/{id} id=1"},
		{"a greedy value loses the slash at the end", REST,
			parseRoutes("ANY /{proxy+}"), "GET /proxy-value/", "ANY /{proxy+} proxy=proxy-value"},
		{"a greedy value keeps a double slash", REST,
			parseRoutes("ANY /{proxy+}"), "GET /proxy-value//double-slash", "ANY /{proxy+} proxy=proxy-value//double-slash"},
		{"a specific method wins over ANY", REST, parseRoutes("ANY /a", "GET /a"), "GET /a", "GET /a"},
		{"ANY takes the other methods of its resource", REST, parseRoutes("ANY /a", "GET /a"), "HEAD /a", "ANY /a"},
		{"HEAD is not served by GET", REST, parseRoutes("GET /a"), "HEAD /a", "none[]"},
		{"ANY does not stand for TRACE", REST, parseRoutes("ANY /a"), "TRACE /a", "none[]"},
		{"a request cannot use the method ANY", REST, parseRoutes("ANY /a"), "ANY /a", "none[]"},
		{"methods are compared by case", REST, parseRoutes("ANY /a"), "get /a", "none[]"},

		// Reference A3.
		{"a full match wins", HTTP, pets, "GET /pets/dog/1", "GET /pets/dog/1"},
		{"a variable wins over a greedy one", HTTP, pets, "GET /pets/dog/2", "GET /pets/dog/{id} id=2"},
		{"the longer greedy route wins", HTTP, pets, "GET /pets/cat/1", "GET /pets/{proxy+} proxy=cat/1"},
		{"a greedy route for another method does not", HTTP, pets, "POST /test/5", "ANY /{proxy+} proxy=test/5"},
		{"the catch-all takes the root, which no greedy route takes", HTTP, pets, "GET /", "$default"},
		{"the catch-all takes methods that ANY does not stand for", HTTP, pets, "TRACE /pets/dog/1", "$default"},
		{"a full match with variables wins over a greedy one with more text", HTTP,
			parseRoutes("GET /{a}/{b}", "GET /pets/{proxy+}"), "GET /pets/dog", "GET /{a}/{b} a=pets b=dog"},
		{"which a REST API sees the other way round", REST,
			parseRoutes("GET /{a}/{b}", "GET /pets/{proxy+}"), "GET /pets/dog", "GET /pets/{proxy+} proxy=dog"},
		{"overlapping variable and greedy", HTTP,
			parseRoutes("GET /{a}/{b+}", "GET /x/{b+}", "GET /{a}/y/{b+}"), "GET /x/y/z", "GET /x/{b+} b=y/z"},
		{"the path decides before the method does", HTTP,
			parseRoutes("ANY /pets/dog", "GET /{proxy+}"), "GET /pets/dog", "ANY /pets/dog"},

		// What the reference leaves open.
		{"text wins over a variable", REST, parseRoutes("GET /users/{id}", "GET /users/me"), "GET /users/me", "GET /users/me"},
		{"the first segment decides before the second", REST,
			parseRoutes("GET /{a}/b", "GET /a/{b}"), "GET /a/b", "GET /a/{b} b=b"},
		{"a dead end behind text is left for a variable", REST,
			parseRoutes("GET /a/{b}/c", "GET /{a}/b/d"), "GET /a/b/d", "GET /{a}/b/d a=a"},
		{"each method has its own names", REST,
			parseRoutes("GET /u/{id}", "POST /u/{user}"), "POST /u/7", "POST /u/{user} user=7"},
		{"case counts", REST, parseRoutes("GET /Users"), "GET /users", "none[]"},
		{"an encoded slash does not split a segment", REST, parseRoutes("GET /a/{id}"), "GET /a/b%2Fc", "GET /a/{id} id=b%2Fc"},
		{"encoded text is not the text", REST, parseRoutes("GET /abc"), "GET /%61bc", "none[]"},
		{"an empty segment is no value", REST, parseRoutes("GET /a/{id}/b"), "GET /a//b", "none[]"},
		{"an empty segment does not pass for a variable in a key", REST,
			parseRoutes("GET /a/{id}/b", "GET /a/{p+}"), "GET /a//b", "GET /a/{p+} p=/b"},
		{"a greedy value may begin with an empty segment", REST, parseRoutes("GET /{p+}"), "GET //a", "GET /{p+} p=/a"},
		{"a greedy value is not empty", REST, parseRoutes("GET /a/{p+}"), "GET /a//", "none[]"},
		{"a greedy value ends its parent's subtree", REST, parseRoutes("GET /a/{p+}"), "GET /a", "none[]"},
		{"the root", REST, parseRoutes("GET /", "GET /{a}"), "GET /", "GET /"},
		{"slashes alone are the root", REST, parseRoutes("GET /", "GET /{a}"), "GET ///", "GET /"},
		{"no slash at the start", REST, parseRoutes("ANY /{p+}", "ANY /"), "OPTIONS *", "none[]"},
		{"not even for the catch-all", HTTP, parseRoutes("$default"), "OPTIONS *", "none[]"},
		{"the catch-all alone", HTTP, parseRoutes("$default"), "GET /a/b", "$default"},
		{"an empty path", HTTP, parseRoutes("$default"), "GET ", "none[]"},
		{"no routes", REST, nil, "GET /", "none[]"},
		{"a colon in text", REST, parseRoutes("GET /v1/users:batch", "GET /v1/{x}"), "GET /v1/users:batch", "GET /v1/users:batch"},
		{"a colon elsewhere", REST, parseRoutes("GET /v1/users:batch", "GET /v1/{x}"), "GET /v1/:x", "GET /v1/{x} x=:x"},
		{"an asterisk in text", HTTP, parseRoutes("GET /a/*", "GET /a/{x}"), "GET /a/*", "GET /a/*"},
		{"the byte that stands for a colon", REST, parseRoutes("GET /a:b"), "GET /a\x01b", "none[]"},
		{"more segments than any template has", REST, parseRoutes("GET /a/{b}", "GET /{p+}"), "GET /a/b/c/d", "GET /{p+} p=a/b/c/d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := mustNew(t, tt.protocol, tt.routes)
			if got := answerOf(table, tt.routes, tt.request); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.request, got, tt.want)
			}
		})
	}
}

func TestMatchKnowsTheMethodsOfANY(t *testing.T) {
	want := []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	routes := []Route{{"ANY", "/"}}
	for _, m := range want {
		routes = append(routes, Route{m, "/own"})
	}
	table := mustNew(t, REST, routes)
	var got []string
	for _, m := range append([]string{"ANY", "CONNECT", "TRACE", "PROPFIND", "", "Get"}, want...) {
		if _, _, ok := table.Match(m, "/", nil); ok {
			got = append(got, m)
		}
		if i, _, ok := table.Match(m, "/own", nil); ok && routes[i].Method != m {
			t.Errorf("%s is answered by %v", m, routes[i])
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("ANY answers %q, want %q", got, want)
	}
}

func TestMatchAppendsToDst(t *testing.T) {
	table := mustNew(t, REST, parseRoutes("GET /a/{x}/{y}"))
	_, got, _ := table.Match("GET", "/a/1/2", []Param{{Name: "stage", Value: "prod"}})
	want := []Param{{Name: "stage", Value: "prod"}, {Name: "x", Value: "1"}, {Name: "y", Value: "2"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Match = %v, want %v", got, want)
	}
}

func TestOrder(t *testing.T) {
	lines := []string{"$default", "ANY /{proxy+}", "GET /{a}/{b}", "ANY /users/{id}", "GET /users/{proxy+}",
		"POST /users/{name}", "GET /users/me", "GET /", "GET /users"}
	tests := []struct {
		name     string
		protocol Protocol
		lines    []string
		want     []string
	}{
		{"REST decides segment by segment", REST, lines[1:], []string{"GET /", "GET /users", "GET /users/me",
			"POST /users/{name}", "ANY /users/{id}", "GET /users/{proxy+}", "GET /{a}/{b}", "ANY /{proxy+}"}},
		{"HTTP puts greedy routes and the catch-all last", HTTP, lines, []string{"GET /", "GET /users", "GET /users/me",
			"POST /users/{name}", "ANY /users/{id}", "GET /{a}/{b}", "GET /users/{proxy+}", "ANY /{proxy+}", "$default"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			routes := parseRoutes(tt.lines...)
			var got []string
			for _, i := range mustNew(t, tt.protocol, routes).Order() {
				got = append(got, routes[i].String())
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Order = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMatch_hammer(t *testing.T) {
	routes := everyShape(300)
	table := mustNew(t, REST, routes)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			var room [16]Param
			for i := range 500 {
				path := fmt.Sprintf("/a/b%d/a/a/a/b/a/a%d", i%2, g%2)
				want, wantParams := naive(REST, routes, "GET", path)
				got, params, _ := table.Match("GET", path, room[:0])
				if got != want || !reflect.DeepEqual(append([]Param(nil), params...), wantParams) {
					t.Errorf("Match(%s) = %d %v, want %d %v", path, got, params, want, wantParams)
				}
			}
		})
	}
	wg.Wait()
}
