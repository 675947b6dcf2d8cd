package native

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// outbox holds the requests that a call has sent. They end with it. The zero
// value is that of a call without any.
type outbox struct {
	ctx    context.Context // done when the call is over
	cancel context.CancelCauseFunc
	unhook func() bool // stops looking at the caller's context
	timer  *time.Timer // ends ctx at the call's deadline, while it waits

	sent   []*sent // by handle; nil when closed
	open   int
	bodies int // bytes of whole bodies of those that are open
}

// sent is a request that has a handle.
type sent struct {
	hostabi.HTTPExchange
	body     int      // bytes of its whole body
	streams  bool     // stream_write is open
	trailers []string // that were declared
	written  int64
	trailing int  // bytes of the trailers that were set
	ended    bool // stream_read has given 0
}

// takes reports whether one more request, with a whole body of that many bytes,
// may be open.
func (o *outbox) takes(body int, l hostabi.HTTPLimits) bool {
	return o.open < hostabi.MaxHTTPOpen &&
		(o.bodies == 0 || o.bodies+body <= cmp.Or(l.Bodies, hostabi.DefaultHTTPBodies))
}

// find is the request of a handle, nil if it is not open.
func (o *outbox) find(handle uint32) *sent {
	if n := handle - hostabi.FirstHandle; handle >= hostabi.FirstHandle && n < uint32(len(o.sent)) {
		return o.sent[n]
	}
	return nil
}

// add gives a request its handle.
func (o *outbox) add(x *sent) (handle uint32) {
	o.sent = append(o.sent, x)
	o.open++
	o.bodies += x.body
	return hostabi.FirstHandle + uint32(len(o.sent)-1)
}

func (o *outbox) drop(handle uint32) {
	x := o.sent[handle-hostabi.FirstHandle]
	o.sent[handle-hostabi.FirstHandle] = nil
	o.open--
	o.bodies -= x.body
	_ = x.Close() // it has nothing to say about what nobody wants any more
}

// close ends what is under way.
func (o *outbox) close() {
	if o.cancel == nil {
		return
	}
	o.cancel(context.Canceled)
	o.unhook()
	if o.timer != nil {
		o.timer.Stop()
	}
	for i, x := range o.sent {
		if x != nil {
			o.drop(hostabi.FirstHandle + uint32(i))
		}
	}
	*o = outbox{sent: o.sent[:0]}
}

// outboxContext is what requests of the call are bound to. It has no deadline: that
// of the call moves while an answer streams.
func (c *call) outboxContext() context.Context {
	o := &c.out
	if o.ctx != nil {
		return o.ctx
	}
	parent := c.caller()
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(parent))
	o.ctx, o.cancel = ctx, cancel
	o.unhook = context.AfterFunc(parent, func() {
		// After a flush the caller's time does not count any more, before it
		// the call's deadline is no later.
		if !errors.Is(parent.Err(), context.DeadlineExceeded) {
			cancel(parent.Err())
		}
	})
	return o.ctx
}

// waits has the call's deadline end what the caller is about to wait for. The
// call may end right here.
func (c *call) waits() {
	c.instance.Check()
	deadline, ok := c.instance.Deadline()
	if !ok { // a plugin's calls all have one
		return
	}
	if d := time.Until(deadline); c.out.timer == nil {
		cancel := c.out.cancel
		c.out.timer = time.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	} else {
		c.out.timer.Reset(d)
	}
}

// waited ends what waits began.
func (c *call) waited() {
	if c.out.timer != nil {
		c.out.timer.Stop()
	}
}

// head waits for the head of an answer.
func (c *call) head(x *sent) (status int, h hostabi.Header, code int64) {
	select {
	case <-x.Done():
	default:
		c.waits()
		defer c.waited()
		select {
		case <-x.Done():
		case <-c.out.ctx.Done():
			return 0, nil, int64(hostabi.EABORT)
		}
	}
	status, h, err := x.Response()
	if err != nil {
		return 0, nil, c.refuse(c.out.ctx, err)
	}
	return status, h, 0
}
