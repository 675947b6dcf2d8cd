package front

import (
	"sync"
	"time"
)

// leavePatience is how long a request is served before somebody waits for its
// client to leave. net/http begins to read, in a goroutine of its own, as soon
// as a request without a body is there; most are answered long before anything
// comes, and the read finds nothing and has to be interrupted. A client that
// leaves is noticed within twice this time.
const leavePatience = 25 * time.Millisecond

// leave holds back net/http's read that waits for a client to leave, one byte
// long, until leavePatience has gone by once or twice or the request has ended.
// The zero value holds back nothing. It is safe for concurrent use.
type leave struct {
	wake chan bool // whether to read; holds one

	mu      sync.Mutex // guards the following
	held    bool       // a request without a body is being served
	waiting bool       // the read waits
	fresh   bool       // it began after the last tick
	ticking bool       // timer is set to run
	closed  bool
	timer   *time.Timer
}

// hold says that reads of one byte are net/http's, or no longer so.
func (l *leave) hold(on bool) {
	l.mu.Lock()
	l.held = on
	l.mu.Unlock()
}

// wait is called before a read of one byte. It reports whether to read, and
// not to fail as one whose deadline has passed.
func (l *leave) wait() bool {
	l.mu.Lock()
	if !l.held || l.closed {
		l.mu.Unlock()
		return true
	}
	if l.wake == nil {
		l.wake = make(chan bool, 1)
		l.timer = time.AfterFunc(leavePatience, l.tick)
		l.ticking = true
	} else if !l.ticking {
		l.timer.Reset(leavePatience)
		l.ticking = true
	}
	l.waiting, l.fresh = true, true
	l.mu.Unlock()
	return <-l.wake
}

// tick runs while requests follow each other. A timer that is set and stopped
// for each of them would cost what it is to save.
func (l *leave) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
	case l.fresh:
		l.fresh = false
		l.timer.Reset(leavePatience)
		return
	case l.waiting:
		l.end(true)
	}
	l.ticking = false
}

// end lets a read that waits go on, or fail, and reports whether there was one.
// The caller holds mu.
func (l *leave) end(read bool) bool {
	if !l.waiting {
		return false
	}
	l.waiting = false
	l.wake <- read
	return true
}

// interrupt is called with a deadline for reading. Where it has passed, which is
// how net/http ends its read after the request, it ends the wait. It reports
// whether there was one: then there is nothing else to interrupt.
func (l *leave) interrupt(deadline time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.held && !l.waiting || time.Now().Before(deadline) {
		return false
	}
	l.held = false // also for a read that has not begun
	return l.end(false)
}

// close lets a read that waits find that the connection is closed.
func (l *leave) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.ticking {
		l.timer.Stop()
	}
	l.end(true)
}
