package native

import (
	"errors"
	"io"

	"github.com/portico-gateway/portico/hostabi"
)

// further are the stream functions for the bodies of requests that the plugin
// sends.
var further = map[string]func(c *call, x *sent, s []uint64) int32{
	hostabi.FuncStreamRead:  sentRead,
	hostabi.FuncStreamWrite: sentWrite,
	hostabi.FuncStreamClose: sentClose,
}

// onHandle finds the request. Where there is a handle, its streams may be used:
// it exists within a call alone.
func onHandle(do func(c *call, x *sent, s []uint64) int32) function {
	return func(c *call, s []uint64) int32 {
		x := c.out.find(uint32(s[0]))
		if x == nil {
			return ebadf
		}
		return do(c, x, s)
	}
}

// stream_read(handle, ptr, cap)
func sentRead(c *call, x *sent, s []uint64) int32 {
	if uint32(s[2]) == 0 {
		return einval // 0 would say that the body has ended
	}
	dst, ok := c.memory(s[1], s[2])
	if !ok {
		return efault
	}
	if _, _, code := c.head(x); code != 0 {
		return int32(code)
	}
	left := c.bytesLeft()
	if left <= 0 { // one more says whether the body has ended
		dst = make([]byte, 1)
	} else if int64(len(dst)) > left {
		dst = dst[:left]
	}
	c.waits()
	defer c.waited()
	for {
		switch n, err := x.Read(dst); {
		case n > 0 && left <= 0:
			return eagain
		case n > 0:
			c.usage.Bytes += int64(n)
			return int32(n)
		case errors.Is(err, io.EOF):
			x.ended = true
			return 0
		case err != nil:
			return int32(c.refuse(c.out.ctx, err))
		}
	}
}

// stream_write(handle, ptr, len)
func sentWrite(c *call, x *sent, s []uint64) int32 {
	if !x.streams {
		return ebadf
	}
	b, ok := c.memory(s[1], s[2])
	switch {
	case !ok:
		return efault
	case x.written+int64(len(b)) > c.bodyLimit():
		return e2big
	case len(b) == 0:
		return 0
	case int64(len(b)) > c.bytesLeft():
		return eagain
	}
	c.waits()
	defer c.waited()
	n, err := x.Write(b)
	x.written += int64(n)
	c.usage.Bytes += int64(n)
	if err != nil {
		return int32(c.refuse(c.out.ctx, err))
	}
	return int32(n)
}

// stream_close(handle)
func sentClose(c *call, x *sent, s []uint64) int32 {
	if !x.streams {
		return ebadf
	}
	x.streams = false
	if err := x.CloseWrite(); err != nil {
		return int32(c.refuse(c.out.ctx, err))
	}
	return 0
}
