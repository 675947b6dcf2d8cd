package jwt

import (
	"encoding/json"
	"unicode/utf8"
	"unsafe"
)

// maxDepth bounds how deep lists and objects of a claim may be nested: claims are
// flat, and who reads them after us may be less careful.
const maxDepth = 32

// member is one member of an object: its name without escapes, its value as it is
// written.
type member struct {
	name  string
	value []byte
}

// members reads b, which must be one JSON object and nothing else, strictly as RFC
// 8259 has it and in UTF-8, and appends its members to dst. ok is false for
// anything else and for a name that comes twice. Names and values are views of b.
//
// encoding/json takes the last of two members of one name, finds names without
// regard to case, and allocates for each value.
func members(dst []member, b []byte) (list []member, ok bool) {
	s := scanner{b: b}
	s.space()
	if !s.take('{') {
		return dst, false
	}
	for s.space(); !s.take('}'); s.space() {
		if len(dst) > 0 && !s.take(',') {
			return dst, false
		}
		s.space()
		raw, ok := s.quoted()
		if !ok {
			return dst, false
		}
		s.space()
		if !s.take(':') {
			return dst, false
		}
		s.space()
		from := s.at
		if !s.value(1) {
			return dst, false
		}
		dst = append(dst, member{unquote(raw), b[from:s.at]})
	}
	s.space()
	return dst, s.at == len(b) && unique(dst)
}

// unique reports whether no name comes twice. Strangers choose how many there are.
func unique(list []member) bool {
	if len(list) > 32 {
		seen := make(map[string]struct{}, len(list))
		for i := range list {
			seen[list[i].name] = struct{}{}
		}
		return len(seen) == len(list)
	}
	for i := range list {
		for j := range i {
			if list[i].name == list[j].name {
				return false
			}
		}
	}
	return true
}

// elements appends the elements of an array that a scanner has passed.
func elements(dst [][]byte, array []byte) (list [][]byte, ok bool) {
	s := scanner{b: array}
	if !s.take('[') {
		return dst, false
	}
	for s.space(); !s.take(']'); s.space() {
		if len(dst) > 0 && !s.take(',') {
			return dst, false
		}
		s.space()
		from := s.at
		if !s.value(1) {
			return dst, false
		}
		dst = append(dst, array[from:s.at])
	}
	return dst, true
}

// text is a value that is a string.
func text(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	return unquote(value), true
}

// unquote gives a string in quotes, which a scanner has passed, without them: a
// view where it has no escapes.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	for _, c := range inner {
		if c == '\\' {
			var s string
			_ = json.Unmarshal(quoted, &s) // a scanner has passed it
			return s
		}
	}
	return view(inner)
}

// view is a string over bytes that nobody changes any more.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// scanner walks over JSON.
type scanner struct {
	b  []byte
	at int
}

func (s *scanner) space() {
	for s.at < len(s.b) {
		switch s.b[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	if s.at < len(s.b) && s.b[s.at] == c {
		s.at++
		return true
	}
	return false
}

// value passes one value; depth is how deep it is if it is a list or an object.
func (s *scanner) value(depth int) bool {
	if s.at == len(s.b) {
		return false
	}
	switch s.b[s.at] {
	case '{':
		return s.list('}', depth, true)
	case '[':
		return s.list(']', depth, false)
	case '"':
		_, ok := s.quoted()
		return ok
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

// list passes an object or an array.
func (s *scanner) list(end byte, depth int, named bool) bool {
	if depth > maxDepth {
		return false
	}
	s.at++
	first := true
	for s.space(); !s.take(end); s.space() {
		if !first && !s.take(',') {
			return false
		}
		first = false
		s.space()
		if named {
			if _, ok := s.quoted(); !ok {
				return false
			}
			s.space()
			if !s.take(':') {
				return false
			}
			s.space()
		}
		if !s.value(depth + 1) {
			return false
		}
	}
	return true
}

func (s *scanner) word(w string) bool {
	if len(s.b)-s.at < len(w) || string(s.b[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

// quoted passes a string and gives it with its quotes.
func (s *scanner) quoted() (raw []byte, ok bool) {
	from := s.at
	if !s.take('"') {
		return nil, false
	}
	ascii := true
	for s.at < len(s.b) {
		c := s.b[s.at]
		s.at++
		switch {
		case c == '"':
			raw = s.b[from:s.at]
			return raw, ascii || utf8.Valid(raw)
		case c < ' ':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		case c == '\\' && !s.escape():
			return nil, false
		}
	}
	return nil, false
}

// escape passes what follows a backslash.
func (s *scanner) escape() bool {
	if s.at == len(s.b) {
		return false
	}
	c := s.b[s.at]
	s.at++
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if len(s.b)-s.at < 4 {
			return false
		}
		for range 4 {
			c := s.b[s.at] | 0x20
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') || s.b[s.at] < '0' {
				return false
			}
			s.at++
		}
		return true
	}
	return false
}

// number passes a number: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *scanner) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.b) && s.b[s.at] >= '0' && s.b[s.at] <= '9' {
		s.at++
	}
	return s.at > from
}
