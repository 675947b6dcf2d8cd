package match

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// checkNaive compares one answer with the oracle's, and with the promise of
// Order: its first route that fits is the answer.
func checkNaive(t *testing.T, p Protocol, table *Table, routes []Route, method, path string) {
	t.Helper()
	want, wantParams := naive(p, routes, method, path)
	dst := make([]Param, 0, 4)
	got, params, ok := table.Match(method, path, dst)
	if got != want || ok != (want >= 0) || !slices.Equal(params, wantParams) {
		t.Fatalf("%s %q of %v\n= %d %v %v, want %d %v", method, path, routes, got, params, ok, want, wantParams)
	}
	if want < 0 {
		return
	}
	for _, i := range table.Order() {
		if i == want {
			return
		}
		if _, fits := naiveFits(routes[i], method, path); fits {
			t.Fatalf("Order prefers %v, %s %q is answered by %v", routes[i], method, path, routes[want])
		}
	}
	t.Fatalf("Order lacks route %d", want)
}

// FuzzMatch gives New a file of routes, drops those that it refuses, and
// compares the answer for a request with the oracle's.
func FuzzMatch(f *testing.F) {
	f.Add(false, "POST /test\nOPTIONS /{proxy+}", "OPTIONS", "/test")
	f.Add(false, "GET /part1\nGET /part1/hardcoded-value\nGET /{param+}", "GET", "/part1/random-value")
	f.Add(true, "GET /pets/dog/1\nGET /pets/dog/{id}\nGET /pets/{proxy+}\nANY /{proxy+}\n$default", "POST", "/test/5")
	f.Add(true, "GET /{a}/{b}\nGET /pets/{p+}\n$default\n$default", "TRACE", "/pets//dog/")
	f.Add(false, "ANY /a:b/{c}\nANY /a\x01b\nGET /{a}/c\nget /x\nGET /{y}/c", "GET", "/a:b/c")
	f.Add(false, "GET /\nANY /{p+}\nGET /{a}//b\nGET /a{b}", "HEAD", "//")
	f.Add(false, "GET /a/{x}/a\nGET /{x}/a/{y}\nGET /{x}/{y}/a\nGET /a/a/{z+}", "GET", "/a/a/a/")
	f.Add(true, "GET /%2f*\nGET /{a+}/b\nANY x", "GET", "/%2f*")
	f.Fuzz(func(t *testing.T, http bool, file, method, path string) {
		p := REST
		if http {
			p = HTTP
		}
		if len(file) > 4096 || len(path) > 4096 {
			return // only slow
		}
		routes := parseRoutes(strings.Split(file, "\n")...)
		table, err := New(p, routes)
		if err != nil {
			var kept []Route
			refused := map[int]bool{}
			for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
				var re *RouteError
				if !errors.As(e, &re) || re.Error() == "" {
					t.Fatalf("%v is no RouteError", e)
				}
				refused[re.Index] = true
			}
			for i, r := range routes {
				if !refused[i] {
					kept = append(kept, r)
				}
			}
			if routes = kept; len(refused) == 0 {
				t.Fatal("an error that names no route")
			}
			if table, err = New(p, routes); err != nil {
				t.Fatalf("New refuses what it did not complain about: %v", err)
			}
		}
		checkNaive(t, p, table, routes, method, path)
		for _, most := range eachWay {
			checkNaive(t, p, mustNewWith(t, p, routes, most), routes, method, path)
		}
	})
}

// eachWay makes tables that always have an index, and that never have.
var eachWay = []int{0, math.MaxInt}

// TestMatchAgreesWithNaive makes random sets of few texts, so that templates
// overlap, and requests of the same texts.
func TestMatchAgreesWithNaive(t *testing.T) {
	sets := 3000
	if testing.Short() || raceEnabled {
		sets = 300
	}
	for seed := range uint64(sets) {
		r := rand.New(rand.NewPCG(seed, 0))
		p := Protocol(r.IntN(2))
		routes := randomRoutes(r, p, 1+r.IntN(60), 1+r.IntN(4), 1+r.IntN(7))
		for _, most := range eachWay {
			table := mustNewWith(t, p, routes, most)
			for range 40 {
				method, path := randomRequest(r, 4, 8)
				checkNaive(t, p, table, routes, method, path)
			}
		}
	}
}

// TestMatchAgreesWithNaiveOn10000 has so many texts that each kind of fact
// occurs.
func TestMatchAgreesWithNaiveOn10000(t *testing.T) {
	size := 10000
	if raceEnabled {
		size = 1000 // one goroutine, nothing to race with
	}
	for _, texts := range []int{2, 60, 3000, 200000} {
		for _, p := range []Protocol{REST, HTTP} {
			t.Run(fmt.Sprintf("%d texts, protocol %d", texts, p), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(texts), uint64(p)))
				routes := randomRoutes(r, p, size, texts, 12)
				table := mustNew(t, p, routes)
				for i := range 100 {
					method, path := randomRequest(r, texts, 13)
					if i%2 == 0 { // what surely fits something
						path = filled(r, routes[r.IntN(len(routes))].Path)
					}
					checkNaive(t, p, table, routes, method, path)
				}
			})
		}
	}
}

var someMethods = []string{"GET", "GET", "POST", "ANY", "OPTIONS"}

// randomRoutes returns n routes, or fewer when so many do not come up.
func randomRoutes(r *rand.Rand, p Protocol, n, texts, segments int) []Route {
	var routes []Route
	seen := map[string]bool{}
	for try := 0; len(routes) < n && try < 3*n; try++ {
		var path, identity strings.Builder
		k := r.IntN(segments + 1)
		for i := range k {
			switch kind := r.IntN(5); {
			case i == k-1 && kind == 0:
				path.WriteString("/{g+}")
				identity.WriteString("/+")
			case kind <= 1:
				fmt.Fprintf(&path, "/{v%d%d}", i, r.IntN(2))
				identity.WriteString("/?")
			default:
				text := fmt.Sprintf("/t%d", r.IntN(texts))
				path.WriteString(text)
				identity.WriteString(text)
			}
		}
		rt := Route{someMethods[r.IntN(len(someMethods))], path.String()}
		if k == 0 {
			rt.Path = "/"
		}
		if key := rt.Method + identity.String(); !seen[key] {
			seen[key] = true
			routes = append(routes, rt)
		}
	}
	if p == HTTP && r.IntN(2) == 0 {
		routes = append(routes, Route{"", "$default"})
	}
	return routes
}

func randomRequest(r *rand.Rand, texts, segments int) (method, path string) {
	var b strings.Builder
	for range r.IntN(segments + 1) {
		if r.IntN(20) == 0 {
			b.WriteString("/")
			continue
		}
		fmt.Fprintf(&b, "/t%d", r.IntN(texts+1))
	}
	if r.IntN(4) == 0 || b.Len() == 0 {
		b.WriteString("/")
	}
	return []string{"GET", "POST", "OPTIONS", "HEAD", "TRACE"}[r.IntN(5)], b.String()
}

// filled puts values into a template.
func filled(r *rand.Rand, template string) string {
	segs := strings.Split(template, "/")
	for i, s := range segs {
		if strings.HasPrefix(s, "{") {
			segs[i] = fmt.Sprintf("t%d", r.IntN(5))
		}
	}
	return strings.Join(segs, "/")
}
