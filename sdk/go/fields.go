package portico

import (
	"encoding/binary"
	"iter"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Set is a set of what Fields reads in one call into the gateway.
type Set uint64

// Lists that a Set may name beside scalars.
const (
	Headers         Field = 32
	QueryParams     Field = 33
	PathParams      Field = 34
	StageVariables  Field = 35
	AuthContext     Field = 36
	Identity        Field = 37 // authorizers only
	ResponseHeaders Field = 38 // response mappers and integrations only
)

// SetOf makes a set; do it once, in a package variable.
func SetOf(fields ...Field) Set {
	var s Set
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

// Fields holds several fields of a request, read at once: cheaper than single
// getters from three fields on.
type Fields struct{ tlv []byte }

// Read reads the fields of s into f, whose memory it reuses.
func (f *Fields) Read(s Set) {
	b, n := appendRead(f.tlv[:0], func(buf []byte) int32 { return abi.ContextRead(uint64(s), buf) })
	f.tlv = must("context_read", b, n)
}

// Bytes returns a field and whether the request has it. The bytes are f's own
// until the next Read.
func (f *Fields) Bytes(id Field) ([]byte, bool) {
	for b := f.tlv; len(b) > 0; {
		got := Field(b[0]) | Field(b[1])<<8
		var value []byte
		value, b = next(b[2:])
		if got == id {
			return value, true
		}
		if got > id {
			break
		}
	}
	return nil, false
}

// Pairs yields names and values of a list.
func (f *Fields) Pairs(id Field) iter.Seq2[string, string] {
	b, _ := f.Bytes(id)
	return pairs(b)
}

// List returns the values of Identity.
func (f *Fields) List(id Field) []string {
	b, _ := f.Bytes(id)
	return list(b)
}

// TimeUnixMs is the field Time, in milliseconds since 1970.
func (f *Fields) TimeUnixMs() int64 {
	b, ok := f.Bytes(Time)
	if !ok {
		return 0
	}
	return int64(binary.LittleEndian.Uint64(b))
}
