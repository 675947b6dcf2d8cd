package runtime

import (
	"maps"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// TestDecisionsAreCountedByWhereTheyCameFrom: only a call of the request's own
// is one of the plugin.
func TestDecisionsAreCountedByWhereTheyCameFrom(t *testing.T) {
	m := newMetrics()
	for _, log := range []exchange.Record{
		{},
		{AuthorizerLatency: time.Second},
		{AuthorizerLatency: time.Second, AuthorizerShared: true},
		{AuthorizerCached: true},
	} {
		m.observe(&exchange.Exchange{Log: log}, nil)
	}
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "portico_authorizer_decisions_total" {
			continue
		}
		for _, series := range f.GetMetric() {
			for _, l := range series.GetLabel() {
				if l.GetName() == "from" {
					got[l.GetValue()] = series.GetCounter().GetValue()
				}
			}
		}
	}
	if want := map[string]float64{"plugin": 1, "cache": 1, "shared": 1}; !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}
