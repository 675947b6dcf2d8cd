package config

import (
	"cmp"
	"fmt"
	"reflect"
)

// A kind is one type of value: how a file writes it, how it is decoded, how the
// reference shows it.
type kind[V any] struct {
	name   string                              // what a value must be, for messages
	doc    string                              // the same for the reference, if it says more
	decode func(d *decoder, n *node) (V, bool) // reports what is wrong by d; false then
	show   func(V) string                      // a default, for the reference
	below  *section                            // the table inside, for the reference and for suggestions
}

// An entry is one key of a table that decodes into a struct S.
type entry[S any] struct {
	name     string
	must     string // what a value must be
	doc      string // the same, for the reference
	def      string // as the reference shows it; "" with required
	required bool
	reset    func(*S) // puts the default there
	decode   func(d *decoder, n *node, s *S)
	field    string // of S, where the meaning is documented
	below    *section
}

// A table is the schema of a TOML table. It is the only place that lists the
// table's keys.
type table[S any] struct {
	entries []entry[S]
	later   map[string]string // keys of a later version, with the way out
	key     func(*S) *string  // where the path of the table is kept, or nil
	check   func(d *decoder, s *S)
}

// field is a key that may be missing; its value is def then.
func field[S, V any](name string, k kind[V], ptr func(*S) *V, def V) entry[S] {
	e := bind(name, k, ptr)
	e.reset = func(s *S) { *ptr(s) = def }
	if e.def = k.show(def); e.def != nothing {
		e.def = "`" + e.def + "`"
	}
	return e
}

// derived is a key whose default is worked out from other keys, as said by
// text; it is the zero value until then.
func derived[S, V any](name string, k kind[V], ptr func(*S) *V, text string) entry[S] {
	e := bind(name, k, ptr)
	e.def = text
	return e
}

// nothing is how the reference shows the default of a key that is best left out.
const nothing = "none"

// required is a key that must be there.
func required[S, V any](name string, k kind[V], ptr func(*S) *V) entry[S] {
	e := bind(name, k, ptr)
	e.required = true
	return e
}

// nested is a table of its own type, whose keys have defaults of their own.
func nested[S, T any](name string, t *table[T], ptr func(*S) *T) entry[S] {
	e := bind(name, t.kind(), ptr)
	e.def = nothing
	e.reset = func(s *S) { t.reset(ptr(s)) }
	e.below = t.section(styleTable)
	return e
}

func bind[S, V any](name string, k kind[V], ptr func(*S) *V) entry[S] {
	return entry[S]{
		name: name, must: k.name, doc: cmp.Or(k.doc, k.name), below: k.below,
		field: fieldName(ptr),
		reset: func(*S) {},
		decode: func(d *decoder, n *node, s *S) {
			if v, ok := k.decode(d, n); ok {
				*ptr(s) = v
			}
		},
	}
}

// fieldName finds "Struct.Field" of the field that ptr points to.
func fieldName[S, V any](ptr func(*S) *V) string {
	var s S
	at := reflect.ValueOf(ptr(&s)).Pointer()
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		// A struct and its first field share an address, not a type.
		if f := v.Field(i); f.Addr().Pointer() == at && f.Type() == reflect.TypeFor[V]() {
			return v.Type().Name() + "." + v.Type().Field(i).Name
		}
	}
	panic(fmt.Sprintf("config: schema points outside %s", v.Type()))
}

func (t *table[S]) reset(s *S) {
	for _, e := range t.entries {
		e.reset(s)
	}
}

// kind makes a type of value of the table.
func (t *table[S]) kind() kind[S] {
	return kind[S]{name: "a table", decode: t.decode, below: t.section(styleInline)}
}

// decode reads a table: its keys in the order of the file, then what is missing,
// then the rules between keys.
func (t *table[S]) decode(d *decoder, n *node) (S, bool) {
	var s S
	t.reset(&s)
	if !n.isTable() {
		d.mistyped(n, "a table")
		return s, false
	}
	if t.key != nil {
		*t.key(&s) = n.path
	}
	for _, f := range n.fields {
		if e := t.entry(f.key); e != nil {
			e.decode(d, f, &s)
		} else {
			d.unknown(f, t.names(), t.later)
		}
	}
	for _, e := range t.entries {
		if e.required && n.field(e.name) == nil {
			d.errorf(Join(n.path, e.name), "is missing; it must be %s", e.must)
		}
	}
	if t.check != nil {
		t.check(d, &s)
	}
	return s, true
}

func (t *table[S]) entry(name string) *entry[S] {
	for i := range t.entries {
		if t.entries[i].name == name {
			return &t.entries[i]
		}
	}
	return nil
}

func (t *table[S]) names() []string {
	names := make([]string, len(t.entries))
	for i, e := range t.entries {
		names[i] = e.name
	}
	return names
}

// named is a table of tables that the file names, in the order of the file.
func named[T any](t *table[T], name func(*T) *string, check func(string) error) kind[[]T] {
	return kind[[]T]{
		name:  "tables by name",
		show:  func([]T) string { return nothing },
		below: t.section(styleNamed),
		decode: func(d *decoder, n *node) ([]T, bool) {
			if !n.isTable() {
				d.mistyped(n, "a table of tables by name")
				return nil, false
			}
			var list []T
			for _, f := range n.fields {
				if err := check(f.key); err != nil {
					d.errorf(f.path, "%w", err)
				}
				if v, ok := t.decode(d, f); ok {
					*name(&v) = f.key
					list = append(list, v)
				}
			}
			return list, true
		},
	}
}

// rows is an array of tables.
func rows[T any](t *table[T]) kind[[]T] {
	return kind[[]T]{
		name:  "a list of tables",
		show:  func([]T) string { return nothing },
		below: t.section(styleArray),
		decode: func(d *decoder, n *node) ([]T, bool) {
			if !n.array {
				d.mistyped(n, "a list of tables")
				return nil, false
			}
			var list []T
			for _, e := range n.elems {
				if v, ok := t.decode(d, e); ok {
					list = append(list, v)
				}
			}
			return list, true
		},
	}
}
