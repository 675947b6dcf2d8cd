package adapter

import (
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Observation is one call, for metrics.
type Observation struct {
	Kind   hostabi.Kind
	Reason hostabi.Reason // 0 when the guest answered
	Answer int32
	Wait   time.Duration // for an instance
	Run    time.Duration // in the guest, host functions included

	HostCalls    int
	LinesDropped int // that the guest wrote to the log over its bound
}

// Stats is what a plugin has done so far, and its instances now.
type Stats struct {
	Calls        [hostabi.Kinds]uint64 // by kind, those that failed included
	Failures     map[hostabi.Reason]uint64
	HostCalls    uint64
	LinesDropped uint64
	Instances    engine.Stats
	Breaker      engine.BreakerState
	Opened       uint64 // how often the breaker did
}

// Counters are kept for Stats. They are safe for concurrent use.
type Counters struct {
	calls     [hostabi.Kinds]atomic.Uint64
	failures  [hostabi.Reasons]atomic.Uint64
	hostCalls atomic.Uint64
	dropped   atomic.Uint64
}

// Note counts a call.
func (n *Counters) Note(o *Observation) {
	n.calls[o.Kind].Add(1)
	if o.Reason != 0 {
		n.failures[o.Reason].Add(1)
	}
	n.hostCalls.Add(uint64(o.HostCalls))
	if o.LinesDropped > 0 {
		n.dropped.Add(uint64(o.LinesDropped))
	}
}

// Stats returns what was counted, with the state of the pool and the breaker.
func (n *Counters) Stats(p *engine.Pool, b *engine.Breaker) Stats {
	s := Stats{
		Failures:     map[hostabi.Reason]uint64{},
		HostCalls:    n.hostCalls.Load(),
		LinesDropped: n.dropped.Load(),
		Instances:    p.Stats(),
	}
	for k := range s.Calls {
		s.Calls[k] = n.calls[k].Load()
	}
	for r := range n.failures {
		if v := n.failures[r].Load(); v > 0 {
			s.Failures[hostabi.Reason(r)] = v
		}
	}
	s.Breaker, s.Opened = b.State()
	return s
}
