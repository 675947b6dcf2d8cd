package upstream

import (
	"context"
	"errors"
	"io"
	"time"
)

// errPatience says that the wait for a 100 is over.
var errPatience = errors.New("no 100 came")

// malformed marks an error of the response's content.
type malformed struct{ error }

// wake is when a read that may last until until must look at the context:
// then, or earlier while the context is not watched.
func (k *call) wake(now, until time.Time) time.Time {
	if k.stop != nil {
		return until
	}
	return earlier(until, now.Add(patience))
}

// armBoth sees to both deadlines, before anything is sent.
func (k *call) armBoth(now time.Time) error {
	wake := k.wake(now, k.limit)
	if stands(k.c.readBy, now, wake) && stands(k.c.writeBy, now, wake) {
		return nil
	}
	k.c.readBy, k.c.writeBy = wake, wake
	return k.c.nc.SetDeadline(wake)
}

// arm sees to it that a read ends when it should.
func (k *call) arm(now, until time.Time) error {
	wake := k.wake(now, until)
	if stands(k.c.readBy, now, wake) {
		return nil
	}
	k.c.readBy = wake
	return k.c.nc.SetReadDeadline(wake)
}

// stands reports whether a deadline, possibly of an earlier request, does for
// wake: it is at most half the way nearer. Setting one costs more than a wrong
// alarm, which read and write tell from a right one.
func stands(deadline, now, wake time.Time) bool {
	return !deadline.After(wake) && !deadline.Before(now.Add(wake.Sub(now)/2))
}

// read reads from the connection once, not longer than until; then it fails
// with ErrTimeout.
func (k *call) read(p []byte, until time.Time) (int, error) {
	for {
		if err := k.arm(time.Now(), until); err != nil {
			return 0, err
		}
		if k.ctx.Err() != nil { // also where bytes keep coming
			return 0, ErrCanceled
		}
		n, err := 0, k.first
		if k.first = nil; err == nil {
			n, err = k.c.nc.Read(p)
		}
		if n > 0 {
			k.got = true
			return n, nil
		}
		if err == nil {
			continue
		}
		if !isTimeout(err) {
			return 0, err
		}
		if !time.Now().Before(until) {
			return 0, ErrTimeout
		}
		k.c.readBy = time.Time{}
		if !k.watch() {
			return 0, err
		}
	}
}

// watch begins to watch the context, if that has not begun; it reports whether
// it is still alive. When the context ends the connection closes, so that
// whatever waits on it returns.
func (k *call) watch() bool {
	if k.stop == nil {
		nc := k.c.nc
		k.stop = context.AfterFunc(k.ctx, func() { nc.Close() })
	}
	return k.ctx.Err() == nil
}

// unwatch ends watching. It reports false when the context had ended: then the
// connection is closed or about to be.
func (k *call) unwatch() bool {
	if k.stop == nil {
		return true
	}
	stopped := k.stop()
	k.stop = nil
	return stopped
}

// fill reads more into the buffer.
func (k *call) fill(until time.Time) error {
	n, err := k.read(k.in.room(), until)
	k.in.w += n
	return err
}

// errStale says that a connection is not fit for another request; nothing was
// sent on it. Lean and http.Transport take another then.
var errStale = errors.New("connection is not fit for another request")

// ask does on a connection that has served before what write does on a new
// one, if it is still good, and begins to read.
func (k *call) ask(b []byte, head int) error {
	var in []byte
	if !k.held { // or the body goes out beside the reading
		in = k.in.room()
	}
	t, err := k.c.ask(b, in)
	if !t.quiet && err != nil && isTimeout(err) { // it took long to get here
		if err = k.armBoth(time.Now()); err == nil {
			t, err = k.c.ask(b, in)
		}
	}
	if !t.quiet {
		return errStale
	}
	k.c.sent += uint64(t.wrote)
	k.whole = t.wrote >= head
	switch {
	case t.werr != nil:
		return k.c.opError("write", t.werr)
	case t.wrote < len(b):
		return k.write(b, t.wrote, head)
	case in == nil:
		return nil
	case t.read > 0:
		k.got = true
		k.in.w += t.read
	case err != nil:
		k.first = err
	case t.rerr != nil:
		k.first = k.c.opError("read", t.rerr)
	default:
		k.first = io.EOF
	}
	return nil
}

// write sends b but for what was sent of it; its first head bytes are the
// request's head.
func (k *call) write(b []byte, wrote, head int) error {
	for {
		n, err := k.c.nc.Write(b[wrote:])
		wrote += n
		k.c.sent += uint64(n)
		k.whole = wrote >= head
		if err == nil {
			return nil
		}
		if !isTimeout(err) {
			return err
		}
		if !time.Now().Before(k.limit) {
			return ErrTimeout
		}
		if !k.watch() {
			return err
		}
		k.c.writeBy = k.limit
		if err := k.c.nc.SetWriteDeadline(k.limit); err != nil {
			return err
		}
	}
}

// release ends the use of the connection: it is kept when ok and nothing else
// speaks against it. The body of the request is left alone from here on.
func (k *call) release(ok bool) {
	c := k.c
	if c == nil {
		return
	}
	k.c = nil
	ok = k.unwatch() && ok
	if k.send != nil {
		if !ok || !k.send.settle() {
			ok = false
			c.nc.Close()
			k.send.end()
		}
		ok = ok && k.send.complete
		c.writeBy = time.Time{} // the sender has moved it
	}
	if ok {
		k.l.put(c)
	} else {
		c.nc.Close()
	}
}

// fail ends the exchange and returns err as an [*Error].
func (k *call) fail(err error) error {
	if err == io.EOF && k.reused && !k.got {
		k.unseen = !k.c.delivered(k.sent)
	}
	k.release(false)
	k.in.reset()
	e := &Error{Addr: k.addr, Kind: ErrReset, Err: err}
	if m, ok := err.(malformed); ok {
		e.Kind, e.Err = ErrMalformed, m.error
	} else if end := k.ctx.Err(); end != nil {
		e.Kind, e.Err = ofContext(end), end
	} else if k.send != nil && k.send.err != nil {
		e.Kind, e.Err = ErrBody, k.send.err
	} else if err == ErrTimeout {
		e.Kind, e.Err = ErrTimeout, nil
	} else if err == io.EOF && (k.got || k.frame != framedNone) {
		e.Err = io.ErrUnexpectedEOF
	}
	return e
}
