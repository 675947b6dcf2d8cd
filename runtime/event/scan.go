package event

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of an answer: what Lambda's own reader of JSON
// takes by default.
const maxDepth = 1000

// Malformed reports an answer that is not what a function must give. Clients
// see a 502 or 500. Its text is for the log and begins as API Gateway's does.
type Malformed struct {
	// Authorizer says whose answer it was.
	Authorizer bool
	// Offset is where in the answer, in bytes.
	Offset int
	// Text says what is wrong.
	Text string
	// Err is the cause where there is one: a *policy.SyntaxError.
	Err error
}

func (e *Malformed) Unwrap() error { return e.Err }

func (e *Malformed) Error() string {
	what := "Execution failed due to configuration error: Malformed Lambda proxy response: "
	if e.Authorizer {
		what = "The response from the Lambda Authorizer function doesn't match the format that API Gateway expects: "
	}
	return what + e.Text + " at byte " + strconv.Itoa(e.Offset)
}

// scanner reads JSON (RFC 8259) and checks all of it. A document must be
// UTF-8.
type scanner struct {
	data []byte
	pos  int
	text string // of the first error
}

// fail notes the first error.
func (s *scanner) fail(text string) bool {
	if s.text == "" {
		s.text = text
	}
	return false
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek is the next byte after white space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.data) {
		return 0
	}
	return s.data[s.pos]
}

// document scans the only value of a text.
func (s *scanner) document() bool {
	if !utf8.Valid(s.data) {
		return s.fail("not UTF-8")
	}
	if !s.value(0) {
		return false
	}
	if s.peek(); s.pos < len(s.data) {
		return s.fail("more after the end")
	}
	return true
}

func (s *scanner) value(depth int) bool {
	if depth > maxDepth {
		return s.fail("nested too deep")
	}
	switch c := s.peek(); {
	case c == '{':
		return s.list('}', depth)
	case c == '[':
		return s.list(']', depth)
	case c == '"':
		return s.string()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case s.pos == len(s.data):
		return s.fail("ends too early")
	}
	return s.fail("not a value")
}

// list scans an object or an array.
func (s *scanner) list(end byte, depth int) bool {
	s.pos++
	if s.peek() == end {
		s.pos++
		return true
	}
	for {
		if end == '}' && !s.key() {
			return false
		}
		if !s.value(depth + 1) {
			return false
		}
		switch s.peek() {
		case ',':
			s.pos++
		case end:
			s.pos++
			return true
		default:
			return s.fail("neither a comma nor the end of a list")
		}
	}
}

func (s *scanner) key() bool {
	if s.peek() != '"' {
		return s.fail("not a key")
	}
	if !s.string() {
		return false
	}
	if s.peek() != ':' {
		return s.fail("no colon after a key")
	}
	s.pos++
	return true
}

func (s *scanner) word(w string) bool {
	if len(s.data)-s.pos < len(w) || string(s.data[s.pos:s.pos+len(w)]) != w {
		return s.fail("not a value")
	}
	s.pos += len(w)
	return true
}

func (s *scanner) string() bool {
	for s.pos++; s.pos < len(s.data); s.pos++ {
		c := s.data[s.pos]
		switch {
		case plain[c] || c >= utf8.RuneSelf:
		case c == '"':
			s.pos++
			return true
		case c != '\\':
			return s.fail("control character in a string")
		default:
			if !s.escape() {
				return false
			}
		}
	}
	return s.fail("string without an end")
}

// escape scans what follows a backslash, up to its last byte.
func (s *scanner) escape() bool {
	s.pos++
	if s.pos == len(s.data) {
		return s.fail("string without an end")
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if _, ok := hex4(s.data[s.pos+1:]); ok {
			s.pos += 4
			return true
		}
	}
	return s.fail("unknown escape in a string")
}

func (s *scanner) number() bool {
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else if !s.digits() {
		return s.fail("not a number")
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		if !s.digits() {
			return s.fail("not a number")
		}
	}
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if !s.digits() {
			return s.fail("not a number")
		}
	}
	return true
}

func (s *scanner) digits() bool {
	from := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > from
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// appendUnquoted appends the text of a JSON string that was scanned. Half a
// surrogate pair becomes U+FFFD.
func appendUnquoted(dst, raw []byte) []byte {
	raw = raw[1 : len(raw)-1]
	for i := 0; i < len(raw); {
		from := i
		for i < len(raw) && raw[i] != '\\' {
			i++
		}
		dst = append(dst, raw[from:i]...)
		if i == len(raw) {
			break
		}
		c := raw[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(raw[i:])
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(utf8.RuneError)
				if i+6 <= len(raw) && raw[i] == '\\' && raw[i+1] == 'u' {
					low, _ = hex4(raw[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}
