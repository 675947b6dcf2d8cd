package engine

import (
	"errors"
	"unicode/utf8"
)

// errMalformed reports a section that does not hold what it announces.
var errMalformed = errors.New("malformed module")

// reader reads the binary format. After the first error it gives zeros, and
// err tells.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() {
	r.b = nil
	r.err = errMalformed
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// u32 reads an unsigned LEB128 of at most 32 bits.
func (r *reader) u32() uint32 {
	v := r.u64()
	if v > 1<<32-1 {
		r.fail()
		return 0
	}
	return uint32(v)
}

func (r *reader) u64() (v uint64) {
	for shift := 0; shift < 64; shift += 7 {
		c := r.byte()
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	r.fail()
	return 0
}

func (r *reader) name() string {
	b := r.bytes(r.u32())
	if !utf8.Valid(b) {
		r.fail()
		return ""
	}
	return string(b)
}

// more reports whether another of n announced elements is to be read; a count
// that the bytes cannot hold ends with the first error.
func (r *reader) more(i, n uint32) bool { return i < n && r.err == nil }
