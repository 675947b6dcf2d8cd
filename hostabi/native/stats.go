package native

import (
	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
)

// Stats is what a plugin has done so far, and its instances now.
type Stats = adapter.Stats

// Observation is one call, for metrics.
type Observation = adapter.Observation

// note counts a call and hands it to the observer.
func (p *Plugin) note(o *Observation) {
	p.counters.Note(o)
	if p.observe != nil {
		p.observe(*o)
	}
}

// Stats returns the state of the plugin.
func (p *Plugin) Stats() Stats { return p.counters.Stats(p.pool, p.breaker) }

// countState adds what a call used of capabilities.
func (p *Plugin) countState(c *call) {
	for i := range c.usage.Capability {
		if n := c.usage.Capability[i] - c.before[i]; n > 0 {
			p.used[i].Add(uint64(n))
		}
	}
}

// StateCalls is how often guests have called into each capability, also after
// Close. These calls are among Stats.HostCalls.
func (p *Plugin) StateCalls() (calls [hostabi.CapabilityCount]uint64) {
	for i := range calls {
		calls[i] = p.used[i].Load()
	}
	return calls
}
