package upstream

import (
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is a connection of Lean. Between a get and a put or close it belongs to
// one call.
type conn struct {
	nc   net.Conn
	host *host
	used bool   // has served a request
	sent uint64 // bytes given to the kernel
	base uint64 // what the kernel counted as acknowledged when it was new
	idle time.Time

	readBy, writeBy time.Time // the deadlines that stand

	raw    syscall.RawConn       // nil when nc has none
	direct bool                  // requests may be sent through raw
	step   func(fd uintptr) bool // talkOn, made once: it costs an allocation
	talk   talk
	looked func() // a test's, between the look and the write
}

// talk is one use of a connection's descriptor: a look, and where there is
// something to send, a request and the first read of its response.
type talk struct {
	out, in []byte // in is nil when nothing is to be read

	quiet bool // the look found neither an end nor bytes
	wrote int
	werr  error
	read  int
	rerr  error

	one [1]byte // the look reads into it
}

// talkOn is called with the descriptor, and again once it can be read when it
// returned false.
func (c *conn) talkOn(fd uintptr) bool {
	t := &c.talk
	if !t.quiet {
		if t.quiet = quiet(fd, t.one[:]); !t.quiet || len(t.out) == 0 {
			return true
		}
		if c.looked != nil {
			c.looked()
		}
		t.wrote, t.werr = writeNow(fd, t.out)
		return t.werr != nil || t.wrote < len(t.out) || t.in == nil
	}
	var ok bool
	t.read, ok, t.rerr = readNow(fd, t.in)
	return ok
}

func newConn(nc net.Conn, h *host) *conn {
	c := &conn{nc: nc, host: h}
	if sc, ok := nc.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			c.raw, c.step = raw, c.talkOn
			c.base, _ = acked(raw)
			_, tcp := nc.(*net.TCPConn) // others may do something to the bytes
			c.direct = tcp && canTalk
		}
	}
	return c
}

// quiet reports whether the connection is open, as far as this side knows, and
// has nothing to read: what comes before a request is no answer to it. Its
// read deadline must not have passed.
func (c *conn) quiet() bool {
	if c.raw == nil {
		return true
	}
	c.talk = talk{}
	return c.raw.Read(c.step) == nil && c.talk.quiet
}

// ask looks whether the connection is quiet, sends out if so, and waits for
// the first bytes of the response if in is not nil. Doing all of it in one
// call saves a read that finds nothing: what comes after the look wakes the
// wait. The error is that of the wait.
func (c *conn) ask(out, in []byte) (talk, error) {
	c.talk = talk{out: out, in: in}
	err := c.raw.Read(c.step)
	t := c.talk
	c.talk = talk{} // it must not keep the memory
	return t, err
}

// opError is how net reports what a system call says.
func (c *conn) opError(op string, err error) error {
	local, remote := c.nc.LocalAddr(), c.nc.RemoteAddr()
	return &net.OpError{Op: op, Net: local.Network(), Source: local, Addr: remote, Err: os.NewSyscallError(op, err)}
}

// delivered reports whether the peer's kernel may have got a byte that was
// sent after the first sent ones. It is only to be believed after the peer's
// FIN has come, which acknowledges what came before it.
func (c *conn) delivered(sent uint64) bool {
	return c.raw == nil || delivered(c.raw, c.base+sent)
}

// delivered reports whether the kernel counts more than sent bytes as
// acknowledged, or does not say.
func delivered(raw syscall.RawConn, sent uint64) bool {
	n, ok := acked(raw)
	return !ok || n > sent
}

// host keeps the idle connections to one address. The last one to come is the
// first to go: it is the least likely to have been closed, and the others may
// grow old.
type host struct {
	addr string

	mu   sync.Mutex
	idle []*conn
	gone bool // no longer in the client's table
}

// pop returns the youngest idle connection, nil if there is none.
func (h *host) pop() *conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.idle)
	if n == 0 {
		return nil
	}
	c := h.idle[n-1]
	h.idle[n-1] = nil
	h.idle = h.idle[:n-1]
	return c
}

// push keeps c if there is room. A host that is gone takes nothing.
func (h *host) push(c *conn, limit int) (kept, gone bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone || len(h.idle) >= limit {
		return false, h.gone
	}
	h.idle = append(h.idle, c)
	return true, false
}

// expire takes out the connections that are idle since before t. When none is
// left, h is gone: the caller must take it off the table.
func (h *host) expire(t time.Time) (old []*conn, gone bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for n < len(h.idle) && h.idle[n].idle.Before(t) {
		n++
	}
	old = append(old, h.idle[:n]...)
	rest := copy(h.idle, h.idle[n:])
	clear(h.idle[rest:])
	h.idle = h.idle[:rest]
	h.gone = rest == 0
	return old, h.gone
}
