package config

import (
	"fmt"
	"sort"
	"strings"
)

// Limits that keep reading a file cheap whatever is in it: the TOML library
// recurses once a bracket, builds the whole path of every key as a string, and
// takes the square of the parts of a dotted key. Measured on files of 4 MiB made
// for the purpose: 4 s and 400 MiB of heap at most, where 64 parts took 11 s.
const (
	maxDepth  = 32      // tables and arrays inside each other; the schema needs 8
	maxParts  = 16      // of a dotted key
	maxPath   = 512     // bytes of a dotted path; the longest that names allow is some 350
	maxValues = 1 << 18 // 10,000 routes with a dozen keys each leave room for as many again
)

// A mark is the place of one key, table or array element, and the marks below
// it in the order of the file.
type mark struct {
	key     string
	pos     Position
	depth   int
	path    int // bytes of the dotted path up to here
	named   bool
	keyed   map[string]*mark
	fields  []*mark
	elems   []*mark
	isArray bool // of tables: a header below it means its last element
}

// A scanner finds where things stand in a TOML document. It accepts more than
// TOML does, because the library decides what is valid; on a document that the
// library accepts it must see exactly the library's keys.
type scanner struct {
	src    string
	i      int
	lines  []int // offset of the first byte of each line
	root   *mark
	values int
	err    error // the first problem; i stands at the end of src then
	limit  bool  // err is about a limit, not about syntax
	at     int   // where err is
}

// scan gives the marks of a document, as far as it could be read.
func scan(src string) *scanner {
	s := &scanner{src: src, lines: []int{0}, root: &mark{}}
	for i := range len(src) {
		if src[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	// The library skips the same byte order marks.
	for _, bom := range []string{"\xff\xfe", "\xfe\xff", "\xef\xbb\xbf"} {
		if strings.HasPrefix(src, bom) {
			s.i = len(bom)
			break
		}
	}
	s.document()
	return s
}

func (s *scanner) document() {
	table := s.root
	for s.blank(); !s.eof(); s.blank() {
		if s.peek() == '[' {
			table = s.header()
		} else {
			s.pair(table)
		}
		s.endOfLine()
	}
}

// header reads [a.b] or [[a.b]] and returns the table that it opens.
func (s *scanner) header() *mark {
	s.i++
	array := s.eat('[')
	parts := s.keys()
	if !s.eat(']') || array && !s.eat(']') {
		s.fail("table header is not closed")
	}
	if len(parts) == 0 {
		return s.root
	}
	last := parts[len(parts)-1]
	t := s.child(s.through(s.root, parts[:len(parts)-1]), last)
	if !t.named {
		t.named, t.pos = true, s.position(last.at)
	}
	if !array {
		return t
	}
	t.isArray = true
	return s.element(t, last.at)
}

// pair reads key = value into a table.
func (s *scanner) pair(t *mark) {
	parts := s.keys()
	if !s.eat('=') || len(parts) == 0 {
		s.fail("expected key = value")
		return
	}
	m := s.child(s.through(t, parts[:len(parts)-1]), parts[len(parts)-1])
	m.named = true
	s.value(m)
}

// through follows keys into tables, and into the last table of an array of them.
// The library lets dotted keys do so too, although TOML does not.
func (s *scanner) through(t *mark, keys []scannedKey) *mark {
	for _, k := range keys {
		t = s.child(t, k)
		if t.isArray && len(t.elems) > 0 {
			t = t.elems[len(t.elems)-1]
		}
	}
	return t
}

// value reads the value of m.
func (s *scanner) value(m *mark) {
	s.space()
	switch s.peek() {
	case '"', '\'':
		s.text()
	case '[':
		s.i++
		for s.blank(); !s.eat(']'); s.comma(']') {
			if s.eof() {
				s.fail("array is not closed")
				return
			}
			s.value(s.element(m, s.i))
		}
	case '{':
		s.i++
		for s.blank(); !s.eat('}'); s.comma('}') {
			if s.eof() {
				s.fail("inline table is not closed")
				return
			}
			s.pair(m)
		}
	default:
		start := s.i
		for !s.eof() && !strings.ContainsRune(",]}#\r\n", rune(s.peek())) {
			s.i++
		}
		if s.i == start {
			s.fail("expected a value")
		}
	}
}

// comma reads what stands between two values, or before the end of them.
func (s *scanner) comma(end byte) {
	s.blank()
	if s.eat(',') {
		s.blank()
	} else if s.peek() != end {
		s.fail("expected a comma")
	}
}

// child finds or makes the mark of a key.
func (s *scanner) child(t *mark, k scannedKey) *mark {
	if c := t.keyed[k.name]; c != nil {
		return c
	}
	c := s.mark(t, k.at, len(k.name)+1)
	c.key = k.name
	if t.keyed == nil {
		t.keyed = make(map[string]*mark)
	}
	t.keyed[k.name] = c
	t.fields = append(t.fields, c)
	return c
}

func (s *scanner) element(t *mark, at int) *mark {
	e := s.mark(t, at, len("[1234]"))
	t.elems = append(t.elems, e)
	return e
}

func (s *scanner) mark(up *mark, at, path int) *mark {
	m := &mark{pos: s.position(at), depth: up.depth + 1, path: up.path + path}
	s.values++
	switch {
	case m.depth > maxDepth:
		s.refuse(at, "more than %d tables and arrays inside each other", maxDepth)
	case m.path > maxPath:
		s.refuse(at, "a key path of more than %d bytes", maxPath)
	case s.values > maxValues:
		s.refuse(at, "more than %d values", maxValues)
	}
	return m
}

func (s *scanner) position(offset int) Position {
	line := sort.SearchInts(s.lines, offset+1)
	return Position{Line: line, Column: offset - s.lines[line-1] + 1}
}

// lineEnd is the offset behind the line that holds an offset.
func (s *scanner) lineEnd(offset int) int {
	line := s.position(offset).Line
	if line < len(s.lines) {
		return s.lines[line]
	}
	return len(s.src)
}

// fail records the first problem and ends the scan: every later step sees the
// end of the file.
func (s *scanner) fail(text string) {
	if s.err == nil {
		// An escape at the very end has moved i beyond it.
		s.err, s.at = fmt.Errorf("%w: %s", ErrSyntax, text), min(s.i, len(s.src))
	}
	s.i = len(s.src)
}

func (s *scanner) refuse(at int, format string, args ...any) {
	if s.err == nil {
		s.err, s.at = fmt.Errorf("%w: "+format, append([]any{ErrTooLarge}, args...)...), at
		s.limit = true
	}
	s.i = len(s.src)
}
