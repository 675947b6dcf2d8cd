package runtime

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/runtime/jwt"
)

// keyCollector reads the state of issuers' keys when somebody scrapes.
type keyCollector struct{ keys *jwt.Registry }

var _ prometheus.Collector = keyCollector{}

var (
	keyFetches = prometheus.NewDesc("portico_jwt_fetches_total", "Fetches of an issuer's keys, by result.", []string{"url", "result"}, nil)
	keyNumber  = prometheus.NewDesc("portico_jwt_keys", "Keys of an issuer that can be used.", []string{"url"}, nil)
	keyAge     = prometheus.NewDesc("portico_jwt_keys_age_seconds", "How long ago an issuer's keys were fetched.", []string{"url"}, nil)
)

func (c keyCollector) Describe(ch chan<- *prometheus.Desc) { ch <- keyFetches }

func (c keyCollector) Collect(ch chan<- prometheus.Metric) {
	for _, s := range c.keys.Stats() {
		ch <- prometheus.MustNewConstMetric(keyFetches, prometheus.CounterValue, float64(s.Succeeded), s.URL, "ok")
		ch <- prometheus.MustNewConstMetric(keyFetches, prometheus.CounterValue, float64(s.Failed), s.URL, "failed")
		if s.Fetched {
			ch <- prometheus.MustNewConstMetric(keyNumber, prometheus.GaugeValue, float64(s.Keys), s.URL)
			ch <- prometheus.MustNewConstMetric(keyAge, prometheus.GaugeValue, s.Age.Seconds(), s.URL)
		}
	}
}
