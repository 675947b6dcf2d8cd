package upstream

import (
	"context"
	"io"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// patience is how long a read waits before the context is watched. Watching
// costs allocations and the lock of a context that others use too; an answer
// that comes sooner saves all of it, and a client that goes away sooner is
// noticed this much later.
const patience = 50 * time.Millisecond

// call is one request on one connection and, after Do, its response's body.
// It keeps the request's context, because the body's reads must end with it.
type call struct {
	l    *Lean
	r    *Request // not to be touched once the body is closed
	addr string
	c    *conn // nil once it was given back or closed
	ctx  context.Context
	stop func() bool // ends watching the context; nil while not watching

	limit time.Time // for the head
	in    buffer
	got   bool    // a byte of the response came
	whole bool    // the kernel took the whole head
	held  bool    // there is a body, and nothing of it was sent yet
	send  *sender // nil when no body goes apart from the head

	first  error  // what the first read came to, where ask has read nothing
	reused bool   // the connection had served before
	sent   uint64 // by the connection before this request
	unseen bool   // the server closed before the request came

	frame framing
	left  int64 // of the body or the chunk
	chunk chunking
	keep  bool  // the connection may serve again after the body
	err   error // of the body, sticky
	shut  bool  // Close was called
	trail hostabi.Header
}

// run sends the request and reads the head.
func (k *call) run(resp *Response) error {
	k.reused, k.sent = k.c.used, k.c.sent
	if err := k.writeHead(); err == errStale {
		k.c.nc.Close()
		k.in.reset()
		return err
	} else if err != nil {
		return k.fail(err)
	}
	wait := k.held && k.r.ExpectContinue
	if k.held && !wait {
		k.startBody()
	}
	for budget := k.l.opts.ResponseHeaderBytes; ; {
		text, err := k.readHead(&budget, wait)
		if err == errPatience {
			wait = false
			k.startBody()
			continue
		}
		if err != nil {
			return k.fail(err)
		}
		var d head
		if err := d.parse(text, &resp.Header, k.l.opts.ResponseHeaderFields); err != nil {
			return k.fail(malformed{err})
		}
		switch {
		case d.status == 101:
			return k.switched(&d, resp)
		case d.status >= 200:
			return k.answered(&d, resp)
		}
		if d.status == 100 && wait {
			wait = false
			k.startBody()
		}
		if k.r.OnInterim != nil {
			k.r.OnInterim(d.status, resp.Header)
		}
		resp.Header.Reset()
	}
}

// readHead reads to the end of the next head. wait says that the body waits
// for a 100; errPatience ends that.
func (k *call) readHead(budget *int, wait bool) (string, error) {
	until := k.limit
	if wait {
		until = earlier(until, time.Now().Add(k.l.opts.ContinueTimeout))
	}
	line := 0
	for {
		var end int
		if end, line = headEnd(k.in.unread(), line); end >= 0 {
			if *budget -= end; *budget < 0 {
				return "", malformed{errHeadSize}
			}
			text := string(k.in.unread()[:end])
			k.in.r += end
			return text, nil
		}
		if len(k.in.unread()) >= *budget {
			return "", malformed{errHeadSize}
		}
		if err := k.fill(until); err != nil {
			if err == ErrTimeout && wait && time.Now().Before(k.limit) {
				return "", errPatience
			}
			return "", err
		}
	}
}

// answered sets up the body after the final head.
func (k *call) answered(d *head, resp *Response) error {
	frame, err := d.framing(k.r.Method)
	if err != nil {
		return k.fail(malformed{err})
	}
	resp.Status, resp.Proto, resp.Reason = d.status, d.proto, d.reason
	resp.Size = -1
	k.frame, k.keep = frame, !d.close
	// A body that was held back, or is still on its way, leaves the server
	// in the middle of a request; reuse is decided again when it has gone.
	if k.held {
		k.keep = false
	}
	if k.send != nil && d.status >= 400 {
		k.send.cease.Store(true) // RFC 9112, section 9.5
	}
	switch frame {
	case framedNone:
		if d.length >= 0 && d.status != 204 {
			resp.Size = d.length
		} else if k.r.Method != "HEAD" && d.status != 304 {
			resp.Size = 0
		}
		resp.Body = noBody{}
		k.release(k.keep && k.in.empty())
		k.in.reset()
		return nil
	case framedLength:
		k.left, resp.Size = d.length, d.length
		// What is all here needs no connection any more.
		if n := int64(len(k.in.unread())); n >= k.left && k.send == nil {
			k.in.w = k.in.r + int(k.left)
			k.release(k.keep && n == k.left)
		}
	case framedChunks:
		resp.Trailer = k.trailer
	}
	resp.Body = k
	return nil
}

func (k *call) trailer() hostabi.Header { return k.trail }

// switched hands the connection over after 101.
func (k *call) switched(d *head, resp *Response) error {
	var err error
	switch {
	case k.r.Upgrade == "":
		err = errUnasked
	case !hostabi.EqualName(d.upgrade, k.r.Upgrade):
		err = errOtherSwitch
	case k.held, k.send != nil && !k.send.finished():
		err = errBodyPending
	}
	if err != nil {
		return k.fail(malformed{err})
	}
	nc := k.c.nc
	if !k.unwatch() {
		return k.fail(io.EOF)
	}
	if err := nc.SetDeadline(time.Time{}); err != nil {
		return k.fail(err)
	}
	k.c = nil
	resp.Status, resp.Proto, resp.Reason, resp.Size = 101, d.proto, d.reason, -1
	resp.Conn = &upgraded{nc: nc, in: k.in}
	return nil
}

// again reports whether the request may be sent on a new connection; see the
// package comment. k has failed and let go of everything.
func (k *call) again(err error) bool {
	e, ok := err.(*Error)
	if !ok || e.Kind != ErrReset || !k.reused || k.got {
		return false
	}
	if k.whole && !k.unseen && !idempotent(k.r.Method) {
		return false
	}
	if k.send == nil {
		return true
	}
	_, ok = inMemory(k.r.Body)
	return ok
}

// idempotent reports whether a method may be repeated (RFC 9110, section
// 9.2.2).
func idempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	return false
}
