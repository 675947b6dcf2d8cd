package metrics

import (
	"encoding/binary"
	"unsafe"
)

// scratch is used again by the next call: an instance handles one at a time.
var scratch []byte

// encode writes pairs. The result is valid until the next one.
func encode(labels []string) string {
	if len(labels)%2 != 0 {
		panic("portico: metrics: a label without a value")
	}
	b := scratch[:0]
	for _, s := range labels {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	scratch = b
	return unsafe.String(unsafe.SliceData(b), len(b))
}
