package native

import (
	"sync/atomic"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

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

// counters are kept for Stats.
type counters struct {
	calls     [hostabi.Kinds]atomic.Uint64
	failures  [hostabi.Instantiating + 1]atomic.Uint64
	hostCalls atomic.Uint64
	dropped   atomic.Uint64
}

// note counts a call and hands it to the observer.
func (p *Plugin) note(o *Observation) {
	n := &p.counters
	n.calls[o.Kind].Add(1)
	if o.Reason != 0 {
		n.failures[o.Reason].Add(1)
	}
	n.hostCalls.Add(uint64(o.HostCalls))
	if o.LinesDropped > 0 {
		n.dropped.Add(uint64(o.LinesDropped))
	}
	if p.observe != nil {
		p.observe(*o)
	}
}

// Stats returns the state of the plugin.
func (p *Plugin) Stats() Stats {
	n := &p.counters
	s := Stats{
		Failures:     map[hostabi.Reason]uint64{},
		HostCalls:    n.hostCalls.Load(),
		LinesDropped: n.dropped.Load(),
		Instances:    p.pool.Stats(),
	}
	for k := range s.Calls {
		s.Calls[k] = n.calls[k].Load()
	}
	for r := range n.failures {
		if v := n.failures[r].Load(); v > 0 {
			s.Failures[hostabi.Reason(r)] = v
		}
	}
	s.Breaker, s.Opened = p.breaker.State()
	return s
}
