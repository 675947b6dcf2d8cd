package front

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// deadlines spares most of the system's timers. net/http sets or clears the
// deadline for reading six times a request, and nearly all of them would never
// have been waited for. A deadline that is not earlier than the one that
// stands is only noted; when the earlier one ends a call before its time, the
// call goes on. So calls end when they were told to, and a connection in use
// moves its deadlines once in a while.
//
// The zero value has no deadline.
type deadlines struct {
	set func(time.Time) error // on the connection below

	mu       sync.Mutex    // guards the following
	patience time.Duration // of each call, in place of a deadline; 0 for none
	asked    time.Time     // what the deadline is, zero for none
	standing time.Time     // what the connection below has
	running  int           // calls that it must end
}

// ask changes the deadline.
func (d *deadlines) ask(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = t
	if d.running == 0 {
		return nil
	}
	return d.tighten()
}

// tighten lets the asked deadline stand if it is earlier. The caller holds mu.
func (d *deadlines) tighten() error {
	if d.asked.IsZero() || !d.standing.IsZero() && !d.asked.Before(d.standing) {
		return nil
	}
	d.standing = d.asked
	return d.set(d.asked)
}

// renew gives the next call its patience.
func (d *deadlines) renew() {
	d.mu.Lock()
	if d.patience > 0 {
		d.asked = time.Now().Add(d.patience)
	}
	d.mu.Unlock()
}

// begin is called before a call that the deadline bounds.
func (d *deadlines) begin() {
	d.mu.Lock()
	d.running++
	d.tighten()
	d.mu.Unlock()
}

// end is called after it, with its error, and reports whether the call must go
// on: a deadline ended it that is no longer asked for.
func (d *deadlines) end(err error) (again bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) || d.standing.IsZero() {
		return false
	}
	now := time.Now()
	if now.Before(d.standing) || !d.asked.IsZero() && !now.Before(d.asked) {
		return false
	}
	d.standing = d.asked
	return d.set(d.asked) == nil
}

func (c *conn) SetReadDeadline(t time.Time) error { return c.reads.ask(t) }

func (c *conn) SetWriteDeadline(t time.Time) error { return c.writes.ask(t) }

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.writes.ask(t))
}

func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil // with no room for the byte of a look
	}
	ahead, looking := c.leave.read(len(p))
	if ahead {
		return 0, nil
	}
	if looking != nil {
		if n := copy(p, <-looking); n > 0 {
			return n, nil
		}
	}
	return c.read(p)
}

func (c *conn) read(p []byte) (int, error) {
	for {
		c.reads.begin()
		n, err := c.Conn.Read(p)
		if !c.reads.end(err) || n > 0 {
			return n, err
		}
	}
}

func (c *conn) Write(p []byte) (n int, err error) {
	c.writes.renew()
	for {
		c.writes.begin()
		var m int
		m, err = c.Conn.Write(p[n:])
		if n += m; !c.writes.end(err) || n == len(p) {
			return n, err
		}
	}
}

var _ net.Conn = (*conn)(nil)
