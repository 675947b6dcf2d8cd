package main

import (
	"errors"
	"strconv"
	"strings"
)

// maxAttributes bounds those of one element.
const maxAttributes = 64

// reader reads a document of XML 1.0: elements, attributes, text, CDATA,
// character references and the five entities. Comments and processing
// instructions are skipped; a document type declaration is an error, so no entity
// can be declared and nothing is ever fetched or expanded. After the first error
// it stands at the end, where every rule fails without effect.
type reader struct {
	doc  string
	at   int
	left struct{ depth, values int }
	err  error
}

func newReader(doc string) *reader {
	r := &reader{doc: strings.TrimPrefix(doc, "\ufeff")}
	r.left.depth, r.left.values = maxDepth, maxValues
	if i := firstWrong(r.doc); i >= 0 {
		r.at = i
		r.fail("not a character of XML in UTF-8")
	}
	return r
}

func (r *reader) fail(problem string) {
	if r.err == nil {
		r.err = errors.New("offset " + strconv.Itoa(r.at) + ": " + problem)
	}
	r.at = len(r.doc)
}

func (r *reader) rest() string { return r.doc[r.at:] }

// next takes s if it comes next.
func (r *reader) next(s string) bool {
	if strings.HasPrefix(r.rest(), s) {
		r.at += len(s)
		return true
	}
	return false
}

// want takes s or fails.
func (r *reader) want(s string) {
	if !r.next(s) {
		r.fail("want " + s)
	}
}

// until takes what stands before end, and end.
func (r *reader) until(end, what string) string {
	before, _, ok := strings.Cut(r.rest(), end)
	if !ok {
		r.fail(what + " has no end")
		return ""
	}
	r.at += len(before) + len(end)
	return before
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// blanks takes blanks and reports whether there were any.
func (r *reader) blanks() bool {
	start := r.at
	for r.at < len(r.doc) && isBlank(r.doc[r.at]) {
		r.at++
	}
	return r.at > start
}

func (r *reader) name() string {
	n := nameLen(r.rest())
	if n == 0 {
		r.fail("want a name")
	}
	name := r.doc[r.at : r.at+n]
	r.at += n
	return name
}

// prolog takes what may stand before the root.
func (r *reader) prolog() {
	if strings.HasPrefix(r.rest(), "<?xml") && len(r.rest()) > 5 && isBlank(r.rest()[5]) {
		r.at += 5
		r.declaration()
	}
	r.misc()
	if strings.HasPrefix(r.rest(), "<!DOCTYPE") {
		r.fail("a document type declaration is not taken")
	}
}

// epilog takes what may stand behind it.
func (r *reader) epilog() {
	if r.misc(); r.at < len(r.doc) {
		r.fail("more than one root element")
	}
}

func (r *reader) misc() {
	for r.blanks() || r.skip() {
	}
}

// declaration reads version, encoding and standalone, in this order (section
// 2.8), up to its end.
func (r *reader) declaration() {
	seen := ""
	for r.blanks() && !strings.HasPrefix(r.rest(), "?>") && r.err == nil {
		name := r.name()
		seen += name + " "
		r.blanks()
		r.want("=")
		r.blanks()
		value := r.quoted()
		switch {
		case name == "version" && value != "1.0":
			r.fail("version must be 1.0")
		case name == "encoding" && !strings.EqualFold(value, "utf-8") && !strings.EqualFold(value, "us-ascii"):
			r.fail("encoding must be UTF-8")
		case name == "standalone" && value != "yes" && value != "no":
			r.fail("standalone must be yes or no")
		}
	}
	switch seen {
	case "version ", "version encoding ", "version standalone ", "version encoding standalone ":
	default:
		r.fail("want a declaration such as " + declaration)
	}
	r.want("?>")
}

// quoted is the text between two quotes.
func (r *reader) quoted() string {
	switch {
	case r.next(`"`):
		return r.until(`"`, "a value")
	case r.next("'"):
		return r.until("'", "a value")
	}
	r.fail("want a value in quotes")
	return ""
}

// skip takes a comment or a processing instruction.
func (r *reader) skip() bool {
	switch {
	case r.next("<!--"):
		if r.until("--", "a comment"); !r.next(">") {
			r.fail("-- in a comment")
		}
	case r.next("<?"):
		if target := r.name(); strings.EqualFold(target, "xml") {
			r.fail("a declaration stands at the beginning alone")
		}
		if !strings.HasPrefix(r.rest(), "?>") && !r.blanks() {
			r.fail("want ?>")
		}
		r.until("?>", "a processing instruction")
	default:
		return false
	}
	return r.err == nil
}

// start takes < and the name of an element.
func (r *reader) start() string {
	if r.left.values--; r.left.values < 0 {
		r.fail("too many elements and attributes")
	}
	r.want("<")
	return r.name()
}

// attributes reads the rest of a start tag and reports whether the element ends
// with it.
func (r *reader) attributes(each func(name, value string)) (empty bool) {
	for count := 0; r.err == nil; count++ {
		blank := r.blanks()
		switch {
		case r.next("/>"):
			return true
		case r.next(">"):
			return false
		case !blank:
			r.fail("want >")
		case count == maxAttributes:
			r.fail("an element has too many attributes")
		}
		if r.left.values--; r.left.values < 0 {
			r.fail("too many elements and attributes")
		}
		name := r.name()
		r.blanks()
		r.want("=")
		r.blanks()
		if value := r.expand(r.quoted(), true); r.err == nil {
			each(name, value)
		}
	}
	return true
}

// child goes to the next element below parent. Without one it takes the end tag.
func (r *reader) child(parent string) (name string, ok bool) {
	if !strings.HasPrefix(r.rest(), "</") {
		name = r.start()
		return name, r.err == nil
	}
	r.at += 2
	if r.name() != parent {
		r.fail("want </" + parent + ">")
	}
	r.blanks()
	r.want(">")
	return "", false
}
