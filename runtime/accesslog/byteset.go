package accesslog

import "strings"

// byteSet is the printable ASCII that a kind of escaping leaves as it is: all
// from one byte on, but for some.
type byteSet struct {
	has [256]bool
	// The same for words of eight bytes, if two are taken out: each byte of
	// these words is the first in the set, or one of the two.
	words             bool
	first, out1, out2 uint64
}

// safe is, for each kind, what stands for itself wherever a variable is;
// safeQuoted is what does in text between quotes or brackets.
var (
	safe = [...]byteSet{
		kindText: newByteSet('!', `"\`),
		kindJSON: newByteSet(' ', `"\`),
		kindCSV:  newByteSet(' ', `",`),
		kindXML:  newByteSet(' ', `"'&<>`),
	}
	safeQuoted = newByteSet(' ', `"\`)
)

func newByteSet(first byte, without string) byteSet {
	var s byteSet
	for c := first; c < 0x7f; c++ {
		s.has[c] = strings.IndexByte(without, c) < 0
	}
	if len(without) == 2 {
		s.words = true
		s.first, s.out1, s.out2 = ones*uint64(first), ones*uint64(without[0]), ones*uint64(without[1])
	}
	return s
}

// all reports whether all bytes of v are in s. It looks at eight at a time where
// it can: most of what is logged has nothing to escape.
func all[T string | []byte](s *byteSet, v T) bool {
	if !s.words || len(v) < 8 {
		for i := range len(v) {
			if !s.has[v[i]] {
				return false
			}
		}
		return true
	}
	last := len(v) - 8
	for i := 0; i < last; i += 8 {
		if !s.hasWord(word(v, i)) {
			return false
		}
	}
	return s.hasWord(word(v, last)) // some bytes of it for the second time
}

// ones times a byte is a word of that byte.
const ones = 0x0101010101010101

// hasWord reports whether the eight bytes of w are in s. A byte that is not has
// its top bit set in one of the terms: from DEL on in w+ones, below first and at
// 0xff in w-first, out1 and out2 in theirs. Only such a byte carries or borrows.
func (s *byteSet) hasWord(w uint64) bool {
	return ((w+ones)|(w-s.first)|((w^s.out1)-ones)|((w^s.out2)-ones))&(ones<<7) == 0
}

// word is the eight bytes of v from i on. It is one load.
func word[T string | []byte](v T, i int) uint64 {
	b := v[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// prefix is the number of bytes at the beginning of v that are in s.
func (s *byteSet) prefix(v []byte) int {
	for i, c := range v {
		if !s.has[c] {
			return i
		}
	}
	return len(v)
}
