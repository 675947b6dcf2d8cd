package native

import (
	"encoding/binary"
	"math/bits"

	"github.com/portico-gateway/portico/hostabi"
)

// context_read(mask i64, ptr, cap)
func contextRead(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	b := c.buf[:0]
	for mask := s[0]; mask != 0; mask &= mask - 1 {
		b = c.appendField(b, hostabi.FieldID(bits.TrailingZeros64(mask)))
	}
	c.buf = b
	return put(dst, view(b))
}

// appendField appends one field as u16 id, u32 length and bytes, or nothing
// when the request does not have it.
func (c *call) appendField(b []byte, id hostabi.FieldID) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint16(b, uint16(id))
	b = append(b, 0, 0, 0, 0)
	b, ok := c.appendValue(b, id)
	if !ok {
		return b[:start]
	}
	binary.LittleEndian.PutUint32(b[start+2:], uint32(len(b)-start-6))
	return b
}

func (c *call) appendValue(b []byte, id hostabi.FieldID) ([]byte, bool) {
	switch id {
	case hostabi.FieldTimeUnixMs:
		return binary.LittleEndian.AppendUint64(b, uint64(c.host.TimeUnixMs())), true
	case hostabi.FieldHeaders:
		return appendPairs(b, c.host.Header(false)), true
	case hostabi.FieldQueryParams:
		return c.appendParams(b, hostabi.SourceQuery), true
	case hostabi.FieldPathParams:
		return c.appendParams(b, hostabi.SourcePath), true
	case hostabi.FieldStageVariables:
		return c.appendParams(b, hostabi.SourceStageVariable), true
	case hostabi.FieldAuthContext:
		return c.appendParams(b, hostabi.SourceAuthContext), true
	case hostabi.FieldIdentity:
		if c.kind != hostabi.Authorize {
			return b, false
		}
		c.values = c.host.AppendIdentity(c.values[:0])
		for _, v := range c.values {
			b = appendString(b, v)
		}
		return b, true
	case hostabi.FieldResponseHeaders:
		if !c.hasResponse() {
			return b, false
		}
		return appendPairs(b, c.host.Header(true)), true
	case hostabi.FieldStatus:
		status := 0
		if c.hasResponse() {
			status = c.host.Status()
		}
		return binary.LittleEndian.AppendUint16(b, uint16(status)), status != 0
	}
	if id < hostabi.FieldMethod || id > hostabi.FieldToken {
		return b, false // of a later version
	}
	v, ok := c.scalar(id)
	return append(b, v...), ok
}

// hasResponse reports whether there is a response that may be read.
func (c *call) hasResponse() bool {
	return c.phase == phase(hostabi.MapResponse) || c.phase == phase(hostabi.Integrate)
}

func (c *call) appendParams(b []byte, source hostabi.Source) []byte {
	c.fields = c.host.AppendParams(c.fields[:0], source)
	return appendPairs(b, c.fields)
}

func appendPairs(b []byte, fields []hostabi.Field) []byte {
	for i := range fields {
		b = appendString(b, fields[i].Name)
		b = appendString(b, fields[i].Value)
	}
	return b
}

func appendString(b []byte, v string) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
	return append(b, v...)
}
