package workbench

import (
	"sync"
	"time"
)

// clock is what plugins see: the machine's, or a time that stands still. It is
// safe for concurrent use: stores read it in the background.
type clock struct {
	mu     sync.Mutex // guards what follows
	at     time.Time  // zero: the clock runs
	passed time.Duration
}

// set begins a case; a zero at is the machine's clock.
func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.passed = at, 0
}

// advance lets time pass.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += d
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now().Add(c.passed)
	}
	return c.at.Add(c.passed)
}
