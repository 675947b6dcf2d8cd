package capability

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/hostabi"
)

// metric is a declared metric of one plugin with its series.
type metric struct {
	plugin string
	redact func(text []byte) []byte
	Metric

	mu     sync.RWMutex // guards series
	series map[string]series
}

// series is a metric with one combination of labels: a Counter, Gauge or
// Histogram of Prometheus.
type series = prometheus.Metric

func newMetric(plugin string, m Metric, redact func(text []byte) []byte) *metric {
	if m.Series == 0 {
		m.Series = DefaultSeries
	}
	if m.Buckets == nil {
		m.Buckets = DefaultBuckets
	}
	return &metric{plugin: plugin, redact: redact, Metric: m, series: map[string]series{}}
}

// key tells a declaration from every other: what is counted goes on counting as
// long as it is the same.
func (m Metric) key(plugin string) string { return fmt.Sprintf("%s\x00%+v", plugin, m) }

// find returns the series of a combination of labels, which it makes if it is
// new.
func (m *metric) find(labels []hostabi.Field) (series, error) {
	var room [256]byte // longer combinations are rare
	key, err := m.appendKey(room[:0], labels)
	if err != nil {
		return nil, err
	}
	m.mu.RLock()
	s := m.series[string(key)]
	m.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	// No series has a secret in its labels, so those that have one come here each
	// time, and get the series of those that differ in the secret alone.
	if clean := m.redacted(labels); clean != nil {
		if key, err = m.appendKey(room[:0], clean); err != nil {
			return nil, err
		}
		labels = clean
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.series[string(key)]; s != nil {
		return s, nil
	}
	if len(m.series) >= m.Series {
		return nil, hostabi.E2BIG
	}
	s = m.newSeries(labels)
	m.series[string(key)] = s
	return s, nil
}

// redacted are labels without the values of secrets, nil if they have none.
func (m *metric) redacted(labels []hostabi.Field) (clean []hostabi.Field) {
	for i, l := range labels {
		v := string(m.redact([]byte(l.Value)))
		if v == l.Value {
			continue
		}
		if clean == nil {
			clean = slices.Clone(labels)
		}
		clean[i].Value = v
	}
	return clean
}

// appendKey appends the values of all declared labels, in their order.
func (m *metric) appendKey(b []byte, labels []hostabi.Field) ([]byte, error) {
	known := 0
	tooLong := false
	for _, name := range m.Labels {
		value, found := "", false
		for i := range labels {
			if labels[i].Name != name {
				continue
			}
			if found {
				return nil, hostabi.EINVAL // twice
			}
			value, found = labels[i].Value, true
			known++
		}
		if !utf8.ValidString(value) {
			return nil, hostabi.EINVAL
		}
		tooLong = tooLong || len(value) > hostabi.MaxLabel
		b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
		b = append(b, value...)
	}
	switch {
	case known < len(labels):
		return nil, hostabi.EINVAL
	case tooLong:
		return nil, hostabi.E2BIG
	}
	return b, nil
}

// family is the name under which a metric is served. The prefix keeps it apart
// from the gateway's own.
func family(name string) string { return "portico_custom_" + name }

// help is one text for all: plugins that count in metrics of the same name would
// have to agree on it.
const help = "Counted by plugins."

func (m *metric) newSeries(labels []hostabi.Field) series {
	fixed := prometheus.Labels{"plugin": m.plugin}
	for _, name := range m.Labels {
		fixed[name] = ""
	}
	for _, l := range labels {
		fixed[strings.Clone(l.Name)] = strings.Clone(l.Value)
	}
	switch m.Type {
	case Counter:
		return prometheus.NewCounter(prometheus.CounterOpts{Name: family(m.Name), Help: help, ConstLabels: fixed})
	case Gauge:
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: family(m.Name), Help: help, ConstLabels: fixed})
	}
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: family(m.Name), Help: help, ConstLabels: fixed, Buckets: m.Buckets})
}

// metrics are those of one lease, by name.
type metrics map[string]*metric

var _ hostabi.Metrics = metrics(nil)

func (m metrics) find(name string, t MetricType, labels []hostabi.Field, v float64) (series, error) {
	d, ok := m[name]
	switch {
	case !ok:
		return nil, hostabi.ENOENT
	case d.Type != t || math.IsNaN(v) || math.IsInf(v, 0) || t == Counter && v < 0:
		return nil, hostabi.EINVAL
	}
	return d.find(labels)
}

func (m metrics) Add(name string, labels []hostabi.Field, v float64) error {
	s, err := m.find(name, Counter, labels, v)
	if err != nil {
		return err
	}
	s.(prometheus.Counter).Add(v)
	return nil
}

func (m metrics) Set(name string, labels []hostabi.Field, v float64) error {
	s, err := m.find(name, Gauge, labels, v)
	if err != nil {
		return err
	}
	s.(prometheus.Gauge).Set(v)
	return nil
}

func (m metrics) Observe(name string, labels []hostabi.Field, v float64) error {
	s, err := m.find(name, Histogram, labels, v)
	if err != nil {
		return err
	}
	s.(prometheus.Histogram).Observe(v)
	return nil
}
