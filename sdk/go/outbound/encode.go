package outbound

import (
	"encoding/binary"
	"iter"
	"unsafe"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// scratch is used again by the next call: an instance handles one at a time.
var scratch []byte

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// encode writes method, URL and header as pairs. The result is valid until the
// next one.
func (r *Request) encode() string {
	if len(r.Header)%2 != 0 {
		panic("portico: outbound: a header without a value")
	}
	method := r.Method
	if method == "" {
		method = "GET"
	}
	b := appendText(appendText(scratch[:0], method), r.URL)
	for _, s := range r.Header {
		b = appendText(b, s)
	}
	scratch = b
	return view(b)
}

func appendText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

// pairs yields what f gives.
func pairs(f func(buf []byte) int32) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		b, n := abi.Append(nil, f)
		if n < 0 {
			return // of an answer that was closed
		}
		for len(b) > 0 {
			var name, value string
			name, b = next(b)
			value, b = next(b)
			if !yield(name, value) {
				return
			}
		}
	}
}

func next(b []byte) (text string, rest []byte) {
	end := 4 + binary.LittleEndian.Uint32(b)
	return string(b[4:end]), b[end:]
}
