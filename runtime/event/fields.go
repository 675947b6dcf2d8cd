package event

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// fields collects the response's header from an answer and checks it.
type fields struct {
	x    *exchange.Exchange
	size int
	// seen counts the members of both maps: a million empty lists are many,
	// too.
	seen int
	// multi is the number of fields that multiValueHeaders gave.
	multi int
	// typed says that a Content-Type was given, if only as null.
	typed bool
}

// addMulti adds the lists of multiValueHeaders.
func (f *fields) addMulti(p part) error {
	if p.raw == nil {
		return nil
	}
	if p.raw[0] != '{' {
		return p.malformed("multiValueHeaders is not an object")
	}
	o := members(p.raw, p.at)
	for o.next() {
		if f.seen++; f.seen > exchange.MaxFields {
			return p.malformed("too many headers")
		}
		if o.value[0] != '[' {
			return part{at: o.offset()}.malformed("a value of multiValueHeaders is not a list")
		}
		name := string(o.key)
		f.drop(name, 0) // given twice: the last counts
		a := items(o.value)
		for a.next() {
			if err := f.add(name, a.value, o.offset()); err != nil {
				return err
			}
		}
	}
	f.multi = len(f.x.Response.Header)
	return nil
}

// addSingle adds headers. One that multiValueHeaders has too comes after its
// values there, under the name as it stands there; the same value is not
// given again. Null stands for no field; for Content-Type it also says that
// none shall be made up (aws/aws-sam-cli#1218, 2019).
func (f *fields) addSingle(p part) error {
	if p.raw == nil {
		return nil
	}
	if p.raw[0] != '{' {
		return p.malformed("headers is not an object")
	}
	o := members(p.raw, p.at)
	for o.next() {
		if f.seen++; f.seen > exchange.MaxFields {
			return p.malformed("too many headers")
		}
		name := string(o.key)
		if string(o.value) == "null" {
			f.typed = f.typed || hostabi.EqualName(name, "Content-Type")
			continue
		}
		f.drop(name, f.multi)
		if f.repeats(&name, o.value) {
			continue
		}
		if err := f.add(name, o.value, o.offset()); err != nil {
			return err
		}
	}
	return nil
}

// addCookies adds a Set-Cookie for each of cookies.
func (f *fields) addCookies(p part) error {
	if p.raw == nil {
		return nil
	}
	if p.raw[0] != '[' {
		return p.malformed("cookies is not a list")
	}
	a := items(p.raw)
	for a.next() {
		if a.value[0] != '"' {
			return p.malformed("a cookie is not a string")
		}
		if err := f.add("set-cookie", a.value, p.at); err != nil {
			return err
		}
	}
	return nil
}

// repeats gives name the casing of multiValueHeaders, and reports whether the
// value is there too.
func (f *fields) repeats(name *string, raw []byte) bool {
	h := f.x.Response.Header
	same := false
	given := *name
	for i := range h[:f.multi] {
		if hostabi.EqualName(h[i].Name, given) {
			*name = h[i].Name
			same = same || raw[0] == '"' && h[i].Value == trim(string(unquoted(raw)))
		}
	}
	return same
}

// drop removes fields of exactly that name from the from-th on.
func (f *fields) drop(name string, from int) {
	h := &f.x.Response.Header
	for i := len(*h) - 1; i >= from; i-- {
		if (*h)[i].Name == name {
			f.size -= len(name) + len((*h)[i].Value)
			*h = append((*h)[:i], (*h)[i+1:]...)
		}
	}
}

// add adds one field: a string or a boolean.
func (f *fields) add(name string, raw []byte, at int) error {
	bad := func(text string) error { return &Malformed{Offset: at, Text: text} }
	var value string
	switch raw[0] {
	case '"':
		value = trim(string(unquoted(raw)))
	case 't', 'f':
		value = string(raw)
	default:
		return bad("a header is neither a string nor a boolean")
	}
	if !hostabi.ValidName(name) {
		return bad("not a name of a header")
	}
	if !hostabi.ValidValue(value) {
		return bad("a header has a control character")
	}
	if hostabi.EqualName(name, "Content-Length") {
		if isHTTP(f.x) {
			return nil
		}
		name = "x-amzn-Remapped-Content-Length"
	}
	f.typed = f.typed || hostabi.EqualName(name, "Content-Type")
	f.size += len(name) + len(value)
	if len(f.x.Response.Header) >= exchange.MaxFields || f.size > exchange.MaxFieldBytes {
		return bad("too many headers")
	}
	f.x.Response.Header.Add(name, value)
	return nil
}

// trim removes the white space that is not part of a field's value
// (RFC 9110, section 5.5).
func trim(s string) string { return strings.Trim(s, " \t") }
