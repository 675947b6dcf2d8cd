package accesslog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// kind is a way of escaping.
type kind uint8

const (
	kindText kind = iota
	kindJSON
	kindCSV
	kindXML
)

// place is where in the template's text a variable stands.
type place struct {
	string  bool // between double quotes
	bracket bool // between square brackets, in text
	escaped bool // after a backslash
}

// step goes past one byte of the template.
func (p *place) step(k kind, c byte) {
	switch {
	case p.escaped:
		p.escaped = false
	case c == '\\' && p.string && k != kindXML && k != kindCSV:
		p.escaped = true
	case c == '"':
		p.string = !p.string
	case c == '[' && !p.string:
		p.bracket = true
	case c == ']' && !p.string:
		p.bracket = false
	}
}

// quoted reports whether the template delimits the value here: quotes do, and
// in text so do brackets.
func (p *place) quoted(k kind) bool { return p.string || p.bracket && k == kindText }

// escaper escapes the values of one variable.
type escaper struct {
	kind   kind
	quoted bool
	text   bool     // never a number or a boolean
	safe   *byteSet // bytes that stand for themselves; nil where only numbers and booleans do
}

func newEscaper(k kind, quoted bool) escaper {
	e := escaper{kind: k, quoted: quoted}
	switch {
	case k == kindText && quoted:
		e.safe = &safeQuoted
	case k != kindJSON || quoted:
		e.safe = &safe[k]
	}
	return e
}

const hexDigits = "0123456789abcdef"

// plain reports whether v needs no escaping.
func (e *escaper) plain(v []byte) bool {
	if e.safe == nil {
		return !e.text && scalar(v)
	}
	return all(e.safe, v)
}

func (e *escaper) append(dst, v []byte) []byte {
	switch e.kind {
	case kindJSON:
		if e.quoted {
			return appendJSON(dst, v)
		}
		return append(appendJSON(append(dst, '"'), v), '"')
	case kindCSV:
		if e.quoted {
			return appendCSV(dst, v)
		}
		return append(appendCSV(append(dst, '"'), v), '"')
	case kindXML:
		return appendXML(dst, v)
	}
	return appendText(dst, v, e.quoted)
}

// scalar reports whether v is a JSON number, true or false. A number ends in a
// digit; Valid alone would take a line break after it. One that no float64 holds
// is none: many readers refuse the whole line for it (RFC 8259, section 6).
func scalar(v []byte) bool {
	switch c, last := v[0], v[len(v)-1]; {
	case c == '-' || '0' <= c && c <= '9':
		return '0' <= last && last <= '9' && json.Valid(v) && finite(v)
	case c == 't' || c == 'f':
		return string(v) == "true" || string(v) == "false"
	}
	return false
}

// finite reports whether a float64 holds a JSON number.
func finite(v []byte) bool {
	if len(v) <= 300 && !bytes.ContainsAny(v, "eE") {
		return true // below 1e300
	}
	_, err := strconv.ParseFloat(string(v), 64)
	return err == nil
}

// appendJSON escapes for a string (RFC 8259, section 7). Besides what must be
// escaped it escapes what ends a line or moves a terminal's cursor: DEL, the
// C1 controls and the two line separators.
func appendJSON(dst, v []byte) []byte {
	for len(v) > 0 {
		if n := safe[kindJSON].prefix(v); n > 0 {
			dst, v = append(dst, v[:n]...), v[n:]
			continue
		}
		r, n := utf8.DecodeRune(v)
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == utf8.RuneError && n == 1:
			dst = append(dst, `\ufffd`...)
		case r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029:
			dst = append(dst, '\\', 'u', hexDigits[r>>12], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		default:
			dst = append(dst, v[:n]...)
		}
		v = v[n:]
	}
	return dst
}

func appendText(dst, v []byte, quoted bool) []byte {
	for _, c := range v {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ' || c >= 0x7f || c == ' ' && !quoted:
			dst = append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func appendCSV(dst, v []byte) []byte {
	for _, c := range v {
		switch {
		case c == '"':
			dst = append(dst, '"', '"')
		case c < ' ' || c == 0x7f:
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendXML escapes for text and attributes. Of the control characters XML
// 1.0 (section 2.2) has three; the others cannot be written at all.
func appendXML(dst, v []byte) []byte {
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&#34;"...)
		case r == '\'':
			dst = append(dst, "&#39;"...)
		case r == '\t', r == '\n', r == '\r':
			dst = append(append(append(dst, "&#"...), [...]string{'\t': "9", '\n': "10", '\r': "13"}[r]...), ';')
		case 0x7f <= r && r < 0xa0, r == 0x2028, r == 0x2029:
			dst = append(dst, '&', '#', 'x', hexDigits[r>>12], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15], ';')
		case r < ' ', r == 0xfffe, r == 0xffff, r == utf8.RuneError && n == 1:
			dst = append(dst, "\ufffd"...)
		default:
			dst = append(dst, v[:n]...)
		}
		v = v[n:]
	}
	return dst
}
