package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// ordinary is a set as people write them: services with collections, items,
// actions and one greedy route.
func ordinary(n int) []Route {
	routes := []Route{{"ANY", "/{proxy+}"}}
	for i := 0; len(routes) < n; i++ {
		s := fmt.Sprintf("/service%d", i)
		for _, r := range []Route{{"GET", s}, {"POST", s}, {"GET", s + "/me"}, {"GET", s + "/{id}"}, {"PUT", s + "/{id}"},
			{"DELETE", s + "/{id}"}, {"GET", s + "/{id}/items"}, {"GET", s + "/{id}/items/{item}"}, {"ANY", s + "/files/{path+}"}} {
			if len(routes) < n {
				routes = append(routes, r)
			}
		}
	}
	return routes
}

// crossed are ordinary but for one route, the fourth shape of its length.
func crossed(n int) []Route { return append(ordinary(n-1), Route{"GET", "/{service}/health"}) }

func ordinaryRequests(n int) []string {
	var ps []string
	for i := range 64 {
		s := fmt.Sprintf("/service%d", i*(n/9)/64)
		ps = append(ps, s, s+"/me", s+"/4711", s+"/4711/items", s+"/4711/items/12", s+"/files/a/b/c", "/elsewhere"+s)
	}
	return ps
}

// everyShape gives n of the 2^14 ways to mix "a" and a variable in fourteen
// segments, spread evenly. Trying text first and going back sees all of them.
func everyShape(n int) []Route { return shapes(n, 14, func(int) string { return "a" }, "") }

// tails are n mixtures as above, each with an end of its own, so that no end
// of a request's path rules out much before it is reached.
func tails(n int) []Route { return shapes(n, 14, func(int) string { return "a" }, "/tail%d") }

// heads are n mixtures, each with a start of its own.
func heads(n int) []Route {
	routes := everyShape(n)
	for i := range routes {
		routes[i].Path = fmt.Sprintf("/head%d", i) + routes[i].Path
	}
	return routes
}

// middles have what tells them apart in the middle.
func middles(n int) []Route {
	routes := everyShape(n)
	for i := range routes {
		segs := strings.Split(routes[i].Path, "/")
		segs[7] += fmt.Sprintf("/middle%d", i)
		routes[i].Path = strings.Join(segs, "/")
	}
	return routes
}

// sparse are n of the 2^20 mixtures in twenty segments, at random: few fit any
// request, and nothing says where.
func sparse(n int) []Route {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{}
	var routes []Route
	for len(routes) < n {
		if p := mixture(r.Uint64(), 20, func(int) string { return "a" }); !seen[p] {
			seen[p] = true
			routes = append(routes, Route{"GET", p})
		}
	}
	return routes
}

// greedies are mixtures of many lengths that end in a greedy variable.
func greedies(n int) []Route {
	r := rand.New(rand.NewPCG(3, 4))
	seen := map[string]bool{}
	var routes []Route
	for len(routes) < n {
		p := mixture(r.Uint64(), 1+len(routes)%19, func(int) string { return "a" }) + "/end/{rest+}"
		if len(routes)%19 < 8 {
			p = mixture(r.Uint64(), 16+len(routes)%5, func(int) string { return "a" }) + "/end/{rest+}"
		}
		if !seen[p] {
			seen[p] = true
			routes = append(routes, Route{"GET", p})
		} else {
			routes = append(routes, Route{"GET", fmt.Sprintf("/%d/%d/{x}/{rest+}", len(routes), len(routes)%7)})
		}
	}
	return routes
}

// manyTexts have forty texts or a variable in each of twelve segments, at random.
func manyTexts(n int) []Route {
	r := rand.New(rand.NewPCG(5, 6))
	seen := map[string]bool{}
	var routes []Route
	for len(routes) < n {
		// Text 0 is common, to let a request fit much of many templates.
		p := mixture(r.Uint64()|r.Uint64(), 12, func(int) string { return fmt.Sprint("t", max(0, r.IntN(80)-40)) })
		if !seen[p] {
			seen[p] = true
			routes = append(routes, Route{"GET", p})
		}
	}
	return routes
}

// threeShapes are as many as are asked for without an index.
func threeShapes(n int) []Route {
	routes := make([]Route, n)
	for i := range routes {
		path := [...]string{"/%d/{x}/%d", "/%d/%d/{x}", "/%d/%d/%d"}[i%3]
		args := []any{i * 7919 % n, i * 104729 % n, i}[:strings.Count(path, "%d")]
		routes[i] = Route{"GET", fmt.Sprintf(path, args...)}
	}
	return routes
}

func threeShapesRequests(n int) []string {
	var ps []string
	routes := threeShapes(n)
	for i := range 64 {
		p := routes[(i*(n/64)+i%3)%n].Path
		ps = append(ps, strings.ReplaceAll(p, "{x}", "x"), p+"/none", p[:strings.LastIndex(p, "/")]+"/none")
	}
	return ps
}

func shapes(n, segments int, text func(int) string, tail string) []Route {
	routes := make([]Route, n)
	for i := range routes {
		mask := uint64(i) * (1 << segments) / uint64(n)
		path := mixture(mask, segments, text)
		if tail != "" {
			path += fmt.Sprintf(tail, i)
		}
		routes[i] = Route{"GET", path}
	}
	return routes
}

// mixture has text where mask has a bit and a variable elsewhere.
func mixture(mask uint64, segments int, text func(int) string) string {
	var b strings.Builder
	for i := range segments {
		if mask>>(segments-1-i)&1 != 0 {
			b.WriteString("/" + text(i))
		} else {
			fmt.Fprintf(&b, "/{v%d}", i)
		}
	}
	return b.String()
}

// family is a set of routes of any size with the requests that ask most of it.
type family struct {
	name     string
	routes   func(n int) []Route
	requests func(n int) []string
}

func paths(ps ...string) func(int) []string { return func(int) []string { return ps } }

func aaa(n int) string { return strings.Repeat("/a", n) }
func bbb(n int) string { return strings.Repeat("/b", n) }

var families = []family{
	{"ordinary", ordinary, ordinaryRequests},
	{"every shape", everyShape, paths(aaa(14), bbb(14), aaa(7)+bbb(7), bbb(7)+aaa(7), strings.Repeat("/a/b", 7), aaa(13)+"/b/x")},
	{"tails", tails, paths(aaa(14)+"/none", bbb(14)+"/none", aaa(7)+bbb(7)+"/none", aaa(14)+"/tail50", bbb(14)+"/tail0")},
	{"heads", heads, paths("/none"+aaa(14), "/head50"+aaa(14), "/head50"+bbb(14), "/none"+bbb(14))},
	{"middles", middles, paths(aaa(7)+"/none"+aaa(7), bbb(7)+"/none"+aaa(7), aaa(7)+"/middle50"+aaa(7))},
	{"sparse", sparse, paths(aaa(20), bbb(20), aaa(10)+bbb(10), bbb(10)+aaa(10), aaa(7)+bbb(13), aaa(5)+bbb(15), strings.Repeat("/a/b", 10), strings.Repeat("/a/b/b", 6)+"/a/b")},
	{"many texts", manyTexts, paths(strings.Repeat("/t0", 12), strings.Repeat("/t1", 12), strings.Repeat("/t0/t0/t7", 4), strings.Repeat("/t0", 8)+strings.Repeat("/x", 4), strings.Repeat("/x", 12), strings.Repeat("/x", 4)+strings.Repeat("/t0", 8))},
	{"crossed", crossed, func(n int) []string { return append(ordinaryRequests(n-1), "/service0/health", "/elsewhere/health") }},
	{"three shapes", threeShapes, threeShapesRequests},
	{"greedies", greedies, paths(aaa(19)+"/x", bbb(10)+"/end/x", aaa(16)+bbb(4)+"/end/x", aaa(20)+"/b/end/y", bbb(30), aaa(8)+bbb(8)+"/end/x/y/z")},
}

// few is an API of up to eight routes, as most are.
var few = []struct{ route, request string }{
	{"/orders/{id}", "/orders/4711"},
	{"/orders", "/orders"},
	{"/orders/{id}/items", "/orders/4711/items"},
	{"/orders/{id}/items/{item}", "/orders/4711/items/12"},
	{"/users", "/users"},
	{"/users/me", "/users/me"},
	{"/users/{id}", "/users/4711"},
	{"/{proxy+}", "/elsewhere/a/b"},
}

func fewRoutes(n int) (routes []Route) {
	for _, f := range few[:n] {
		routes = append(routes, Route{"GET", f.route})
	}
	return routes
}

func fewRequests(n int) (paths []string) {
	for _, f := range few[:n] {
		paths = append(paths, f.request)
	}
	return paths
}
