package native

import (
	"strconv"

	"github.com/portico-gateway/portico/hostabi"
)

// get_field(id, ptr, cap)
func getField(c *call, s []uint64) int32 {
	id := uint32(s[0])
	switch {
	case id >= uint32(hostabi.FieldMethod) && id <= uint32(hostabi.FieldToken):
	case id >= uint32(hostabi.FieldHeaders) && id <= uint32(hostabi.FieldStatus):
		return einval
	default:
		return enosys
	}
	dst, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	if hostabi.FieldID(id) == hostabi.FieldTimeUnixMs {
		c.buf = strconv.AppendInt(c.buf[:0], c.host.TimeUnixMs(), 10)
		return put(dst, view(c.buf))
	}
	v, ok := c.scalar(hostabi.FieldID(id))
	if !ok {
		return enoent
	}
	return put(dst, v)
}

// scalar is a field as the kind of call may see it.
func (c *call) scalar(id hostabi.FieldID) (string, bool) {
	if id == hostabi.FieldToken && c.kind != hostabi.Authorize {
		return "", false
	}
	return c.host.Field(id)
}

// set_field(id, ptr, len)
func setField(c *call, s []uint64) int32 {
	id := uint32(s[0])
	if id != uint32(hostabi.FieldMethod) && id != uint32(hostabi.FieldPath) && id != uint32(hostabi.FieldQuery) {
		return einval
	}
	b, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	return c.done(c.host.SetField(hostabi.FieldID(id), string(b)))
}

// get_param(source, nptr, nlen, ptr, cap)
func getParam(c *call, s []uint64) int32 {
	source, name, dst, code := c.param(s)
	if code != 0 {
		return code
	}
	v, ok := c.host.Param(source, view(name))
	if !ok {
		return enoent
	}
	return put(dst, v)
}

// param_values(source, nptr, nlen, ptr, cap)
func paramValues(c *call, s []uint64) int32 {
	source, name, dst, code := c.param(s)
	if code != 0 {
		return code
	}
	c.fields = c.host.AppendParams(c.fields[:0], source)
	l := list{dst: dst}
	found := false
	for i := range c.fields {
		if c.fields[i].Name == view(name) {
			found = true
			l.size += 4 + len(c.fields[i].Value)
		}
	}
	if !found {
		return enoent
	}
	if l.fits() {
		for i := range c.fields {
			if c.fields[i].Name == view(name) {
				l.add(c.fields[i].Value)
			}
		}
	}
	return int32(l.size)
}

// param reads what get_param and param_values take.
func (c *call) param(s []uint64) (source hostabi.Source, name, dst []byte, code int32) {
	n := uint32(s[0])
	if n < uint32(hostabi.SourcePath) || n > uint32(hostabi.SourceCookie) {
		return 0, nil, nil, einval
	}
	name, dst, code = c.nameAndBuffer(s)
	return hostabi.Source(n), name, dst, code
}

// nameAndBuffer reads arguments 1 to 4 of those functions that look something
// up by name.
func (c *call) nameAndBuffer(s []uint64) (name, dst []byte, code int32) {
	name, ok := c.memory(s[1], s[2])
	if !ok {
		return nil, nil, efault
	}
	if dst, ok = c.memory(s[3], s[4]); !ok {
		return nil, nil, efault
	}
	return name, dst, 0
}
