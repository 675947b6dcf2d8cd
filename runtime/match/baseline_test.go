package match

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/julienschmidt/httprouter"
)

// wildcardTrees is what Table is compared with: httprouter's own wildcards,
// named by position, over as few trees as first fit needs, each of which can
// answer a path in one way only. All are asked, the best resource wins.
type wildcardTrees struct {
	routers []*httprouter.Router
	kinds   []map[string]byte // per tree: what stands behind a prefix
}

func newWildcardTrees(rs []*resource) *wildcardTrees {
	w := &wildcardTrees{}
	for i, r := range rs {
		key, kinds := wildcardKey(r)
		tree := slices.IndexFunc(w.kinds, func(have map[string]byte) bool {
			for prefix, kind := range kinds {
				if k, ok := have[prefix]; ok && (k != kind) {
					return false
				}
			}
			return true
		})
		if tree < 0 {
			tree = len(w.routers)
			w.routers = append(w.routers, httprouter.New())
			w.kinds = append(w.kinds, map[string]byte{})
		}
		for prefix, kind := range kinds {
			w.kinds[tree][prefix] = kind
		}
		w.routers[tree].Handle("ALL", key, func(w http.ResponseWriter, _ *http.Request, _ httprouter.Params) {
			w.(*answer).resource = i
		})
	}
	return w
}

func wildcardKey(r *resource) (key string, kinds map[string]byte) {
	kinds = map[string]byte{}
	var b strings.Builder
	for i, lit := range r.literals {
		b.WriteByte('/')
		prefix := b.String()
		switch {
		case lit != "":
			kinds[prefix] = 'l'
			b.WriteString(lit)
		case r.shape.greedy && i == len(r.literals)-1:
			kinds[prefix] = 'g'
			fmt.Fprintf(&b, "*%d", i)
		default:
			kinds[prefix] = 'v'
			fmt.Fprintf(&b, ":%d", i)
		}
	}
	return b.String(), kinds
}

func (w *wildcardTrees) match(a *answer, path string) int {
	best := -1
	for _, r := range w.routers {
		if h, _, _ := r.Lookup("ALL", path); h != nil {
			if h(a, nil, nil); best < 0 || a.resource < best {
				best = a.resource
			}
		}
	}
	return best
}

// BenchmarkWildcardTrees has the numbers for RATIONALE.md. Ten thousand ways
// to place a variable make ten thousand trees; a thousand show it as well.
func BenchmarkWildcardTrees(b *testing.B) {
	for _, f := range families[:2] {
		for _, n := range []int{100, 1000} {
			w := newWildcardTrees(mustNew(b, REST, f.routes(n)).resources)
			requests := f.requests(n)
			a := &answer{}
			b.Run(fmt.Sprint(strings.ReplaceAll(f.name, " ", "-"), "/", n), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					w.match(a, requests[i%len(requests)])
				}
				b.ReportMetric(float64(len(w.routers)), "trees")
			})
		}
	}
}
