package front

import (
	"errors"
	"os"
	"sync"
	"time"
)

// leavePatience is how long a request is served before somebody looks whether
// its client leaves. A client that does is noticed within twice this time.
const leavePatience = 25 * time.Millisecond

// leave puts off the look for a client that leaves. net/http reads one byte
// ahead, in a goroutine of its own, as soon as a request has been read, and
// interrupts that when it has answered: two goroutines wake each other for what
// hardly ever happens. Here that read returns nothing at once, which ends it,
// and a request that takes longer is watched by a read of ours. Such a read is
// not interrupted either: the next Read of the connection waits for it.
//
// It is safe for concurrent use; a connection has one Read at a time.
type leave struct {
	look func(chan<- []byte) // reads a byte ahead and sends it, or nothing

	mu      sync.Mutex // guards the following
	ahead   bool       // a read of one byte would be net/http's look ahead
	served  bool       // the look ahead came: a request is being served
	fresh   bool       // it came after the last tick
	ticking bool       // timer is set to run
	closed  bool
	timer   *time.Timer
	looking chan []byte // of a look that no Read has waited for, else nil
}

// rest says that no request is being served.
func (l *leave) rest() {
	l.mu.Lock()
	l.served, l.ahead = false, true
	l.mu.Unlock()
}

// read is called before a Read of n bytes. Either it is net/http's look ahead,
// and to return nothing, or it waits for what comes from looking, if that is
// not nil, and goes on when nothing does. A buffered reader whose buffer has room
// for one byte asks again after nothing.
func (l *leave) read(n int) (ahead bool, looking chan []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n == 1 && l.ahead && !l.closed {
		l.ahead, l.served, l.fresh = false, true, true
		l.tickLater()
		return true, nil
	}
	l.served = false
	l.ahead = n > 1
	looking, l.looking = l.looking, nil
	return false, looking
}

// tickLater sees to it that tick runs. A timer that is set and stopped for each
// request would cost what it is to save; this one runs while requests follow
// each other. The caller holds mu.
func (l *leave) tickLater() {
	switch {
	case l.ticking:
		return
	case l.timer == nil:
		l.timer = time.AfterFunc(leavePatience, l.tick)
	default:
		l.timer.Reset(leavePatience)
	}
	l.ticking = true
}

func (l *leave) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ticking = false
	switch {
	case !l.served || l.closed || l.looking != nil:
	case l.fresh:
		l.fresh = false
		l.tickLater()
	default:
		l.looking = make(chan []byte, 1)
		go l.look(l.looking)
	}
}

// failed is called when a look has read nothing, because of a deadline or because
// the client has left. It reports whether that is the client of a request that is
// being served. Otherwise somebody looks again: requests that were read together
// have one Read before all of them.
func (l *leave) failed(looking chan<- []byte, late bool) (left bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.served && !late:
		return true
	case l.looking == looking: // no Read waits for it
		l.looking = nil
		if l.served && !l.closed {
			l.tickLater()
		}
	}
	return false
}

// close says that no request follows.
func (l *leave) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.served = true, false
	if l.timer != nil {
		l.timer.Stop()
	}
}

// look reads a byte for the next Read, and ends what is done for a client that
// has left meanwhile.
func (c *conn) look(looking chan<- []byte) {
	p := make([]byte, 1)
	n, err := c.read(p)
	if err != nil && c.leave.failed(looking, errors.Is(err, os.ErrDeadlineExceeded)) {
		c.cancel()
	}
	looking <- p[:n]
}
