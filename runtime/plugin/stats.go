package plugin

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// PluginStats is what the plugin of a name has done, and what it holds.
// Counters do not go back when a version is replaced by the next.
type PluginStats struct {
	Name     string
	Digest   string // of the newest version
	Versions int    // that live; more than one while an old one drains

	Kinds        [hostabi.Kinds]KindStats
	Failures     map[hostabi.Reason]uint64
	HostCalls    uint64
	StateCalls   [hostabi.CapabilityCount]uint64 // of HostCalls, by capability
	LinesDropped uint64                          // that the guest logged over its bound
	Wait         time.Duration                   // for instances, of all calls together

	Instances engine.Stats        // of all versions together
	Breaker   engine.BreakerState // of the newest version
	Opened    uint64              // how often the breaker did
}

// KindStats is the part of one kind of call.
type KindStats struct {
	Calls uint64 // those that failed included
	Run   Histogram
}

// Histogram counts how long calls took in the guest. Calls that found no
// instance are not in it.
type Histogram struct {
	Count   uint64
	Sum     time.Duration
	buckets [len(bounds) + 1]uint64
}

// bounds are the buckets: a getter in a small guest, to the longest timeouts.
var bounds = [...]time.Duration{
	10 * time.Microsecond, 25 * time.Microsecond, 50 * time.Microsecond,
	100 * time.Microsecond, 250 * time.Microsecond, time.Millisecond,
	5 * time.Millisecond, 25 * time.Millisecond, 100 * time.Millisecond,
	500 * time.Millisecond, 2 * time.Second, 10 * time.Second,
}

// Cumulative gives for each bound in seconds the number of calls that took no
// longer, as Prometheus wants it.
func (h *Histogram) Cumulative() map[float64]uint64 {
	m := make(map[float64]uint64, len(bounds))
	var sum uint64
	for i, b := range bounds {
		sum += h.buckets[i]
		m[b.Seconds()] = sum
	}
	return m
}

// timings are kept for Histogram.
type timings struct {
	wait  atomic.Int64
	kinds [hostabi.Kinds]struct {
		sum     atomic.Int64
		buckets [len(bounds) + 1]atomic.Uint64
	}
}

// observe counts a call.
func (t *timings) observe(o adapter.Observation) {
	if o.Wait != 0 {
		t.wait.Add(int64(o.Wait))
	}
	if o.Run <= 0 || int(o.Kind) >= len(t.kinds) {
		return
	}
	k := &t.kinds[o.Kind]
	i := 0
	for i < len(bounds) && o.Run > bounds[i] {
		i++
	}
	k.buckets[i].Add(1)
	k.sum.Add(int64(o.Run))
}

func (t *timings) histogram(k int) (h Histogram) {
	for i := range h.buckets {
		h.buckets[i] = t.kinds[k].buckets[i].Load()
		h.Count += h.buckets[i]
	}
	h.Sum = time.Duration(t.kinds[k].sum.Load())
	return h
}

// of adds what a version has done and holds.
func (s *PluginStats) of(p *Plugin) {
	g := p.guest.Stats()
	for k := range s.Kinds {
		s.Kinds[k].Calls += g.Calls[k]
		h := p.timings.histogram(k)
		s.Kinds[k].Run.add(&h)
	}
	s.addFailures(g.Failures)
	s.HostCalls += g.HostCalls
	if used, ok := p.guest.(interface {
		StateCalls() [hostabi.CapabilityCount]uint64
	}); ok {
		s.addStateCalls(used.StateCalls())
	}
	s.LinesDropped += g.LinesDropped
	s.Wait += time.Duration(p.timings.wait.Load())
	s.Opened += g.Opened
	s.Breaker = g.Breaker
	s.Instances.Live += g.Instances.Live
	s.Instances.Idle += g.Instances.Idle
	s.Instances.Waiting += g.Instances.Waiting
	s.Instances.MemoryBytes += g.Instances.MemoryBytes
	s.addInstances(&g.Instances)
}

// past adds the counters of versions that are gone.
func (s *PluginStats) past(t *PluginStats) {
	for k := range s.Kinds {
		s.Kinds[k].Calls += t.Kinds[k].Calls
		s.Kinds[k].Run.add(&t.Kinds[k].Run)
	}
	s.addFailures(t.Failures)
	s.HostCalls += t.HostCalls
	s.addStateCalls(t.StateCalls)
	s.LinesDropped += t.LinesDropped
	s.Wait += t.Wait
	s.Opened += t.Opened
	s.addInstances(&t.Instances)
}

func (s *PluginStats) addFailures(m map[hostabi.Reason]uint64) {
	if s.Failures == nil {
		s.Failures = map[hostabi.Reason]uint64{}
	}
	for r, n := range m {
		s.Failures[r] += n
	}
}

func (s *PluginStats) addStateCalls(calls [hostabi.CapabilityCount]uint64) {
	for i, n := range calls {
		s.StateCalls[i] += n
	}
}

func (s *PluginStats) addInstances(i *engine.Stats) {
	s.Instances.Created += i.Created
	s.Instances.Failed += i.Failed
	s.Instances.Busy += i.Busy
	for r := range i.Dropped {
		s.Instances.Dropped[r] += i.Dropped[r]
	}
}

func (h *Histogram) add(o *Histogram) {
	h.Count += o.Count
	h.Sum += o.Sum
	for i := range h.buckets {
		h.buckets[i] += o.buckets[i]
	}
}

// Stats returns the plugins that are loaded, by name. Those of a name count
// together: while a version drains and the next one serves, there are two.
func (d *Directory) Stats() []PluginStats {
	d.mu.Lock()
	defer d.mu.Unlock()
	byName := map[string]*PluginStats{}
	for _, p := range d.versions() {
		s := byName[p.name]
		if s == nil {
			s = &PluginStats{Name: p.name}
			if past := d.past[p.name]; past != nil {
				s.past(past)
			}
			byName[p.name] = s
		}
		s.of(p)
		s.Digest = p.digest
		s.Versions++
	}
	all := make([]PluginStats, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, *byName[name])
	}
	return all
}

// versions are the plugins that live, the newest of a name last. The caller
// holds mu.
func (d *Directory) versions() []*Plugin {
	return slices.SortedFunc(maps.Keys(d.live), func(a, b *Plugin) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return a.loaded.Compare(b.loaded)
	})
}

// bury keeps the counters of a plugin that was closed, as long as another
// version of its name lives: that one goes on counting.
func (d *Directory) bury(p *Plugin) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.live, p)
	for other := range d.live {
		if other.name != p.name {
			continue
		}
		past := d.past[p.name]
		if past == nil {
			past = &PluginStats{}
			d.past[p.name] = past
		}
		var own PluginStats
		own.of(p)
		past.past(&own)
		return
	}
	delete(d.past, p.name)
}
