package main

import (
	"strings"

	"github.com/portico-gateway/portico/sdk/go/json"
)

// fromXML reads a document as a value.
func (m mapping) fromXML(text string) (json.Value, error) {
	r := newReader(text)
	b := builder{r}
	r.prolog()
	name := r.start()
	lists := m.lists
	if name != m.root {
		lists = lists.below(name)
	}
	v := b.element(name, lists)
	r.epilog()
	switch {
	case r.err != nil:
		return json.Value{}, r.err
	case name != m.root:
		v = json.Value{Kind: json.Object, Members: []json.Member{{Name: name, Value: v}}}
	case m.item != "" && len(v.Members) == 1 && v.Members[0].Name == m.item:
		v = v.Members[0].Value
		if v.Kind != json.Array {
			v = json.Value{Kind: json.Array, Items: []json.Value{v}}
		}
	}
	return v, nil
}

// builder makes values of what the reader reads.
type builder struct{ *reader }

// element reads an element behind its name. One that holds nothing but text is a
// text.
func (b *builder) element(name string, lists *lists) json.Value {
	if b.left.depth--; b.left.depth < 0 {
		b.fail("nested too deeply")
	}
	defer func() { b.left.depth++ }()
	o := object{}
	empty := b.attributes(func(name, value string) {
		if !o.add("@"+name, str(value), false) {
			b.fail("an attribute stands twice")
		}
	})
	if empty {
		return o.value("")
	}
	var pieces []string
	blank, children := true, false
	for b.err == nil {
		var isBlank bool
		pieces, isBlank = b.text(pieces)
		blank = blank && isBlank
		child, ok := b.child(name)
		if !ok {
			break
		}
		below := lists.below(child)
		o.add(child, b.element(child, below), below.isList())
		children = true
	}
	if blank && children {
		pieces = nil // between elements, blanks are for readers
	}
	return o.value(strings.Join(pieces, ""))
}

// object collects attributes and children by name, in the order of the first.
type object struct {
	members []json.Member
	index   map[string]int // once there are many
}

// few names are compared one by one.
const few = 8

func (o *object) find(name string) (int, bool) {
	if o.index != nil {
		i, ok := o.index[name]
		return i, ok
	}
	for i := range o.members {
		if o.members[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// add makes a list of values with one name, and of one alone if list is set. It
// reports whether the name is new.
func (o *object) add(name string, v json.Value, list bool) bool {
	i, ok := o.find(name)
	if !ok {
		if list {
			v = json.Value{Kind: json.Array, Items: []json.Value{v}}
		}
		o.members = append(o.members, json.Member{Name: name, Value: v})
		if o.index != nil {
			o.index[name] = len(o.members) - 1
		} else if len(o.members) > few {
			o.index = make(map[string]int, 4*few)
			for i := range o.members {
				o.index[o.members[i].Name] = i
			}
		}
		return true
	}
	old := &o.members[i].Value
	if old.Kind != json.Array {
		*old = json.Value{Kind: json.Array, Items: []json.Value{*old}}
	}
	old.Items = append(old.Items, v)
	return false
}

func (o *object) value(text string) json.Value {
	if len(o.members) == 0 {
		return str(text)
	}
	if text != "" {
		o.members = append(o.members, json.Member{Name: "#text", Value: str(text)})
	}
	return json.Value{Kind: json.Object, Members: o.members}
}

func str(s string) json.Value { return json.Value{Kind: json.String, Text: s} }
