package capability_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
)

func metricsOf(list ...capability.Metric) capability.Grants {
	return capability.Grants{Namespace: "n", Has: has(hostabi.CapabilityMetrics), Metrics: list}
}

// gathered is what Prometheus gets, a line for each series.
func gathered(t *testing.T, s *capability.State) (lines []string) {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(s)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			v := m.GetCounter().GetValue() + m.GetGauge().GetValue()
			if h := m.GetHistogram(); h != nil {
				v = h.GetSampleSum()
				labels = append(labels, fmt.Sprintf("buckets=%d count=%d", len(h.Bucket), h.GetSampleCount()))
			}
			lines = append(lines, fmt.Sprintf("%s{%s} %v", f.GetName(), strings.Join(labels, ","), v))
		}
	}
	slices.Sort(lines)
	return lines
}

func label(pairs ...string) (fields []hostabi.Field) {
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, hostabi.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return fields
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func TestMetricsAreServed(t *testing.T) {
	s := newState(t, capability.Stores{})
	hits := capability.Metric{Name: "hits_total", Labels: []string{"tenant", "kind"}}
	p := acquire(t, s, "p", metricsOf(hits, capability.Metric{Name: "level", Type: capability.Gauge},
		capability.Metric{Name: "size", Type: capability.Histogram, Buckets: []float64{1, 2}})).Capabilities().Metrics
	q := acquire(t, s, "q", metricsOf(capability.Metric{Name: "hits_total", Labels: []string{"other"}})).Capabilities().Metrics
	try(t, p.Add("hits_total", label("tenant", "a", "kind", "k"), 1))
	try(t, p.Add("hits_total", label("kind", "k", "tenant", "a"), 2))
	try(t, p.Add("hits_total", label("tenant", "b"), 0))
	try(t, p.Set("level", nil, -4))
	try(t, p.Observe("size", nil, 1.5))
	try(t, p.Observe("size", nil, 2.5))
	try(t, q.Add("hits_total", label("other", "x"), 7))
	compare(t, gathered(t, s), []string{
		"portico_custom_hits_total{kind=,plugin=p,tenant=b} 0",
		"portico_custom_hits_total{kind=k,plugin=p,tenant=a} 3",
		"portico_custom_hits_total{other=x,plugin=q} 7",
		"portico_custom_level{plugin=p} -4",
		"portico_custom_size{plugin=p,buckets=2 count=2} 4",
	})
}

func TestSeriesAreBounded(t *testing.T) {
	s := newState(t, capability.Stores{})
	m := acquire(t, s, "p", metricsOf(capability.Metric{Name: "m", Labels: []string{"l"}, Series: 3})).Capabilities().Metrics
	for i := range 3 {
		try(t, m.Add("m", label("l", fmt.Sprint(i)), 1))
	}
	if err := m.Add("m", label("l", "3"), 1); !errors.Is(err, hostabi.E2BIG) {
		t.Errorf("the fourth series gave %v", err)
	}
	try(t, m.Add("m", label("l", "2"), 1))
	if err := m.Add("m", label("l", "\xff"), 1); !errors.Is(err, hostabi.EINVAL) {
		t.Errorf("a label that is not UTF-8 gave %v", err)
	}
	if got := len(gathered(t, s)); got != 3 {
		t.Errorf("%d series are served, want 3", got)
	}
}

func TestCountersGoOnOverUpdates(t *testing.T) {
	s := newState(t, capability.Stores{})
	counter := capability.Metric{Name: "m", Labels: []string{"l"}}
	count := func(l *capability.Lease) { try(t, l.Capabilities().Metrics.Add("m", nil, 1)) }
	old, err := s.Acquire("p", metricsOf(counter))
	try(t, err)
	old.Activate()
	count(old)
	same, err := s.Acquire("p", metricsOf(counter, capability.Metric{Name: "n"}))
	try(t, err)
	same.Activate()
	old.Release()
	count(same)
	compare(t, gathered(t, s), []string{"portico_custom_m{l=,plugin=p} 2"})

	// Another declaration begins anew once it serves; what drains does not show.
	counter.Labels, counter.Type = nil, capability.Gauge
	other, err := s.Acquire("p", metricsOf(counter))
	try(t, err)
	compare(t, gathered(t, s), []string{"portico_custom_m{l=,plugin=p} 2"})
	other.Activate()
	try(t, other.Capabilities().Metrics.Set("m", nil, 9))
	count(same)
	compare(t, gathered(t, s), []string{"portico_custom_m{plugin=p} 9"})
	same.Release()
	compare(t, gathered(t, s), []string{"portico_custom_m{plugin=p} 9"})
	other.Release()
	compare(t, gathered(t, s), nil)
}

func TestMetricsOfOneNameHaveOneType(t *testing.T) {
	s := newState(t, capability.Stores{})
	p := acquire(t, s, "p", metricsOf(capability.Metric{Name: "m"}))
	_, err := s.Acquire("q", metricsOf(capability.Metric{Name: "m", Type: capability.Gauge}))
	if want := `metrics.m: metrics of one name have one type, and plugin "p" has it as a counter`; !errors.Is(err, capability.ErrMetric) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	try(t, p.Capabilities().Metrics.Add("m", nil, 1))

	// While p drains in its old type, its new one and q's can both be there: the
	// answer stays whole.
	next, err := s.Acquire("p", metricsOf())
	try(t, err)
	next.Activate()
	p.Release()
	q := acquire(t, s, "q", metricsOf(capability.Metric{Name: "m", Type: capability.Gauge}))
	try(t, q.Capabilities().Metrics.Set("m", nil, 2))
	compare(t, gathered(t, s), []string{"portico_custom_m{plugin=q} 2"})
	next.Release()
}
