package match

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestIndexProposesTheAnswer holds the index to more than Match needs: unless
// hashes collide, the first column is the answer and no Lookup is in vain.
func TestIndexProposesTheAnswer(t *testing.T) {
	check := func(t *testing.T, p Protocol, routes []Route, method, path string, table *Table) {
		t.Helper()
		want, _ := naive(p, routes, method, path)
		m, known := methodOf(method)
		if !known || path[0] != '/' {
			return
		}
		s := newScratch(table.index.depth)
		s.path.split(path)
		got := -1
		if c := table.index.first(table.index.query(nil, m, &s.path), 0); c >= 0 {
			if got, _ = table.resources[c].route(m); got < 0 {
				t.Fatalf("%s %s: the index proposes a resource without the method", method, path)
			}
		} else {
			got = table.fallback
		}
		if got != want {
			t.Errorf("%s %s: the index proposes route %d, the answer is %d", method, path, got, want)
		}
	}
	for _, f := range families {
		for _, n := range []int{1, 100, 2000} {
			t.Run(fmt.Sprint(f.name, " ", n), func(t *testing.T) {
				routes := f.routes(n)
				table := mustNewWith(t, REST, routes, 0)
				for _, path := range f.requests(n) {
					check(t, REST, routes, "GET", path, table)
				}
			})
		}
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		p, texts := Protocol(r.IntN(2)), []int{1, 3, 40, 500, 100000}[r.IntN(5)]
		routes := randomRoutes(r, p, 1+r.IntN(800), texts, 1+r.IntN(9))
		table := mustNewWith(t, p, routes, 0)
		for i := range 30 {
			method, path := randomRequest(r, texts, 10)
			if i%2 == 0 {
				path = filled(r, routes[r.IntN(len(routes))].Path)
			}
			check(t, p, routes, method, path, table)
		}
	}
}

// TestMatchSurvivesCollisions leaves one bit of every hash, so that the index
// proposes much that does not fit, and the store decides.
func TestMatchSurvivesCollisions(t *testing.T) {
	h := newHasher()
	h.mask = 1
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 2))
		p := Protocol(r.IntN(2))
		routes := randomRoutes(r, p, 1+r.IntN(900), 1+r.IntN(9), 1+r.IntN(6))
		table, err := newTable(p, routes, h, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			method, path := randomRequest(r, 9, 8)
			checkNaive(t, p, table, routes, method, path)
		}
	}
}

func TestMatchSurvivesACollisionThatLeavesNoRow(t *testing.T) {
	h := newHasher()
	h.mask = 0
	routes := parseRoutes("ANY /a", "ANY /b")
	table, err := newTable(REST, routes, h, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkNaive(t, REST, table, routes, "GET", "/a")
	checkNaive(t, REST, table, routes, "GET", "/b")
	checkNaive(t, REST, table, routes, "GET", "/c")
}

func TestEscapedBytesDoNotMeetWhatTheyStandFor(t *testing.T) {
	h := newHasher()
	h.mask = 0 // so that the index lets every request through to the store
	routes := parseRoutes("ANY /a:b*c")
	table, err := newTable(HTTP, routes, h, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/a:b*c", "/a\x01b\x02c", "/a\x03b\x03c", "/a\x00b\x00c", "/a:b", "/:"} {
		checkNaive(t, HTTP, table, routes, "GET", path)
	}
}
