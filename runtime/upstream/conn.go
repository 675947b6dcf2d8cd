package upstream

import (
	"net"
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

	raw  syscall.RawConn       // nil when nc has none
	look func(fd uintptr) bool // made once, as a closure costs an allocation
	seen bool                  // look found neither an end nor bytes
	one  [1]byte               // look reads into it
}

func newConn(nc net.Conn, h *host) *conn {
	c := &conn{nc: nc, host: h}
	if sc, ok := nc.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			c.raw = raw
			c.look = func(fd uintptr) bool {
				c.seen = quiet(fd, c.one[:])
				return true
			}
			c.base, _ = acked(raw)
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
	c.seen = false
	return c.raw.Read(c.look) == nil && c.seen
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
