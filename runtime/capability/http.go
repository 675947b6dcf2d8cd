package capability

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/runtime/outbound"
)

// openHTTP gives a lease its requests to other hosts. The caller holds State.mu.
func (l *Lease) openHTTP() error {
	s, o := l.state, l.grants.HTTP
	o.Log = s.stores.Log.With("plugin", l.plugin)
	o.Stats = s.sent.acquire(l.plugin, func() *outbound.Stats { return &outbound.Stats{} })
	o.Redact = l.secrets.Redact
	o.Secret = func(name string) ([]byte, error) {
		v, _, err := l.secrets.value(name)
		return v, err
	}
	c, err := s.hosts.NewClient(o)
	if err != nil {
		s.sent.release(l.plugin)
		return err
	}
	l.http, l.capabilities.HTTP = c, c
	return nil
}

var (
	httpRequests = prometheus.NewDesc("portico_plugin_http_requests_total",
		"Requests of a plugin to other hosts, by how they ended.", []string{"plugin", "outcome"}, nil)
	httpSeconds = prometheus.NewDesc("portico_plugin_http_seconds_total",
		"Time until the heads of answers of other hosts.", []string{"plugin"}, nil)
	httpOpen = prometheus.NewDesc("portico_plugin_http_open",
		"Requests to other hosts that are under way, answers that are read included.", []string{"plugin"}, nil)
)

// collectHTTP gives what plugins have sent. A version that is only being built
// has sent nothing.
func (s *State) collectHTTP(ch chan<- prometheus.Metric) {
	s.mu.Lock()
	sent := make(map[string]*outbound.Stats, len(s.sent.byKey))
	for plugin, h := range s.sent.byKey {
		sent[plugin] = h.value
	}
	s.mu.Unlock()
	for _, plugin := range slices.Sorted(maps.Keys(sent)) {
		stats := sent[plugin]
		stats.Requests(func(outcome string, n uint64) {
			if n > 0 {
				ch <- prometheus.MustNewConstMetric(httpRequests, prometheus.CounterValue, float64(n), plugin, outcome)
			}
		})
		ch <- prometheus.MustNewConstMetric(httpSeconds, prometheus.CounterValue, stats.Waited().Seconds(), plugin)
		ch <- prometheus.MustNewConstMetric(httpOpen, prometheus.GaugeValue, float64(stats.Open()), plugin)
	}
}
