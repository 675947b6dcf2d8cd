package rewrite

import "fmt"

// Subsections of the name section that speak of functions.
const (
	nameFunctions = 1
	nameLocals    = 2
	nameLabels    = 3
)

// maxShownName bounds what an error shows of a name, the module's own choice.
const maxShownName = 100

// renumberNames rewrites the name section, whose subsections begin at off.
// Function and local names must be well formed, because wazero reads them and
// reserves memory for the counts they announce.
func (m *module) renumberNames(payload []byte, off int) ([]byte, error) {
	d := decoder{b: payload, off: off}
	out := append(make([]byte, 0, len(payload)+64), payload[:off]...)
	for d.more() {
		id := d.u8()
		sub := decoder{b: d.bytes(d.count(1))}
		content := sub.b
		switch id {
		case nameFunctions, nameLocals, nameLabels:
			content = m.renumberMap(&sub, id != nameFunctions)
			if err := sub.finish(); err != nil && d.err == nil {
				d.fail(err)
			}
		}
		out = append(appendU32(append(out, id), uint32(len(content))), content...)
	}
	if d.err != nil {
		return nil, fmt.Errorf("name section: %w", d.err)
	}
	return out, nil
}

// renumberMap rewrites a map from functions to names, or to maps of names.
func (m *module) renumberMap(d *decoder, nested bool) []byte {
	n := d.vector(2, maxNames, "names")
	out := appendU32(make([]byte, 0, len(d.b)+n), uint32(n))
	left := uint32(maxNames)
	for range n {
		out = appendU32(out, m.fn(d.u32()))
		start := d.off
		if nested {
			names := d.vector(2, left, "names")
			left -= uint32(names)
			for range names {
				d.u32()
				d.bytes(d.count(1))
			}
		} else {
			d.bytes(d.count(1))
		}
		out = append(out, d.b[min(start, d.off):d.off]...)
	}
	return out
}

// describe prints a function's index, and its name where the module gives one.
func (m *module) describe(f uint32) string {
	for _, s := range m.sections {
		d := decoder{b: s.payload}
		if s.id != secCustom || d.name() != "name" {
			continue
		}
		for d.more() {
			id, sub := d.u8(), decoder{b: d.bytes(d.count(1))}
			if id != nameFunctions {
				continue
			}
			for range sub.count(2) {
				if index, name := sub.u32(), sub.name(); index == f && sub.err == nil {
					return fmt.Sprintf("%d %.*q", f, maxShownName, name)
				}
			}
		}
	}
	return fmt.Sprint(f)
}
