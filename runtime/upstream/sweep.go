package upstream

import "time"

// startSweeper sees to it that idle connections are looked at.
func (l *Lean) startSweeper() {
	if l.swept.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Load() || l.swept.Load() {
		return
	}
	l.swept.Store(true)
	l.sweeping.Add(1)
	l.sweeper = time.AfterFunc(l.opts.IdleTimeout/2, l.sweep)
}

// sweep closes connections that were idle too long and forgets addresses that
// have none. It runs again as long as there are addresses.
func (l *Lean) sweep() {
	defer l.sweeping.Done()
	old := l.expire(time.Now().Add(-l.opts.IdleTimeout))
	for _, c := range old {
		c.nc.Close()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Load() || len(*l.hosts.Load()) == 0 {
		l.swept.Store(false)
		return
	}
	l.sweeping.Add(1)
	l.sweeper.Reset(l.opts.IdleTimeout / 2)
}

// expire takes the connections that are idle since before t out of the table.
func (l *Lean) expire(t time.Time) (old []*conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	hosts := make(map[string]*host)
	for addr, h := range *l.hosts.Load() {
		c, gone := h.expire(t)
		old = append(old, c...)
		if !gone {
			hosts[addr] = h
		}
	}
	l.hosts.Store(&hosts)
	return old
}

// CloseIdle implements [Client].
func (l *Lean) CloseIdle() {
	// No connection is idle since later than this.
	for _, c := range l.expire(time.Now().Add(time.Hour)) {
		c.nc.Close()
	}
}

// Close implements [Client].
func (l *Lean) Close() error {
	l.closed.Store(true)
	l.mu.Lock()
	if l.sweeper != nil && l.sweeper.Stop() {
		l.swept.Store(false)
		l.sweeping.Done()
	}
	l.mu.Unlock()
	l.sweeping.Wait()
	l.CloseIdle()
	return nil
}
