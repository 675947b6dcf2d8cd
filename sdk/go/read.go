package portico

import (
	"slices"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// scratch takes what becomes a string or is decoded at once, with its whole
// length. One instance handles one call at a time, so one is enough; but an
// allocation may let another goroutine of the call run, so who allocates before it
// has read scratch takes it away meanwhile.
var scratch = make([]byte, 512)

func takeScratch() []byte {
	b := scratch
	scratch = nil
	return b
}

// appendRead is abi.Append.
func appendRead(dst []byte, f func(buf []byte) int32) ([]byte, int32) { return abi.Append(dst, f) }

// found tells an absent thing from a present one. Other answers than these
// come of a mistake in the SDK or the gateway; a panic makes the call fail,
// which no client can mistake for an answer.
func found(function string, n int32) bool {
	if n >= 0 {
		return true
	}
	if n != int32(abi.ENOENT) {
		panic("portico: " + function + ": " + abi.Code(n).Error())
	}
	return false
}

// must returns b, which has to be there.
func must(function string, b []byte, n int32) []byte {
	if n < 0 {
		panic("portico: " + function + ": " + abi.Code(n).Error())
	}
	return b
}

// text is what a function wrote into scratch, as a string; n is what it returned.
// Where scratch is too small for that, again asks once more.
func text(function string, n int32, again func(buf []byte) int32) (string, bool) {
	if uint32(n) > uint32(len(scratch)) {
		return longText(function, n, again)
	}
	if uint32(n) > uint32(pageSize-used) {
		return newPage(int(n)), true
	}
	b := page[used:][:n]
	used += int(n)
	copy(b, scratch)
	return view(b), true
}

// Short strings are cut from one page: to allocate each for itself would cost more
// than all the rest of reading it.
var (
	page = new([pageSize]byte)
	used int // bytes of page
)

const pageSize = 512

// newPage is text where the page is too short. Neither it nor longText is inlined:
// what is rare must not make text longer.
//
//go:noinline
func newPage(n int) string {
	b := takeScratch()
	var s string
	if n > pageSize/4 {
		s = string(b[:n])
	} else {
		fresh := new([pageSize]byte)
		page, used = fresh, copy(fresh[:], b[:n])
		s = view(fresh[:n])
	}
	scratch = b
	return s
}

//go:noinline
func longText(function string, n int32, again func(buf []byte) int32) (string, bool) {
	if !found(function, n) {
		return "", false
	}
	b, n := appendRead(slices.Grow(takeScratch()[:0], int(n)), again)
	s := string(b)
	scratch = b[:cap(b)]
	return s, found(function, n)
}

// texts is the answer of f, a list, as strings.
func texts(function string, f func(buf []byte) int32) []string {
	b, n := appendRead(takeScratch()[:0], f)
	var values []string
	if found(function, n) {
		values = list(b)
	}
	scratch = b[:cap(b)]
	return values
}

// list splits the encoding of several values.
func list(b []byte) []string {
	var values []string
	for len(b) > 0 {
		var v []byte
		v, b = next(b)
		values = append(values, string(v))
	}
	return values
}

// next takes one length-prefixed value off b.
func next(b []byte) (value, rest []byte) {
	n := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	return b[4 : 4+n : 4+n], b[4+n:]
}
