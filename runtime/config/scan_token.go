package config

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A scannedKey is one part of a dotted key and the offset where it begins.
type scannedKey struct {
	name string
	at   int
}

func (s *scanner) eof() bool { return s.i >= len(s.src) }

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.eof() {
		return 0
	}
	return s.src[s.i]
}

func (s *scanner) eat(c byte) bool {
	if s.eof() || s.src[s.i] != c {
		return false
	}
	s.i++
	return true
}

// space skips blanks within a line. A carriage return is only valid before a
// line feed, which the library checks.
func (s *scanner) space() {
	for !s.eof() && (s.src[s.i] == ' ' || s.src[s.i] == '\t' || s.src[s.i] == '\r') {
		s.i++
	}
}

// blank skips blanks, line feeds and comments.
func (s *scanner) blank() {
	for s.space(); !s.eof(); s.space() {
		switch s.src[s.i] {
		case '\n':
			s.i++
		case '#':
			s.comment()
		default:
			return
		}
	}
}

// comment skips up to the line feed.
func (s *scanner) comment() {
	if n := strings.IndexByte(s.src[s.i:], '\n'); n >= 0 {
		s.i += n
	} else {
		s.i = len(s.src)
	}
}

func (s *scanner) endOfLine() {
	s.space()
	if s.peek() == '#' {
		s.comment()
	}
	if !s.eof() && s.src[s.i] != '\n' {
		s.fail("expected the end of the line")
	}
}

// keys reads a dotted key and the blanks around it.
func (s *scanner) keys() []scannedKey {
	var parts []scannedKey
	for {
		s.space()
		k := scannedKey{at: s.i}
		if c := s.peek(); c == '"' || c == '\'' {
			k.name = s.quotedKey()
		} else {
			for !s.eof() && isBareKey(s.src[s.i]) {
				s.i++
			}
			k.name = s.src[k.at:s.i]
			if k.name == "" {
				s.fail("expected a key")
			}
		}
		if s.err != nil {
			return nil
		}
		// Before the path limit can be asked, the number of parts must be
		// bounded, or a line of dots costs its length in memory.
		if parts = append(parts, k); len(parts) > maxParts {
			s.refuse(k.at, "a key of more than %d parts", maxParts)
			return nil
		}
		s.space()
		if !s.eat('.') {
			return parts
		}
	}
}

func isBareKey(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// quotedKey reads a key in quotes; keys have no multi-line form.
func (s *scanner) quotedKey() string {
	quote := s.src[s.i]
	start := s.i + 1
	s.line(quote)
	if s.err != nil {
		return ""
	}
	text := s.src[start : s.i-1]
	if quote == '\'' {
		return text
	}
	name, ok := unescape(text)
	if !ok {
		s.fail("bad escape in a key")
	}
	return name
}

// text skips a string of any of the four forms.
func (s *scanner) text() {
	quote := s.src[s.i]
	triple := strings.Repeat(string(quote), 3)
	if !strings.HasPrefix(s.src[s.i:], triple) {
		s.line(quote)
		return
	}
	for s.i += 3; !s.eof(); s.i++ {
		switch {
		case s.src[s.i] == '\\' && quote == '"':
			s.i++
		case strings.HasPrefix(s.src[s.i:], triple):
			// Up to two quotes may stand before the closing three.
			s.i += 3
			for n := 0; n < 2 && s.eat(quote); n++ {
			}
			return
		}
	}
	s.fail("string is not closed")
}

// line skips a string that ends on its line.
func (s *scanner) line(quote byte) {
	for s.i++; !s.eof(); s.i++ {
		switch c := s.src[s.i]; {
		case c == quote:
			s.i++
			return
		case c == '\n':
			s.fail("string is not closed")
			return
		case c == '\\' && quote == '"':
			s.i++
		}
	}
	s.fail("string is not closed")
}

var escapes = map[byte]string{
	'b': "\b", 't': "\t", 'n': "\n", 'f': "\f", 'r': "\r", 'e': "\x1b", '"': `"`, '\\': `\`,
}

// unescape gives the value of a basic string. See TOML 1.1, "String".
func unescape(text string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			b.WriteByte(text[i])
			continue
		}
		i++
		if i == len(text) {
			return "", false
		}
		if e, ok := escapes[text[i]]; ok {
			b.WriteString(e)
			continue
		}
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[text[i]]
		if digits == 0 || i+digits >= len(text) {
			return "", false
		}
		v, err := strconv.ParseUint(text[i+1:i+1+digits], 16, 32)
		if err != nil || !utf8.ValidRune(rune(v)) {
			return "", false
		}
		b.WriteRune(rune(v))
		i += digits
	}
	return b.String(), true
}
