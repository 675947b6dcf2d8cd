package native

import (
	"github.com/portico-gateway/portico/hostabi"
)

// isResponse is the message that the first argument names; link has checked it.
func isResponse(s []uint64) bool { return uint32(s[0]) == hostabi.StreamResponse }

// get_header(message, nptr, nlen, ptr, cap)
func getHeader(c *call, s []uint64) int32 {
	name, dst, code := c.nameAndBuffer(s)
	if code != 0 {
		return code
	}
	return joined(dst, c.host.Header(isResponse(s)), view(name))
}

// joined is Header.Joined straight into a guest's buffer, and for Set-Cookie,
// which cannot be joined, the first.
func joined(dst []byte, h hostabi.Header, name string) int32 {
	first, last, size := -1, -1, 0
	for i := range h {
		if hostabi.EqualName(h[i].Name, name) {
			if first < 0 {
				first = i
			} else {
				size += 2
			}
			last = i
			size += len(h[i].Value)
		}
	}
	switch {
	case first < 0:
		return enoent
	case first == last || hostabi.EqualName(name, "Set-Cookie"):
		return put(dst, h[first].Value)
	case size > len(dst):
		return int32(size)
	}
	separator := ", "
	if hostabi.EqualName(name, "Cookie") {
		separator = "; "
	}
	n := copy(dst, h[first].Value)
	for i := first + 1; i <= last; i++ {
		if hostabi.EqualName(h[i].Name, name) {
			n += copy(dst[n:], separator)
			n += copy(dst[n:], h[i].Value)
		}
	}
	return int32(size)
}

// header_values(message, nptr, nlen, ptr, cap)
func headerValues(c *call, s []uint64) int32 {
	name, dst, code := c.nameAndBuffer(s)
	if code != 0 {
		return code
	}
	h := c.host.Header(isResponse(s))
	l := list{dst: dst}
	for i := range h {
		if hostabi.EqualName(h[i].Name, view(name)) {
			l.size += 4 + len(h[i].Value)
		}
	}
	if l.size == 0 {
		return enoent
	}
	if l.fits() {
		for i := range h {
			if hostabi.EqualName(h[i].Name, view(name)) {
				l.add(h[i].Value)
			}
		}
	}
	return int32(l.size)
}

// headers(message, ptr, cap)
func headers(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	return putPairs(dst, c.host.Header(isResponse(s)))
}

// putPairs gives a guest a list of fields, whole or not at all.
func putPairs(dst []byte, h []hostabi.Field) int32 {
	l := list{dst: dst, size: pairsSize(h)}
	if l.fits() {
		for i := range h {
			l.add(h[i].Name)
			l.add(h[i].Value)
		}
	}
	return int32(l.size)
}

func pairsSize(fields []hostabi.Field) (n int) {
	for i := range fields {
		n += 8 + len(fields[i].Name) + len(fields[i].Value)
	}
	return n
}

// set_header(message, nptr, nlen, vptr, vlen)
func setHeader(c *call, s []uint64) int32 {
	name, value, code := c.nameAndBuffer(s)
	if code != 0 {
		return code
	}
	return c.done(c.host.SetHeader(isResponse(s), string(name), string(value)))
}

// add_header(message, nptr, nlen, vptr, vlen)
func addHeader(c *call, s []uint64) int32 {
	name, value, code := c.nameAndBuffer(s)
	if code != 0 {
		return code
	}
	return c.done(c.host.AddHeader(isResponse(s), string(name), string(value)))
}

// remove_header(message, nptr, nlen)
func removeHeader(c *call, s []uint64) int32 {
	name, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	return c.done(c.host.RemoveHeader(isResponse(s), view(name)))
}
