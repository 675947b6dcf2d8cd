package native

import (
	"encoding/binary"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
)

// metric makes metrics.counter_add, gauge_set and histogram_observe, all
// (nptr, nlen, lptr, llen, value f64).
func metric(do func(m hostabi.Metrics, name string, labels []hostabi.Field, v float64) error) stateful {
	return func(c *call, s []uint64) int64 {
		name, ok := c.memory(s[0], s[1])
		if !ok {
			return int64(hostabi.EFAULT)
		}
		encoded, ok := c.memory(s[2], s[3])
		switch {
		case !ok:
			return int64(hostabi.EFAULT)
		case len(encoded) > hostabi.MaxLabelBytes:
			return int64(hostabi.E2BIG)
		}
		c.fields, ok = appendFields(c.fields[:0], encoded)
		if !ok {
			return int64(hostabi.EINVAL)
		}
		err := do(c.plugin.capabilities.Metrics, view(name), c.fields, api.DecodeF64(s[4]))
		clear(c.fields) // views of memory that may move
		if err != nil {
			return int64(c.fail(err))
		}
		return 0
	}
}

// appendFields reads pairs. ok is false when they end in the middle.
func appendFields(dst []hostabi.Field, b []byte) (fields []hostabi.Field, ok bool) {
	for len(b) > 0 {
		var f hostabi.Field
		if f.Name, b, ok = cut(b); !ok {
			return dst, false
		}
		if f.Value, b, ok = cut(b); !ok {
			return dst, false
		}
		dst = append(dst, f)
	}
	return dst, true
}

// cut takes a length-prefixed string off b.
func cut(b []byte) (v string, rest []byte, ok bool) {
	if len(b) < 4 {
		return "", nil, false
	}
	n := binary.LittleEndian.Uint32(b)
	if b = b[4:]; uint64(n) > uint64(len(b)) {
		return "", nil, false
	}
	return view(b[:n]), b[n:], true
}
