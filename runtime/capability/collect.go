package capability

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// Describe says nothing: what there is to collect changes with every snapshot.
func (s *State) Describe(chan<- *prometheus.Desc) {}

// Collect gives what the plugins that serve have counted.
func (s *State) Collect(ch chan<- prometheus.Metric) {
	for _, t := range s.counted() {
		t.collect(ch)
	}
	for _, m := range s.served() {
		m.mu.RLock()
		list := slices.Collect(maps.Values(m.series))
		m.mu.RUnlock()
		for _, series := range list {
			ch <- series
		}
	}
	s.collectHTTP(ch)
}

var _ prometheus.Collector = (*State)(nil)

// counted are the tallies of all leases.
func (s *State) counted() (list []*tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.tallies.byKey {
		list = append(list, h.value)
	}
	return list
}

// served are the metrics of the active leases. Of a name that has two types,
// which can be while a snapshot drains, one is left out: it would spoil the
// whole answer.
func (s *State) served() (list []*metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	types := map[string]MetricType{}
	for _, plugin := range slices.Sorted(maps.Keys(s.active)) {
		for _, m := range s.active[plugin].metrics {
			t, ok := types[m.Name]
			if ok && t != m.Type {
				continue
			}
			types[m.Name] = m.Type
			list = append(list, m)
		}
	}
	return list
}
