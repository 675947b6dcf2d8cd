package config

// The ways in which a table stands in a file.
type style int

const (
	styleTable  style = iota // [path]
	styleNamed               // [path.NAME]
	styleArray               // [[path]]
	styleInline              // { key = value }
)

// A section is a table of the schema without its Go type, for the reference and
// for suggestions. It is worked out on demand because tables point to each
// other while they are being initialized.
type section struct {
	style style
	rows  func() []row
	later func() map[string]string
}

// A row is one key of a section.
type row struct {
	name, kind, def, field string
	required               bool
	below                  *section
}

func (t *table[S]) section(s style) *section {
	return &section{
		style: s,
		later: func() map[string]string { return t.later },
		rows: func() []row {
			rows := make([]row, len(t.entries))
			for i, e := range t.entries {
				rows[i] = row{name: e.name, kind: e.doc, def: e.def, field: e.field, required: e.required, below: e.below}
			}
			return rows
		},
	}
}

// title is the header of the section that a key of a table at path opens.
func (r row) title(path string) (title, below string) {
	if path != "" {
		path += "."
	}
	path += r.name
	switch r.below.style {
	case styleNamed:
		path += ".NAME"
	case styleArray:
		return "[[" + path + "]]", path
	}
	return "[" + path + "]", path
}

// walk visits a section and those below it, in the order of the schema.
func (s *section) walk(title, path string, visit func(title string, s *section)) {
	visit(title, s)
	for _, r := range s.rows() {
		if r.below != nil {
			t, p := r.title(path)
			r.below.walk(t, p, visit)
		}
	}
}

// homes lists for every key the titles of the tables that have it.
func (s *section) homes() map[string][]string {
	homes := make(map[string][]string)
	s.walk("", "", func(title string, t *section) {
		if title == "" {
			return
		}
		for _, r := range t.rows() {
			homes[r.name] = append(homes[r.name], title)
		}
	})
	return homes
}
