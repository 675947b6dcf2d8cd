package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parsed is a string that parse turns into a value or refuses.
func parsed[V any](name string, parse func(string) (V, error), show func(V) string) kind[V] {
	return kind[V]{name: name, show: show, decode: func(d *decoder, n *node) (v V, ok bool) {
		s, ok := n.value.(string)
		if !ok {
			d.mistyped(n, name)
			return v, false
		}
		v, err := parse(s)
		if err != nil {
			d.errorf(n.path, "%w", err)
			return v, false
		}
		return v, true
	}}
}

// checked is a string that check may refuse.
func checked(name string, check func(string) error) kind[string] {
	return parsed(name, func(s string) (string, error) { return s, check(s) }, showText)
}

func showText(s string) string {
	if s == "" {
		return nothing
	}
	return strconv.Quote(s)
}

// text is any string without control characters, which would break lines of
// headers and logs; empty is allowed.
var text = checked("a string", checkText)

func checkText(s string) error {
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		return fmt.Errorf("must not hold the control character %q", s[i])
	}
	return nil
}

// oneOf is one of a few words; later words are refused with their way out.
func oneOf(what string, words []string, later map[string]string) kind[string] {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return checked(strings.Join(quoted, " or "), func(s string) error {
		if slices.Contains(words, s) {
			return nil
		}
		if out, ok := later[s]; ok {
			return fmt.Errorf("%s %q is %w; %s", what, s, ErrUnsupported, out)
		}
		return choice(what, s, words)
	})
}

var boolean = kind[bool]{name: "true or false", show: strconv.FormatBool, decode: func(d *decoder, n *node) (bool, bool) {
	b, ok := n.value.(bool)
	if !ok {
		d.mistyped(n, "true or false")
	}
	return b, ok
}}

// integer is a whole number from least to most.
func integer(least, most int) kind[int] {
	return kind[int]{name: "an integer", doc: fmt.Sprintf("integer, %d to %d", least, most), show: strconv.Itoa, decode: func(d *decoder, n *node) (int, bool) {
		i, ok := n.value.(int64)
		switch {
		case !ok:
			d.mistyped(n, "an integer")
			return 0, false
		case i <= 0 && least == 1:
			d.errorf(n.path, "must be positive, got %d", i)
			return 0, false
		case i < int64(least) || i > int64(most):
			d.errorf(n.path, "must be between %d and %d, got %d", least, most, i)
			return 0, false
		}
		return int(i), true
	}}
}

// duration is a string such as "29s", from least to most.
func duration(least, most time.Duration) kind[time.Duration] {
	k := parsed(`a duration in quotes, such as "29s"`, func(s string) (time.Duration, error) {
		t, err := Duration(s)
		if err == nil && (t < least || t > most) {
			err = fmt.Errorf("must be between %q and %q, got %q", FormatDuration(least), FormatDuration(most), s)
		}
		return t, err
	}, func(t time.Duration) string { return strconv.Quote(FormatDuration(t)) })
	k.doc = fmt.Sprintf("duration, %q to %q", FormatDuration(least), FormatDuration(most))
	return k
}

// size is a string such as "1MiB", from least to most bytes.
func size(least, most int64) kind[int64] {
	k := parsed(`a size in quotes, such as "1MiB"`, func(s string) (int64, error) {
		n, err := Size(s)
		if err == nil && (n < least || n > most) {
			err = fmt.Errorf("must be between %q and %q, got %q", FormatSize(least), FormatSize(most), s)
		}
		return n, err
	}, func(n int64) string { return strconv.Quote(FormatSize(n)) })
	k.doc = fmt.Sprintf("size, %q to %q", FormatSize(least), FormatSize(most))
	return k
}

// list is an array of a kind without duplicates.
func list[V comparable](of kind[V]) kind[[]V] {
	return kind[[]V]{
		name: "a list, each " + of.name,
		doc:  "list, each " + cmp.Or(of.doc, of.name),
		show: func(vs []V) string {
			if len(vs) == 0 {
				return nothing
			}
			shown := make([]string, len(vs))
			for i, v := range vs {
				shown[i] = of.show(v)
			}
			return "[" + strings.Join(shown, ", ") + "]"
		},
		decode: func(d *decoder, n *node) ([]V, bool) {
			if !n.array {
				d.mistyped(n, "a list in brackets")
				return nil, false
			}
			var vs []V
			seen := make(map[V]bool, len(n.elems))
			for _, e := range n.elems {
				v, ok := of.decode(d, e)
				if ok && seen[v] {
					d.errorf(e.path, "%s is listed twice", quote(fmt.Sprint(v)))
				}
				seen[v] = true
				vs = append(vs, v)
			}
			return vs, true
		},
	}
}

// oneOrMore is a list that may be written as its only element.
func oneOrMore[V comparable](of kind[V]) kind[[]V] {
	k := list(of)
	many := k.decode
	k.name = of.name + ", or a list of them"
	k.doc = k.name
	k.decode = func(d *decoder, n *node) ([]V, bool) {
		if n.array {
			vs, ok := many(d, n)
			if len(n.elems) == 0 {
				d.errorf(n.path, "must not be empty")
			}
			return vs, ok
		}
		v, ok := of.decode(d, n)
		return []V{v}, ok
	}
	return k
}

// A Pair is one entry of a table whose keys the file chooses.
type Pair struct {
	Name, Value string
}

// pairs is a table of strings, in the order of the file.
func pairs(name string, check func(name, value string) error) kind[[]Pair] {
	return kind[[]Pair]{name: name, show: func([]Pair) string { return nothing }, decode: func(d *decoder, n *node) ([]Pair, bool) {
		if !n.isTable() {
			d.mistyped(n, "a table of strings")
			return nil, false
		}
		var ps []Pair
		for _, f := range n.fields {
			s, ok := f.value.(string)
			if !ok && f.isTable() {
				d.errorf(f.path, "must be a string, got a table; a name with dots needs quotes")
				continue
			}
			if !ok {
				d.mistyped(f, "a string")
				continue
			}
			if err := check(f.key, s); err != nil {
				d.errorf(f.path, "%w", err)
				continue
			}
			ps = append(ps, Pair{f.key, s})
		}
		return ps, true
	}}
}
