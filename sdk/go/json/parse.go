package json

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parser goes through a text. After the first error it stands at the end, where
// every rule fails without effect.
type parser struct {
	text string
	at   int
	left Limits
	err  error
}

func (p *parser) fail(problem string) {
	if p.err == nil {
		p.err = &Error{p.at, problem}
	}
	p.at = len(p.text)
}

// peek is the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// next takes a byte if it is c.
func (p *parser) next(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value() Value {
	p.space()
	if p.left.Values--; p.left.Values < 0 {
		p.fail("too many values")
		return Value{}
	}
	switch c := p.peek(); {
	case c == '{':
		return p.nested(p.object)
	case c == '[':
		return p.nested(p.array)
	case c == '"':
		return Value{Kind: String, Text: p.string()}
	case c == '-' || isDigit(c):
		return p.number()
	}
	for _, w := range [...]Value{{Kind: Bool, Text: "true"}, {Kind: Bool, Text: "false"}, {Kind: Null, Text: "null"}} {
		if strings.HasPrefix(p.text[p.at:], w.Text) {
			p.at += len(w.Text)
			if w.Kind == Null {
				return Value{}
			}
			return w
		}
	}
	p.fail("want a value")
	return Value{}
}

func (p *parser) nested(f func() Value) Value {
	if p.left.Depth == 0 {
		p.fail("nested too deeply")
		return Value{}
	}
	p.left.Depth--
	p.at++
	v := f()
	p.left.Depth++
	return v
}

func (p *parser) array() Value {
	v := Value{Kind: Array}
	for more := !p.empty(']'); more; more = p.more(']') {
		v.Items = append(v.Items, p.value())
	}
	return v
}

func (p *parser) object() Value {
	v := Value{Kind: Object}
	var seen names
	for more := !p.empty('}'); more; more = p.more('}') {
		p.space()
		if p.peek() != '"' {
			p.fail("want a name in double quotes")
			break
		}
		start := p.at
		m := Member{Name: p.string()}
		if p.err == nil && !seen.add(m.Name, v.Members) {
			p.at = start
			p.fail("the name stands twice in its object")
		}
		if p.space(); !p.next(':') {
			p.fail("want a colon")
			break
		}
		m.Value = p.value()
		v.Members = append(v.Members, m)
	}
	return v
}

// empty reports that the list ends where it began.
func (p *parser) empty(end byte) bool {
	p.space()
	return p.next(end)
}

// more takes what stands behind an item and reports that another one follows.
func (p *parser) more(end byte) bool {
	p.space()
	switch {
	case p.next(','):
		return true
	case p.next(end):
	default:
		p.fail("want a comma or the end")
	}
	return false
}

// names are those of one object. Few are compared one by one; more get a set, or
// an object of many members would take the square of its length.
type names map[string]struct{}

const few = 8

func (n *names) add(name string, before []Member) bool {
	if len(before) < few {
		for _, m := range before {
			if m.Name == name {
				return false
			}
		}
		return true
	}
	if *n == nil {
		*n = make(names, 4*few)
		for _, m := range before {
			(*n)[m.Name] = struct{}{}
		}
	}
	if _, twice := (*n)[name]; twice {
		return false
	}
	(*n)[name] = struct{}{}
	return true
}

func (p *parser) number() Value {
	start := p.at
	p.next('-')
	if !p.next('0') {
		p.digits()
	}
	if p.next('.') {
		p.digits()
	}
	if p.next('e') || p.next('E') {
		if !p.next('+') {
			p.next('-')
		}
		p.digits()
	}
	return Value{Kind: Number, Text: p.text[start:p.at]}
}

func (p *parser) digits() {
	if !isDigit(p.peek()) {
		p.fail("want a digit")
	}
	for isDigit(p.peek()) {
		p.at++
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// string reads a string from its opening quote on.
func (p *parser) string() string {
	p.at++
	start := p.at
	for p.at < len(p.text) && p.text[p.at] != '"' && p.text[p.at] != '\\' && p.text[p.at] >= ' ' {
		p.at++
	}
	plain := p.text[start:p.at]
	if p.next('"') {
		if !utf8.ValidString(plain) {
			p.fail("not UTF-8")
		}
		return plain
	}
	b := append(make([]byte, 0, 2*len(plain)+16), plain...)
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			if !utf8.Valid(b) {
				p.fail("not UTF-8")
			}
			return string(b)
		case c < ' ':
			p.fail("a control character in a string")
		case c == '\\':
			p.at++
			b = p.escape(b)
		default:
			b = append(b, c)
			p.at++
		}
	}
	p.fail("a string without an end")
	return ""
}

func (p *parser) escape(b []byte) []byte {
	c := p.peek()
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		p.at++
		return append(b, "\"\\/\b\f\n\r\t"[i])
	}
	if c != 'u' {
		p.fail("not an escape")
		return b
	}
	r := p.unit()
	if utf16.IsSurrogate(r) {
		if p.peek() != '\\' || !strings.HasPrefix(p.text[p.at:], `\u`) {
			p.fail("half a surrogate pair")
			return b
		}
		p.at++
		if r = utf16.DecodeRune(r, p.unit()); r == utf8.RuneError {
			p.fail("half a surrogate pair")
		}
	}
	return utf8.AppendRune(b, r)
}

// unit reads u and four digits.
func (p *parser) unit() rune {
	if len(p.text)-p.at < 5 {
		p.fail("want four hexadecimal digits")
		return 0
	}
	var r rune
	for _, c := range []byte(p.text[p.at+1 : p.at+5]) {
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			p.fail("want four hexadecimal digits")
			return 0
		}
		r = r<<4 | rune(c)
	}
	p.at += 5
	return r
}
