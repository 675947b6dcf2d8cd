package main

import (
	"strconv"
	"strings"
)

// text appends text and CDATA up to the next tag to pieces, and skips comments
// and processing instructions. blank says that there are blanks alone, none of
// them in CDATA or by reference.
func (r *reader) text(pieces []string) (_ []string, blank bool) {
	blank = true
	for r.err == nil && r.at < len(r.doc) {
		switch {
		case r.next("<![CDATA["):
			pieces = append(pieces, lines(r.until("]]>", "a CDATA section")))
			blank = false
		case r.skip():
		case r.err != nil || r.doc[r.at] == '<':
			return pieces, blank
		default:
			raw, _, _ := strings.Cut(r.rest(), "<")
			if i := strings.Index(raw, "]]>"); i >= 0 {
				r.at += i
				r.fail("]]> in a text")
				return nil, false
			}
			blank = blank && strings.Trim(raw, " \t\r\n") == ""
			pieces = append(pieces, r.expand(raw, false))
			if r.err == nil {
				r.at += len(raw)
			}
		}
	}
	r.fail("an element has no end")
	return nil, false
}

// lines ends lines with a line feed (section 2.11).
func lines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// entities are those that need no declaration.
var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// expand replaces references, each by one character; what they give is not read
// again. In attributes blanks become spaces (section 3.3.3).
func (r *reader) expand(s string, attribute bool) string {
	s = lines(s)
	if attribute {
		if strings.IndexByte(s, '<') >= 0 {
			r.fail("< in an attribute")
		}
		if strings.ContainsAny(s, "\t\n") {
			s = strings.NewReplacer("\t", " ", "\n", " ").Replace(s)
		}
	}
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for {
		before, after, ok := strings.Cut(s, "&")
		if b = append(b, before...); !ok {
			return string(b)
		}
		name, rest, ok := strings.Cut(after, ";")
		c, known := entities[name]
		if n, numeric := strings.CutPrefix(name, "#"); ok && numeric {
			c, known = character(n)
		}
		if !ok || !known {
			r.fail("a reference that is neither to a character nor to lt, gt, amp, quot, apos")
			return ""
		}
		b, s = append(b, c...), rest
	}
}

// character is what a reference of decimal or hexadecimal digits stands for.
func character(digits string) (string, bool) {
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	if digits == "" || digits[0] == '+' || digits[0] == '-' {
		return "", false
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil || !isChar(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}
