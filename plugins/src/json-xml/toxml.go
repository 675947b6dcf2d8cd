package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/portico-gateway/portico/sdk/go/json"
)

const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// toXML writes a value as a document.
func (m mapping) toXML(v json.Value) ([]byte, error) {
	w := &writer{out: append(make([]byte, 0, 1024), declaration...)}
	name := m.root
	switch {
	case name == "":
		if len(v.Members) != 1 || v.Members[0].Value.Kind == json.Array {
			return nil, errors.New("want an object with one member, the root element")
		}
		name, v = v.Members[0].Name, v.Members[0].Value
	case v.Kind == json.Array && m.item == "":
		return nil, errors.New("want an object, not a list")
	case v.Kind == json.Array:
		v = json.Value{Kind: json.Object, Members: []json.Member{{Name: m.item, Value: v}}}
	}
	w.element(name, v)
	return w.out, w.err
}

type writer struct {
	out   []byte
	depth int
	err   error
}

func (w *writer) fail(problem string) {
	if w.err == nil {
		w.err = errors.New(problem)
	}
}

// element writes an element for a value, and for a list one for each of its
// items.
func (w *writer) element(name string, v json.Value) {
	if w.err != nil {
		return
	}
	if v.Kind == json.Array {
		for _, item := range v.Items {
			if item.Kind == json.Array {
				w.fail(strconv.Quote(name) + " has a list in a list, for which XML has no name")
			}
			w.element(name, item)
		}
		return
	}
	if !isName(name) {
		w.fail(strconv.Quote(name) + " cannot be the name of an element")
	}
	if w.depth++; w.depth > maxDepth {
		w.fail("nested too deeply")
	}
	w.out = append(append(w.out, '<'), name...)
	start := len(w.out)
	if v.Kind == json.Object {
		w.attributes(v)
		start = len(w.out)
		w.out = append(w.out, '>')
		w.content(v)
	} else {
		w.out = append(w.out, '>')
		w.text(v.Text, false)
	}
	if len(w.out) == start+1 {
		w.out = append(w.out[:start], "/>"...)
	} else {
		w.out = append(append(append(w.out, "</"...), name...), '>')
	}
	w.depth--
}

// attributes are the members that begin with @, wherever in the object they
// stand.
func (w *writer) attributes(v json.Value) {
	for _, m := range v.Members {
		name, ok := strings.CutPrefix(m.Name, "@")
		if !ok {
			continue
		}
		if !isName(name) || !isScalar(m.Value) {
			w.fail(strconv.Quote(m.Name) + " cannot be an attribute")
		}
		w.out = append(append(append(w.out, ' '), name...), `="`...)
		w.text(m.Value.Text, true)
		w.out = append(w.out, '"')
	}
}

func (w *writer) content(v json.Value) {
	for _, m := range v.Members {
		switch {
		case strings.HasPrefix(m.Name, "@"):
		case m.Name != "#text":
			w.element(m.Name, m.Value)
		case isScalar(m.Value):
			w.beside(m.Value.Text)
		default:
			w.fail(`"#text" must not be a list or an object`)
		}
	}
}

// beside writes a text that may have elements beside it, where blanks alone would
// be for readers: the first is written by reference.
func (w *writer) beside(s string) {
	if s != "" && strings.Trim(s, " \t\r\n") == "" {
		w.out = append(append(append(w.out, "&#"...), strconv.Itoa(int(s[0]))...), ';')
		s = s[1:]
	}
	w.text(s, false)
}

func isScalar(v json.Value) bool { return v.Kind != json.Array && v.Kind != json.Object }

func (w *writer) text(s string, attribute bool) {
	if firstWrong(s) >= 0 {
		w.fail("a text has a character that XML cannot hold")
	}
	w.out = appendText(w.out, s, attribute)
}

// appendText escapes what would not come back as it is, or ends what it stands in. A
// reader makes a line feed of a carriage return, and in attributes a space of any
// blank (sections 2.11 and 3.3.3).
func appendText(dst []byte, s string, attribute bool) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		var escape string
		switch c := s[i]; {
		case c == '<':
			escape = "&lt;"
		case c == '>':
			escape = "&gt;"
		case c == '&':
			escape = "&amp;"
		case attribute && c == '"':
			escape = "&quot;"
		case attribute && c == '\t':
			escape = "&#9;"
		case attribute && c == '\n':
			escape = "&#10;"
		case c == '\r':
			escape = "&#13;"
		default:
			continue
		}
		dst = append(append(dst, s[start:i]...), escape...)
		start = i + 1
	}
	return append(dst, s[start:]...)
}
