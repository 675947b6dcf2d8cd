package native

// stream_read(handle, ptr, cap)
func streamRead(c *call, s []uint64) int32 {
	if uint32(s[2]) == 0 {
		return einval // 0 would say that the body has ended
	}
	dst, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	c.instance.Check()
	n, err := c.host.ReadBody(isResponse(s), dst)
	if err != nil {
		return c.fail(err)
	}
	return int32(n)
}

// stream_write(handle, ptr, len)
func streamWrite(c *call, s []uint64) int32 {
	b, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	c.instance.Check()
	n, err := c.host.WriteBody(isResponse(s), b)
	if err != nil {
		return c.fail(err)
	}
	if c.phase == flushed && n > 0 {
		c.extend()
	}
	return int32(n)
}

// stream_flush(handle)
func streamFlush(c *call, s []uint64) int32 {
	c.settle() // later phases begin
	if err := c.host.FlushBody(isResponse(s)); err != nil {
		return c.fail(err)
	}
	if c.phase != flushed {
		c.phase = flushed
		c.extend()
	}
	return 0
}

// stream_close(handle)
func streamClose(c *call, s []uint64) int32 {
	return c.done(c.host.CloseBody(isResponse(s)))
}
