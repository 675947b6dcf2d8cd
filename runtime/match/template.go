package match

import (
	"fmt"
	"math/bits"
	"strings"
)

// MaxSegments bounds a template, so that a shape's literals fit one machine
// word. Paths that people write are far below.
const MaxSegments = 64

// shape says where a template's variables stand.
type shape struct {
	segments int    // a greedy variable counts as one, and is the last
	literals uint64 // bit i is set where segment i is literal text
	greedy   bool
}

func (s *shape) literal(i int) bool { return s.literals>>i&1 != 0 }

// template is a parsed Path.
type template struct {
	shape    shape
	literals []string // per segment; "" where a variable stands
	names    []string // of the variables, in order
}

// identity is equal for templates that differ in the names of variables only.
// No literal holds a brace.
func (t *template) identity() string {
	var b strings.Builder
	for i, lit := range t.literals {
		b.WriteByte('/')
		switch {
		case lit != "":
			b.WriteString(lit)
		case t.shape.greedy && i == len(t.literals)-1:
			b.WriteString("{+}")
		default:
			b.WriteString("{}")
		}
	}
	return b.String()
}

func parse(p Protocol, s string) (*template, error) {
	refuse := func(rule error, format string, args ...any) (*template, error) {
		return nil, &TemplateError{Rule: rule, Text: fmt.Sprintf("path %q: ", s) + fmt.Sprintf(format, args...)}
	}
	t := &template{}
	switch {
	case !strings.HasPrefix(s, "/"):
		return refuse(ErrNoSlash, `a path starts with "/"; write %q`, "/"+s)
	case s == "/":
		return t, nil
	case strings.HasSuffix(s, "/"):
		return refuse(ErrEmptySegment, "ends with a slash; leave it out, requests match with and without it")
	}
	segs := strings.Split(s[1:], "/")
	if len(segs) > MaxSegments {
		return refuse(ErrTooManySegments, `has %d segments, at most %d are allowed; let "{proxy+}" take the rest`, len(segs), MaxSegments)
	}
	t.shape.segments = len(segs)
	for i, seg := range segs {
		if seg == "" {
			return refuse(ErrEmptySegment, `has an empty segment ("//"), which no request can name; remove one slash`)
		}
		if !strings.ContainsAny(seg, "{}") {
			if c := badByte(p, seg); c != "" {
				return refuse(ErrCharacter, "%s is not allowed in %q; %s", c, seg, allowed(p))
			}
			t.literals = append(t.literals, seg)
			t.shape.literals |= 1 << i
			continue
		}
		if seg[0] != '{' || strings.IndexByte(seg, '}') != len(seg)-1 || strings.LastIndexByte(seg, '{') != 0 {
			return refuse(ErrPartialVariable, "a path variable must be a whole segment, %q is not; put a slash around it, or take the segment whole and cut it in the integration", seg)
		}
		name, greedy := strings.CutSuffix(seg[1:len(seg)-1], "+")
		switch {
		case !isName(name):
			return refuse(ErrVariableName, `%q is no name of a path variable; use letters, digits, ".", "_", "-" and ":", and "+" at the end only`, seg)
		case contains(t.names, name):
			return refuse(ErrVariableName, "the path variable %q stands twice; give each a name of its own", name)
		case greedy && i != len(segs)-1:
			return refuse(ErrGreedyNotLast, "Cannot create a child of a resource with a greedy path variable: %s; a greedy variable takes the rest of the path, so put it last or drop its \"+\"", seg)
		}
		t.literals = append(t.literals, "")
		t.names = append(t.names, name)
		t.shape.greedy = greedy
	}
	return t, nil
}

// checkDefault judges a route whose path is DefaultPath.
func checkDefault(p Protocol, rt Route) error {
	switch {
	case p != HTTP:
		return &TemplateError{Rule: ErrDefault, Text: `"$default" is a route of HTTP APIs; a REST API uses "ANY /{proxy+}" and "ANY /"`}
	case rt.Method != "":
		return &TemplateError{Rule: ErrDefault, Text: fmt.Sprintf(`"$default" takes every method; write it without %q`, rt.Method)}
	}
	return nil
}

// REST APIs allow what AWS allows; HTTP APIs what RFC 3986, section 3.3, allows
// in a segment.
const (
	restMarks = "_-.,:"
	httpMarks = "-._~!$&'()*+,;=:@%"
)

func allowed(p Protocol) string {
	if p == REST {
		return `a REST API allows letters, digits, "_", "-", ".", "," and ":"`
	}
	return "percent-encode it as requests send it"
}

// badByte returns the first byte of a literal that is not allowed, quoted, or
// "".
func badByte(p Protocol, lit string) string {
	marks := httpMarks
	if p == REST {
		marks = restMarks
	}
	for i := range len(lit) {
		c := lit[i]
		if !isAlnum(c) && strings.IndexByte(marks, c) < 0 {
			return fmt.Sprintf("%q", lit[i:i+1])
		}
		if c == '%' && (i+2 >= len(lit) || !isHex(lit[i+1]) || !isHex(lit[i+2])) {
			return `"%" without two hexadecimal digits`
		}
	}
	return ""
}

func isName(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) && strings.IndexByte("._-:", s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// firstDifference returns the first position at which two shapes have other
// kinds of segments, or 64. A greedy variable differs from a plain one.
func firstDifference(a, b *shape) int {
	d := bits.TrailingZeros64(a.literals ^ b.literals)
	if a.greedy != b.greedy || a.greedy && a.segments != b.segments {
		for _, s := range [...]*shape{a, b} {
			if s.greedy {
				d = min(d, s.segments-1)
			}
		}
	}
	return d
}
