package portico

import (
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// scratch takes what becomes a string or is decoded at once. One instance
// handles one call at a time, so one is enough.
var scratch = make([]byte, 0, 512)

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

// text is f's answer as a string.
func text(function string, f func(buf []byte) int32) (string, bool) {
	b, n := appendRead(scratch[:0], f)
	scratch = b[:0]
	if !found(function, n) {
		return "", false
	}
	return string(b), true
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
