package native

import "github.com/portico-gateway/portico/hostabi"

// get_status()
func getStatus(c *call, _ []uint64) int32 { return int32(c.host.Status()) }

// set_status(status)
func setStatus(c *call, s []uint64) int32 {
	return c.done(c.host.SetStatus(int(int32(s[0]))))
}

// set_principal(ptr, len)
func setPrincipal(c *call, s []uint64) int32 {
	b, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	return c.done(c.host.SetPrincipal(string(b)))
}

// set_auth_context(kptr, klen, kind, vptr, vlen)
func setAuthContext(c *call, s []uint64) int32 {
	kind := uint32(s[2])
	if kind > uint32(hostabi.ValueJSON) {
		return einval
	}
	key, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	value, ok := c.memory(s[3], s[4])
	if !ok {
		return efault
	}
	return c.done(c.host.SetAuthContext(string(key), string(value), hostabi.ValueKind(kind)))
}

// event_read(ptr, cap)
func eventRead(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	event, err := c.host.Event()
	if err != nil {
		return c.fail(err)
	}
	return put(dst, view(event))
}

// result_write(ptr, len)
func resultWrite(c *call, s []uint64) int32 {
	b, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	err := c.host.WriteResult(b)
	if err == nil {
		c.result = true
	}
	return c.done(err)
}

// scratch_read(ptr, cap)
func scratchRead(c *call, s []uint64) int32 {
	dst, ok := c.memory(s[0], s[1])
	if !ok {
		return efault
	}
	return put(dst, view(c.host.Scratch(c.plugin.name)))
}

// scratch_write(ptr, len)
func scratchWrite(c *call, s []uint64) int32 {
	b, ok := c.memory(s[0], s[1])
	switch {
	case !ok:
		return efault
	case len(b) > hostabi.ScratchSize:
		return e2big
	}
	return c.done(c.host.SetScratch(c.plugin.name, b))
}
