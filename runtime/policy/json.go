package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// SyntaxError reports a policy document that cannot be obeyed: bad JSON, or
// an element, operator or value that is not understood.
type SyntaxError struct {
	// Statement is the position of the statement, from 0, or -1.
	Statement int
	Text      string
}

func (e *SyntaxError) Error() string {
	if e.Statement < 0 {
		return "policy document: " + e.Text
	}
	return fmt.Sprintf("policy document: statement %d: %s", e.Statement, e.Text)
}

func problem(format string, args ...any) error {
	return &SyntaxError{Statement: -1, Text: fmt.Sprintf(format, args...)}
}

type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindList
	kindObject
)

// node is a JSON value with the order and the names of its members kept, so
// that a name given twice is seen: two readers of such a document could
// disagree about what it allows.
type node struct {
	kind    kind
	text    string // of a scalar: "true", "-1.5"
	items   []node
	members []member
}

type member struct {
	name  string
	value node
}

// maxDepth bounds nesting: a policy needs six levels.
const maxDepth = 16

func readJSON(data []byte) (*node, error) {
	if !json.Valid(data) {
		return nil, problem("not valid JSON")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	n, err := readNode(d, 0)
	if err != nil {
		return nil, err
	}
	return &n, nil
}

func readNode(d *json.Decoder, depth int) (node, error) {
	t, err := d.Token()
	if err != nil {
		return node{}, problem("%v", err)
	}
	if depth > maxDepth {
		return node{}, problem("nested deeper than %d levels", maxDepth)
	}
	switch t := t.(type) {
	case string:
		return node{kind: kindString, text: t}, nil
	case json.Number:
		return node{kind: kindNumber, text: t.String()}, nil
	case bool:
		return node{kind: kindBool, text: fmt.Sprint(t)}, nil
	case json.Delim:
		if t == '[' {
			return readList(d, depth)
		}
		return readObject(d, depth)
	}
	return node{}, nil
}

func readList(d *json.Decoder, depth int) (node, error) {
	n := node{kind: kindList}
	for d.More() {
		item, err := readNode(d, depth+1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
	}
	_, err := d.Token()
	return n, err
}

func readObject(d *json.Decoder, depth int) (node, error) {
	n := node{kind: kindObject}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return node{}, problem("%v", err)
		}
		name, _ := t.(string)
		if seen[name] {
			return node{}, problem("%q is given twice", name)
		}
		seen[name] = true
		value, err := readNode(d, depth+1)
		if err != nil {
			return node{}, err
		}
		n.members = append(n.members, member{name, value})
	}
	_, err := d.Token()
	return n, err
}

// string returns a text.
func (n *node) string(name string) (string, error) {
	if n.kind != kindString {
		return "", problem("%s must be a string", name)
	}
	return n.text, nil
}

// strings returns a text or a list of texts, at least one.
func (n *node) strings(name string) ([]string, error) {
	if n.kind == kindString {
		return []string{n.text}, nil
	}
	if n.kind != kindList || len(n.items) == 0 {
		return nil, problem("%s must be a string or a list of strings", name)
	}
	list := make([]string, len(n.items))
	for i := range n.items {
		if n.items[i].kind != kindString {
			return nil, problem("%s must be a string or a list of strings", name)
		}
		list[i] = n.items[i].text
	}
	return list, nil
}

// scalars is strings, but numbers and booleans count as their text, as IAM
// takes them in conditions.
func (n *node) scalars(name string) ([]string, error) {
	items := n.items
	if n.kind != kindList {
		items = []node{*n}
	}
	if len(items) == 0 {
		return nil, problem("%s has no values", name)
	}
	list := make([]string, len(items))
	for i := range items {
		switch items[i].kind {
		case kindString, kindNumber, kindBool:
			list[i] = items[i].text
		default:
			return nil, problem("%s must hold strings, numbers or booleans", name)
		}
	}
	return list, nil
}
