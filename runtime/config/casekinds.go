package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// The kinds of value that only cases have.

// anyText is any string, several lines included.
var anyText = checked("a string", func(string) error { return nil })

// someText is a string that is not empty: an expectation that holds for any text
// would be none.
var someText = checked("a string", func(s string) error {
	if s == "" {
		return errors.New("must not be empty: every text holds it")
	}
	return nil
})

// given is a value whose absence means something else than its zero value.
func given[V any](k kind[V]) kind[*V] {
	return kind[*V]{name: k.name, doc: k.doc, below: k.below, show: func(*V) string { return nothing },
		decode: func(d *decoder, n *node) (*V, bool) {
			v, ok := k.decode(d, n)
			return &v, ok
		}}
}

// texts is a list of strings in which one may come twice.
var texts = kind[[]string]{name: "a list of strings", show: func([]string) string { return nothing },
	decode: func(d *decoder, n *node) ([]string, bool) {
		if !n.array {
			d.mistyped(n, "a list in brackets")
			return nil, false
		}
		list := []string{}
		for _, e := range n.elems {
			s, ok := e.value.(string)
			if !ok {
				d.mistyped(e, "a string")
				continue
			}
			list = append(list, s)
		}
		return list, true
	}}

// anyJSON is any value that JSON has.
var anyJSON = kind[any]{name: "any value", show: func(any) string { return nothing },
	decode: func(d *decoder, n *node) (any, bool) { return free(d, n), true }}

// instant is a date with time and zone, as TOML has it.
var instant = kind[time.Time]{name: "a date and time, such as 2026-01-31T12:00:00Z", show: func(time.Time) string { return nothing },
	decode: func(d *decoder, n *node) (time.Time, bool) {
		t, ok := n.value.(time.Time)
		if !ok || strings.HasSuffix(t.Location().String(), "-local") {
			d.mistyped(n, "a date and time with its zone, such as 2026-01-31T12:00:00Z")
			return t, false
		}
		return t, true
	}}

// headerValues reads the value or values of a header.
func headerValues(d *decoder, f *node) ([]string, bool) {
	elems := []*node{f}
	if f.array {
		elems = f.elems
	}
	var values []string
	for _, e := range elems {
		s, ok := e.value.(string)
		if !ok {
			d.mistyped(e, "a string or a list of strings")
			return nil, false
		}
		if err := checkText(s); err != nil {
			d.errorf(e.path, "%w", err)
			return nil, false
		}
		values = append(values, s)
	}
	return values, true
}

// headerPairs is a table of headers, each with one value or a list of them.
var headerPairs = kind[[]Pair]{name: `a table of name = "value" or a list of values`, show: func([]Pair) string { return nothing },
	decode: func(d *decoder, n *node) ([]Pair, bool) {
		var ps []Pair
		ok := eachHeader(d, n, func(f *node) {
			values, _ := headerValues(d, f)
			for _, v := range values {
				ps = append(ps, Pair{f.key, v})
			}
		})
		return ps, ok
	}}

// headerWants is a table of headers that are expected, or false.
var headerWants = kind[[]HeaderWant]{name: `a table of name = "value", a list of values, or false`, show: func([]HeaderWant) string { return nothing },
	decode: func(d *decoder, n *node) ([]HeaderWant, bool) {
		var list []HeaderWant
		ok := eachHeader(d, n, func(f *node) {
			if f.value == false {
				list = append(list, HeaderWant{Name: f.key})
				return
			}
			if values, ok := headerValues(d, f); ok {
				list = append(list, HeaderWant{f.key, values})
			}
		})
		return list, ok
	}}

func eachHeader(d *decoder, n *node, do func(f *node)) bool {
	if !n.isTable() {
		d.mistyped(n, "a table of headers")
		return false
	}
	for _, f := range n.fields {
		if err := checkToken(f.key); err != nil {
			d.errorf(f.path, "%w", err)
			continue
		}
		do(f)
	}
	return true
}

// caseEvent is a table, or the name of a file.
var caseEvent = kind[CaseEvent]{name: "a table, or the name of a JSON file", show: func(CaseEvent) string { return nothing },
	decode: func(d *decoder, n *node) (CaseEvent, bool) {
		if s, ok := n.value.(string); ok {
			if s == "" {
				d.errorf(n.path, "must name a file")
			}
			return CaseEvent{File: s}, true
		}
		v, ok := freeTable.decode(d, n)
		return CaseEvent{Table: v}, ok
	}}

// backendWant is a table, or false.
var backendWant = kind[*BackendWant]{name: "a table, or false", below: backendTable.section(styleTable), show: func(*BackendWant) string { return nothing },
	decode: func(d *decoder, n *node) (*BackendWant, bool) {
		switch n.value {
		case false:
			return &BackendWant{None: true}, true
		case nil:
			v, ok := backendTable.decode(d, n)
			return &v, ok
		}
		d.mistyped(n, "a table, or false")
		return nil, false
	}}

func checkToken(s string) error {
	if !isToken(s) {
		return fmt.Errorf("%s is not a name of HTTP", quote(s))
	}
	return nil
}

func checkRequestPath(s string) error {
	if !strings.HasPrefix(s, "/") {
		return fmt.Errorf("%s must start with \"/\"", quote(s))
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '#' {
			return fmt.Errorf("%s must be percent-encoded: it holds the byte %q", quote(s), c)
		}
	}
	return nil
}

func checkIP(s string) error {
	if _, err := netip.ParseAddr(s); err != nil {
		return fmt.Errorf("%s is not an IP address", quote(s))
	}
	return nil
}
