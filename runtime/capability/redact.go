package capability

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
)

// redactor is what is replaced in a text: the forms of some secrets, the longest
// first, since one may hold another. It is not changed.
type redactor [][]byte

func newRedactor(secrets iter.Seq[Secret]) (r redactor) {
	for s := range secrets {
		r = append(r, s.forms...)
	}
	slices.SortFunc(r, func(a, b []byte) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return bytes.Compare(a, b)
	})
	return slices.CompactFunc(r, bytes.Equal)
}

// fitting are the forms of at most n bytes.
func (r redactor) fitting(n int) redactor {
	at, _ := slices.BinarySearchFunc(r, n, func(form []byte, n int) int { return n - len(form) })
	return r[at:]
}

// redact returns text with all forms replaced, text itself if there is none in
// it. It looks for all of them before it replaces one: "[redacted]" is not what
// the text said.
func (r redactor) redact(text []byte) []byte {
	var found [][]byte
	for _, form := range r.fitting(len(text)) {
		if bytes.Contains(text, form) {
			found = append(found, form)
		}
	}
	for _, form := range found {
		text = bytes.ReplaceAll(text, form, redacted)
	}
	return text
}

// begun is how many bytes at the end of text begin a form and are not all of it.
// What redact replaces begins nothing.
func (r redactor) begun(text []byte) (n int) {
	text = r.redact(text)
	for _, form := range r {
		for at := max(0, len(text)-len(form)+1); at < len(text)-n; at++ {
			i := bytes.IndexByte(text[at:len(text)-n], form[0])
			if i < 0 {
				break
			}
			if at += i; bytes.HasPrefix(form, text[at:]) {
				n = len(text) - at
			}
		}
	}
	return n
}

// minLine is the least length of a line that is looked for alone. A shorter one,
// such as "}" or the end of a key in PEM, may be in any text, and tells little.
const minLine = 8

// formsOf are the ways in which a text may have a value: all of it; if it has
// several lines, each that is long enough, since what prints a value prints
// lines; and all that as %q writes it, since errors quote what a host has sent.
func formsOf(value []byte) (forms [][]byte) {
	if len(value) == 0 {
		return nil
	}
	forms = append(forms, value)
	if bytes.IndexByte(value, '\n') >= 0 {
		for line := range bytes.SplitSeq(value, []byte("\n")) {
			// White space around it is the format's: whoever prints the value may
			// indent it in another way.
			if line = bytes.TrimSpace(line); len(line) >= minLine && !armor(line) {
				forms = append(forms, line)
			}
		}
	}
	for _, form := range forms {
		q := strconv.AppendQuote(nil, string(form))
		if q = q[1 : len(q)-1]; !bytes.Equal(q, form) {
			forms = append(forms, q)
		}
	}
	return forms
}

// armor reports whether a line is the first or last one of PEM (RFC 7468,
// section 2), which every key has.
func armor(line []byte) bool {
	return bytes.HasPrefix(line, []byte("-----BEGIN ")) || bytes.HasPrefix(line, []byte("-----END "))
}
