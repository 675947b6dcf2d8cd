package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// MaxFile is the largest file that is read. It holds some 18,000 routes.
const MaxFile = 4 << 20

// A node is one value of a document: its path, its place, and what the TOML
// library made of it. Tables keep the order of the file.
type node struct {
	path   string
	key    string // last key of the path; empty for elements
	pos    Position
	value  any     // string, int64, float64, bool, time.Time; nil for table and array
	array  bool    // elems, not fields
	fields []*node // of a table
	elems  []*node // of an array
}

// field finds a key of a table, or nil.
func (n *node) field(key string) *node {
	for _, f := range n.fields {
		if f.key == key {
			return f
		}
	}
	return nil
}

func (n *node) isTable() bool { return n.value == nil && !n.array }

// parseTree reads the syntax of a file: its values with their places, or the
// first place where it is not TOML.
func parseTree(name string, src []byte) (*node, *Source, *Error) {
	source := &Source{file: name, pos: make(map[string]Position)}
	if len(src) > MaxFile {
		return nil, source, &Error{File: name, Err: fmt.Errorf("%w: more than %s", ErrTooLarge, FormatSize(MaxFile))}
	}
	marks := scan(string(src))
	if marks.limit {
		return nil, source, marks.error(name, marks.at, marks.err)
	}
	text := string(src)
	if marks.err != nil {
		// What the scanner did not reach has not been held against the limits,
		// so the library must not reach it either.
		text = text[:marks.lineEnd(marks.at)]
	}
	values, err := decodeTOML(text)
	if err != nil {
		e := marks.error(name, marks.at, err)
		var pe toml.ParseError
		if errors.As(err, &pe) {
			// At an unexpected line feed the library names the line behind it,
			// at an unexpected end the line before, which can be line 0.
			line := max(pe.Position.Line, 1)
			if marks.err == nil || line < e.Line {
				e.Line = min(line, len(marks.lines))
			}
			e.Err = fmt.Errorf("%w: %s", ErrSyntax, plain(pe.Message))
		}
		return nil, source, e
	}
	if marks.err != nil {
		return nil, source, marks.error(name, marks.at, marks.err)
	}
	return source.tree(marks.root, values, "", ""), source, nil
}

func (s *scanner) error(name string, offset int, err error) *Error {
	return &Error{File: name, Line: s.position(offset).Line, Err: err}
}

// decodeTOML is the one call of the TOML library. It recovers because the
// library panics where it finds a bug of its own.
func decodeTOML(src string) (values map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrSyntax, r)
		}
	}()
	_, err = toml.Decode(src, &values)
	return values, err
}

// plain makes one of the library's messages fit behind a colon.
func plain(msg string) string {
	msg = strings.TrimSuffix(strings.ReplaceAll(msg, "\n", " "), ".")
	if len(msg) > 1 && msg[0] >= 'A' && msg[0] <= 'Z' && msg[1] >= 'a' && msg[1] <= 'z' {
		msg = strings.ToLower(msg[:1]) + msg[1:]
	}
	return msg
}

// tree joins the values of the library with the places of the scanner, and
// files every place under its path.
func (s *Source) tree(m *mark, v any, path, key string) *node {
	n := &node{path: path, key: key, pos: m.pos}
	if path != "" {
		s.pos[path] = m.pos
	}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			n.fields = append(n.fields, s.tree(m.below(m.keyed[k]), x, Join(path, k), k))
		}
		slices.SortFunc(n.fields, func(a, b *node) int {
			return cmp.Or(a.pos.Line-b.pos.Line, a.pos.Column-b.pos.Column, strings.Compare(a.key, b.key))
		})
	case []map[string]any:
		n.array = true
		for i, x := range v {
			n.elems = append(n.elems, s.tree(m.element(i), x, Index(path, i), ""))
		}
	case []any:
		n.array = true
		for i, x := range v {
			n.elems = append(n.elems, s.tree(m.element(i), x, Index(path, i), ""))
		}
	default:
		n.value = v
	}
	return n
}

// below is c, or the place of m for something that the scanner did not see,
// which the tests show not to happen: an error then names the table around it.
func (m *mark) below(c *mark) *mark {
	if c == nil {
		return &mark{pos: m.pos}
	}
	return c
}

func (m *mark) element(i int) *mark {
	if i < len(m.elems) {
		return m.elems[i]
	}
	return m.below(nil)
}

// describe names a value in a message: `the integer 5`.
func (n *node) describe() string {
	switch v := n.value.(type) {
	case string:
		return "the string " + quote(v)
	case int64:
		return "the integer " + strconv.FormatInt(v, 10)
	case float64:
		return "the number " + strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return "the boolean " + strconv.FormatBool(v)
	case time.Time:
		return "a date or time"
	}
	if n.array {
		return "an array"
	}
	return "a table"
}

// quote quotes a value of the file, cut to what a line can show.
func quote(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strconv.Quote(s)
}
