package native

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// http.request(rptr, rlen, bptr, blen, timeout_ms i64, flags)
func httpRequest(c *call, s []uint64) int64 {
	if uint32(s[5])&hostabi.HTTPStream != 0 {
		return int64(hostabi.EINVAL) // nobody could write the body
	}
	handle := httpStart(c, s)
	if handle < 0 {
		return handle
	}
	if _, _, code := c.head(c.out.find(uint32(handle))); code != 0 {
		c.out.drop(uint32(handle))
		return code
	}
	return handle
}

// http.start(rptr, rlen, bptr, blen, timeout_ms i64, flags)
func httpStart(c *call, s []uint64) int64 {
	r, code := c.readRequest(s)
	if code != 0 {
		return int64(code)
	}
	if !c.maySend(len(r.Body)) {
		return int64(hostabi.EAGAIN)
	}
	r.Body = bytes.Clone(r.Body)
	c.instance.Check()
	ctx := c.outboxContext()
	x, err := c.plugin.capabilities.HTTP.Start(ctx, r)
	if err != nil {
		return c.refuse(ctx, err)
	}
	c.usage.Requests++
	c.usage.Bytes += int64(len(r.Body))
	return int64(c.out.add(&sent{HTTPExchange: x, body: len(r.Body), streams: r.Stream, trailers: r.Trailers}))
}

// http.wait(hptr, hlen, timeout_ms i64)
func httpWait(c *call, s []uint64) int64 {
	size, ms := uint32(s[1]), int64(s[2])
	if size == 0 || size%4 != 0 || size > 4*hostabi.MaxHTTPWait || ms < 0 {
		return int64(hostabi.EINVAL)
	}
	handles, ok := c.memory(s[0], s[1])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	list := make([]*sent, len(handles)/4)
	for i := range list {
		if list[i] = c.out.find(binary.LittleEndian.Uint32(handles[4*i:])); list[i] == nil {
			return int64(hostabi.EBADF)
		}
	}
	n, code := c.first(list, ms)
	if code != 0 {
		return code
	}
	return int64(binary.LittleEndian.Uint32(handles[4*n:]))
}

// first waits until one of the requests is done.
func (c *call) first(list []*sent, ms int64) (n int, code int64) {
	for i, x := range list {
		select {
		case <-x.Done():
			return i, 0
		default:
		}
	}
	var timeout <-chan time.Time
	if ms > 0 && ms < time.Hour.Milliseconds() { // a call's time is shorter
		t := time.NewTimer(time.Duration(ms) * time.Millisecond)
		defer t.Stop()
		timeout = t.C
	}
	c.waits()
	defer c.waited()
	cases := make([]reflect.SelectCase, 0, len(list)+2)
	receive := func(ch any) {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ch)})
	}
	for _, x := range list {
		receive(x.Done())
	}
	receive(timeout)
	receive(c.out.ctx.Done())
	switch n, _, _ = reflect.Select(cases); n {
	case len(list):
		return 0, int64(hostabi.ETIMEDOUT)
	case len(list) + 1:
		return 0, int64(hostabi.EABORT)
	}
	return n, 0
}

// onSent finds the request that the first argument is the handle of.
func onSent(do func(c *call, x *sent, s []uint64) int64) stateful {
	return func(c *call, s []uint64) int64 {
		x := c.out.find(uint32(s[0]))
		if x == nil {
			return int64(hostabi.EBADF)
		}
		return do(c, x, s)
	}
}

// http.status(handle)
func httpStatus(c *call, x *sent, _ []uint64) int64 {
	status, _, code := c.head(x)
	if code != 0 {
		return code
	}
	return int64(status)
}

// http.headers(handle, ptr, cap)
func httpHeaders(c *call, x *sent, s []uint64) int64 {
	dst, ok := c.memory(s[1], s[2])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	_, h, code := c.head(x)
	if code != 0 {
		return code
	}
	return int64(putPairs(dst, h))
}

// http.get_header(handle, nptr, nlen, ptr, cap)
func httpGetHeader(c *call, x *sent, s []uint64) int64 {
	name, dst, code := c.nameAndBuffer(s)
	if code != 0 {
		return int64(code)
	}
	_, h, failed := c.head(x)
	if failed != 0 {
		return failed
	}
	return int64(joined(dst, h, view(name)))
}

// http.trailers(handle, ptr, cap)
func httpTrailers(c *call, x *sent, s []uint64) int64 {
	dst, ok := c.memory(s[1], s[2])
	switch {
	case !ok:
		return int64(hostabi.EFAULT)
	case !x.ended:
		return int64(hostabi.EPHASE)
	}
	return int64(putPairs(dst, x.Trailer()))
}

// http.set_trailer(handle, nptr, nlen, vptr, vlen)
func httpSetTrailer(c *call, x *sent, s []uint64) int64 {
	if !x.streams {
		return int64(hostabi.EBADF)
	}
	name, value, code := c.nameAndBuffer(s)
	switch {
	case code != 0:
		return int64(code)
	case !hostabi.ValidValue(view(value)) || !declared(x.trailers, view(name)):
		return int64(hostabi.EINVAL)
	case x.trailing+len(name)+len(value) > hostabi.MaxHTTPHead:
		return int64(hostabi.E2BIG)
	}
	x.trailing += len(name) + len(value)
	if err := x.SetTrailer(string(name), string(value)); err != nil {
		return c.refuse(c.out.ctx, err)
	}
	return 0
}

func declared(names []string, name string) bool {
	for _, n := range names {
		if hostabi.EqualName(n, name) {
			return true
		}
	}
	return false
}

// http.close(handle)
func httpClose(c *call, _ *sent, s []uint64) int64 {
	c.out.drop(uint32(s[0]))
	return 0
}
