package rewrite

import (
	"cmp"
	"fmt"
	"slices"
)

// table is one table of the table section.
type table struct {
	kind             []byte // type, with the mark of an initializer if there is one
	initial, maximum uint32
	bounded          bool
	init             []byte // expression of the initializer
}

// scanTables clamps the tables so that together they stay within the limit.
func (m *module) scanTables(d *decoder) {
	n := d.vector(3, maxTables, "tables")
	tables := make([]table, 0, n)
	var sum uint64
	for range n {
		t := m.table(d)
		sum += uint64(t.initial)
		tables = append(tables, t)
	}
	limit := m.limits.TableElements
	if sum > uint64(limit) {
		d.fail(fmt.Errorf("%w: declares %d elements at start, the limit is %d", ErrTableLimit, sum, limit))
	}
	if d.err != nil {
		return
	}
	share(tables, limit-uint32(sum))
	out := appendU32(nil, uint32(n))
	for _, t := range tables {
		out = appendLimits(append(out, t.kind...), t.initial, t.maximum, t.bounded, limit)
		out = append(out, t.init...)
	}
	m.rewritten[secTable] = out
}

func (m *module) table(d *decoder) (t table) {
	start, withInit := d.off, false
	if d.more() && d.b[d.off] == 0x40 {
		d.u8()
		if d.u8() != 0 {
			d.malformed("unknown table form")
		}
		withInit = true
	}
	var end int
	end, t.initial, t.maximum, t.bounded = m.tableType(d)
	t.kind = d.b[start:max(start, end)]
	if withInit {
		t.init = m.constExpr(d, nil)
	}
	return t
}

// share gives each table its part of the elements that are left: equal parts,
// and what one does not want goes to those that want more.
func share(tables []table, left uint32) {
	order := make([]*table, len(tables))
	for i := range tables {
		order[i] = &tables[i]
	}
	slices.SortStableFunc(order, func(a, b *table) int { return cmp.Compare(a.wants(), b.wants()) })
	for i, t := range order {
		part := min(t.wants(), left/uint32(len(order)-i))
		left -= part
		t.maximum, t.bounded = t.initial+part, true
	}
}

// wants returns by how many elements a table may grow as declared.
func (t *table) wants() uint32 {
	if !t.bounded {
		return 1<<32 - 1
	}
	return max(t.maximum, t.initial) - t.initial
}
