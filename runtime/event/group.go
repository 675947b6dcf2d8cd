package event

import (
	"strings"
	"sync"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// groups puts fields of one name together, in the order in which the names
// first appear: what both kinds of maps in an event are made of.
type groups struct {
	heads  []group
	next   []int32 // by field: the next one of its name, -1 at the end
	fields []exchange.Field
}

type group struct{ first, last int32 }

var groupsPool = sync.Pool{New: func() any { return new(groups) }}

// manyNames is the number of names from which on they are looked up in a map:
// below, comparing them one by one is faster, above, a query of thousands of
// parameters would cost quadratic time.
const manyNames = 32

func newGroups() *groups { return groupsPool.Get().(*groups) }

// free gives g back. It keeps no request's strings alive.
func (g *groups) free() {
	clear(g.fields)
	g.fields = g.fields[:0]
	if cap(g.fields) <= 512 {
		groupsPool.Put(g)
	}
}

// add appends a field that will be grouped.
func (g *groups) add(name, value string) {
	g.fields = append(g.fields, exchange.Field{Name: name, Value: value})
}

// build groups what was added. fold compares names without regard to case.
func (g *groups) build(fold bool) {
	g.heads, g.next = g.heads[:0], g.next[:0]
	var index map[string]int
	for i := range g.fields {
		g.next = append(g.next, -1)
		name := g.fields[i].Name
		at := -1
		if index != nil {
			if j, ok := index[foldedName(name, fold)]; ok {
				at = j
			}
		} else {
			at = g.find(name, fold)
		}
		if at >= 0 {
			g.next[g.heads[at].last] = int32(i)
			g.heads[at].last = int32(i)
			continue
		}
		g.heads = append(g.heads, group{int32(i), int32(i)})
		if index != nil {
			index[foldedName(name, fold)] = len(g.heads) - 1
		} else if len(g.heads) == manyNames {
			index = make(map[string]int, len(g.fields))
			for h := range g.heads {
				index[foldedName(g.name(h), fold)] = h
			}
		}
	}
}

func (g *groups) find(name string, fold bool) int {
	for h := range g.heads {
		if n := g.name(h); n == name || fold && hostabi.EqualName(n, name) {
			return h
		}
	}
	return -1
}

func foldedName(s string, fold bool) string {
	if fold {
		return strings.ToLower(s)
	}
	return s
}

// name is the name of the h-th group, as its first field has it.
func (g *groups) name(h int) string { return g.fields[g.heads[h].first].Name }

// appendLast appends the map of last values.
func (g *groups) appendLast(dst []byte, empty string) []byte {
	if len(g.heads) == 0 {
		return append(dst, empty...)
	}
	dst = append(dst, '{')
	for h := range g.heads {
		dst = appendMember(dst, g.name(h), g.fields[g.heads[h].last].Value)
	}
	return append(dst, '}')
}

// appendLists appends the map of lists of all values.
func (g *groups) appendLists(dst []byte, empty string) []byte {
	if len(g.heads) == 0 {
		return append(dst, empty...)
	}
	dst = append(dst, '{')
	for h := range g.heads {
		dst = append(appendKey(dst, g.name(h)), '[')
		for i := g.heads[h].first; i >= 0; i = g.next[i] {
			if i != g.heads[h].first {
				dst = append(dst, ',')
			}
			dst = appendString(dst, g.fields[i].Value)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// appendJoined appends the map of all values of a name joined by commas; with
// lower, names in lower case.
func (g *groups) appendJoined(dst []byte, lower bool) []byte {
	dst = append(dst, '{')
	for h := range g.heads {
		if lower {
			dst = appendLowerKey(dst, g.name(h))
		} else {
			dst = appendKey(dst, g.name(h))
		}
		dst = append(dst, '"')
		for i := g.heads[h].first; i >= 0; i = g.next[i] {
			if i != g.heads[h].first {
				dst = append(dst, ',')
			}
			dst = appendEscaped(dst, g.fields[i].Value)
		}
		dst = append(dst, '"')
	}
	return append(dst, '}')
}

// appendLowerKey is appendKey in lower case (ASCII: field names are tokens).
func appendLowerKey(dst []byte, key string) []byte {
	start := len(dst)
	dst = appendKey(dst, key)
	for i := start; i < len(dst); i++ {
		if c := dst[i]; 'A' <= c && c <= 'Z' {
			dst[i] = c | 0x20
		}
	}
	return dst
}
