package engine

import "errors"

// Stats describes a pool at one moment.
type Stats struct {
	Live    int // instances that exist, those being made included
	Idle    int
	Waiting int    // calls in the queue
	Created uint64 // instances made
	Failed  uint64 // instances that could not be made
	Busy    uint64 // waits that ended with ErrBusy
	Dropped Drops

	// MemoryBytes is the linear memory of the live instances, as of when each
	// was last put back.
	MemoryBytes int64
}

// Drops counts the instances that are gone, by reason; index it with the
// names that DropReasons returns in the same order.
type Drops [dropReasons]uint64

type dropReason uint8

const (
	dropTrap dropReason = iota
	dropDeadline
	dropCanceled
	dropExit
	dropHost
	dropGrown
	dropFresh
	dropIdle
	dropClosed
	dropReasons
	keep
)

// DropReasons names the entries of Drops.
func DropReasons() []string {
	return []string{"trap", "deadline", "canceled", "exit", "host", "grown", "fresh", "idle", "closed"}
}

func reasonOf(kind error) dropReason {
	switch {
	case errors.Is(kind, ErrTrap):
		return dropTrap
	case errors.Is(kind, ErrDeadline):
		return dropDeadline
	case errors.Is(kind, ErrCanceled):
		return dropCanceled
	case errors.Is(kind, ErrExit):
		return dropExit
	}
	return dropHost
}

// Stats returns the state of the pool.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Idle = len(p.idle)
	s.Waiting = len(p.queue)
	return s
}

// account brings the pool's sum of memory up to date. The caller holds mu and
// the instance.
func (p *Pool) account(i *Instance) {
	bytes := int64(i.MemoryPages()) << 16
	p.stats.MemoryBytes += bytes - i.accounted
	i.accounted = bytes
}
