package native

import (
	"context"
	"errors"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// jwt.verify(iptr, ilen, tptr, tlen, ptr, cap)
func jwtVerify(c *call, s []uint64) int64 {
	c.fault = 0
	issuer, ok := c.memory(s[0], s[1])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	token, ok := c.memory(s[2], s[3])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	dst, ok := c.memory(s[4], s[5])
	switch {
	case !ok:
		return int64(hostabi.EFAULT)
	case len(token) > hostabi.MaxToken:
		return int64(hostabi.E2BIG)
	}
	ctx, cancel := c.timed()
	defer cancel()
	claims, err := c.plugin.capabilities.JWT.Verify(ctx, view(issuer), view(token))
	if err == nil {
		return gave(dst, claims)
	}
	if errors.As(err, &c.fault) {
		return int64(c.fault.Code())
	}
	return c.refuse(ctx, err)
}

// jwt.reason(ptr, cap)
func jwtReason(c *call, s []uint64) int64 {
	dst, ok := c.memory(s[0], s[1])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	return int64(put(dst, c.fault.Error()))
}

// timed is bounded for what mostly does not wait: before a flush it costs no timer,
// and its Done channel stays open beyond its deadline.
func (c *call) timed() (context.Context, context.CancelFunc) {
	deadline, ok := c.instance.Deadline()
	if !ok || c.phase == flushed {
		return c.bounded()
	}
	return timedContext{c.caller(), deadline}, func() {}
}

// timedContext is a context with an earlier deadline.
type timedContext struct {
	context.Context
	deadline time.Time
}

func (t timedContext) Deadline() (time.Time, bool) { return t.deadline, true }

func (t timedContext) Err() error {
	if err := t.Context.Err(); err != nil {
		return err
	}
	if !time.Now().Before(t.deadline) {
		return context.DeadlineExceeded
	}
	return nil
}
