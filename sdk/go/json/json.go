// Package json reads JSON into a tree that keeps the order of members, without
// reflection: encoding/json would make a plugin 1.1 MB larger. It is strict where
// two readers of one text could differ: text is UTF-8, no name stands twice in an
// object, and a surrogate has its other half.
package json

import "strconv"

// Kind is what a value is.
type Kind uint8

const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Value is one value. The zero Value is null.
type Value struct {
	Kind    Kind
	Text    string   // of a string, decoded; of a number or boolean, as written
	Items   []Value  // of an array
	Members []Member // of an object, in order
}

// Member is a name with its value.
type Member struct {
	Name  string
	Value Value
}

// Get returns a member of an object; any other value has none.
func (v Value) Get(name string) (Value, bool) {
	for _, m := range v.Members {
		if m.Name == name {
			return m.Value, true
		}
	}
	return Value{}, false
}

// Limits bound what Parse reads. A field that is 0 stands for its default.
type Limits struct {
	Depth  int // arrays and objects within each other; 64
	Values int // all values of the text; 100,000, for which the tree takes 8 MB or so
}

const (
	defaultDepth  = 64
	defaultValues = 100_000
)

// Error says what is wrong with a text.
type Error struct {
	Offset  int // in bytes
	Problem string
}

func (e *Error) Error() string { return "offset " + strconv.Itoa(e.Offset) + ": " + e.Problem }

// Parse reads a text that is one value. Its error is an *Error.
func Parse(text []byte, limits Limits) (Value, error) {
	if limits.Depth == 0 {
		limits.Depth = defaultDepth
	}
	if limits.Values == 0 {
		limits.Values = defaultValues
	}
	p := parser{text: string(text), left: limits}
	v := p.value()
	if p.space(); p.err == nil && p.at < len(p.text) {
		p.fail("more than one value")
	}
	if p.err != nil {
		return Value{}, p.err
	}
	return v, nil
}
