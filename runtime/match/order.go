package match

import (
	"cmp"
	"slices"
)

// compareShapes orders shapes by precedence, the preferred one first. Shapes
// that can fit one path are told apart by the first position where they
// differ: literal, then variable, then greedy. HTTP APIs ask for a full match
// before any greedy one. The number of segments, which no path leaves open
// unless a greedy variable decides, completes the order.
func compareShapes(p Protocol, a, b *shape) int {
	if p == HTTP && a.greedy != b.greedy {
		return prefer(b.greedy)
	}
	if d := firstDifference(a, b); d < a.segments && d < b.segments {
		if a.literal(d) != b.literal(d) {
			return prefer(a.literal(d))
		}
		return prefer(!a.greedy || d < a.segments-1) // else a's greedy variable stands here
	}
	return cmp.Compare(a.segments, b.segments)
}

// prefer is the result of a comparison in which one side is preferred.
func prefer(a bool) int {
	if a {
		return -1
	}
	return 1
}

// sortResources puts resources into order of precedence. Within a shape no two
// resources fit one path; their text is sorted to keep neighbours together.
func sortResources(p Protocol, rs []*resource) {
	slices.SortFunc(rs, func(a, b *resource) int {
		if c := compareShapes(p, &a.shape, &b.shape); c != 0 {
			return c
		}
		return slices.Compare(a.literals, b.literals)
	})
	next := len(rs)
	for i := len(rs) - 1; i >= 0; i-- {
		if i+1 < len(rs) && rs[i].shape != rs[i+1].shape {
			next = i + 1
		}
		rs[i].nextShape = next
	}
}

// Order returns all routes, as indices into the routes given to New, in the
// order in which they are preferred: of the routes that fit a request, the
// first one answers it.
func (t *Table) Order() []int {
	var order []int
	for _, r := range t.resources {
		for _, route := range r.routes { // ANY is the last
			if route >= 0 {
				order = append(order, route)
			}
		}
	}
	if t.fallback >= 0 {
		order = append(order, t.fallback)
	}
	return order
}
