package match

import "math/bits"

// index proposes the resources that fit a request, in order of precedence.
//
// It is a matrix of bits with a column for each resource. A row stands for one
// fact about requests and has a bit for each resource that the fact allows:
// the number of segments, the method, the text of segments (see fact).
//
// Each row starts with its own summary, a bit for each word that is not zero,
// which lets first pass over 64 words at once.
type index struct {
	hasher  hasher
	bits    []uint64
	weight  []int // bits set in each row
	columns int
	sum     int // words of summary in a row
	words   int // words of columns in a row
	lengths int // first row of the lengths: 0, 1, … depth, more
	methods int // first row of the methods
	facts   []fact
	depth   int // segments of the longest template
}

func newIndex(rs []*resource, depth int, h hasher) index {
	ix := index{hasher: h, columns: len(rs), depth: depth}
	ix.words = (len(rs) + 64*blockWords - 1) / (64 * blockWords) * blockWords
	ix.sum = (ix.words + 63) / 64
	rows := 0
	claim := func(n int) int { rows += n; return rows - n }
	ix.lengths = claim(ix.depth + 2)
	ix.methods = claim(verbs)
	ix.facts = newFacts(rs, ix.depth, h)
	for i := range ix.facts {
		f := &ix.facts[i]
		f.rows = claim(f.count())
	}
	ix.bits = make([]uint64, rows*(ix.sum+ix.words))
	ix.weight = make([]int, rows)
	for column, r := range rs {
		ix.fill(column, r)
	}
	return ix
}

// fill sets the column of one resource.
func (ix *index) fill(column int, r *resource) {
	sh := &r.shape
	for n := range ix.depth + 2 {
		if sh.reaches(n) {
			ix.set(ix.lengths+n, column)
		}
	}
	for m := range method(verbs) {
		if r.takes(m) {
			ix.set(ix.methods+int(m), column)
		}
	}
	for i := range ix.facts {
		f := &ix.facts[i]
		f.allowed(r, ix.hasher, func(row int) { ix.set(f.rows+row, column) })
	}
}

func (ix *index) set(row, column int) {
	words := ix.bits[row*(ix.sum+ix.words):]
	word := column / 64
	words[word/64] |= 1 << (word % 64)
	words[ix.sum+word] |= 1 << (column % 64)
	ix.weight[row]++
}

// query appends the rows that a request selects, those with the fewest bits
// first, without those that allow everything.
func (ix *index) query(rows []chosen, m method, p *path) []chosen {
	rows = ix.insert(rows, ix.lengths+p.n)
	rows = ix.insert(rows, ix.methods+int(m))
	for i := range ix.facts {
		f := &ix.facts[i]
		if f.from >= p.n {
			break
		}
		if f.digits == 0 {
			rows = ix.insert(rows, f.rows+f.row(p, ix.hasher))
			continue
		}
		value, known := f.texts[0].number(p.segment(f.from), ix.hasher)
		if !known {
			rows = ix.insert(rows, f.rows+f.digits*f.base+value)
			continue
		}
		for d := range f.digits {
			rows = ix.insert(rows, f.rows+d*f.base+value%f.base)
			value /= f.base
		}
	}
	return rows
}

// chosen is a row that a request selects.
type chosen struct {
	at     int // where the row starts in bits
	weight int
}

// insert keeps rows in order; sorting them by slices.SortFunc at the end cost
// 10 to 18 % of a Match.
func (ix *index) insert(rows []chosen, row int) []chosen {
	c := chosen{row * (ix.sum + ix.words), ix.weight[row]}
	if c.weight == ix.columns {
		return rows
	}
	rows = append(rows, c)
	i := len(rows) - 1
	for ; i > 0 && rows[i-1].weight > c.weight; i-- {
		rows[i] = rows[i-1]
	}
	rows[i] = c
	return rows
}

// first returns the first column, not before from, that is set in all rows, or
// -1. At worst, when hardly anything is ruled out before the last row, it reads
// each row once: a bit for each resource, 64 at a time.
func (ix *index) first(rows []chosen, from int) int {
	if from >= ix.columns {
		return -1 // no row may be left to rule out columns that do not exist
	}
	for s := from / 64 / 64; s < ix.sum; s++ {
		live := ^uint64(0)
		for _, r := range rows {
			live &= ix.bits[r.at+s]
		}
		for live != 0 {
			block := bits.TrailingZeros64(live) &^ (blockWords - 1)
			live &^= (1<<blockWords - 1) << block
			if c := ix.firstOfBlock(rows, s*64+block, from); c >= 0 {
				return c
			}
		}
	}
	return -1
}

// blockWords is how many words firstOfBlock looks at together. Which row
// empties the last word is a branch that the processor guesses wrong; looking
// at words one by one pays for it each time.
const blockWords = 8

func (ix *index) firstOfBlock(rows []chosen, word, from int) int {
	w0, w1, w2, w3 := ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)
	w4, w5, w6, w7 := w0, w0, w0, w0
	cells := ix.bits[ix.sum+word:] // of the first row
	for _, r := range rows {
		row := (*[blockWords]uint64)(cells[r.at:])
		w0 &= row[0]
		w1 &= row[1]
		w2 &= row[2]
		w3 &= row[3]
		w4 &= row[4]
		w5 &= row[5]
		w6 &= row[6]
		w7 &= row[7]
		if w0|w1|w2|w3|w4|w5|w6|w7 == 0 {
			return -1
		}
	}
	for i, w := range [blockWords]uint64{w0, w1, w2, w3, w4, w5, w6, w7} {
		column := (word + i) * 64
		if column < from {
			w &= ^uint64(0) << min(from-column, 64)
		}
		if w != 0 {
			return column + bits.TrailingZeros64(w)
		}
	}
	return -1
}
