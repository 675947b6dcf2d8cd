package runtime

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// metrics are the gateway's own; those of plugins are read from the plugins
// when somebody scrapes (pluginmetrics.go).
type metrics struct {
	registry *prometheus.Registry

	requests    *prometheus.CounterVec
	latency     *prometheus.HistogramVec
	integration *prometheus.HistogramVec
	decisions   *prometheus.CounterVec
	reloads     *prometheus.CounterVec
	snapshot    prometheus.Gauge
	draining    prometheus.Gauge

	// unrouted counts requests that no route took.
	unrouted *routeMetrics
}

// seconds are the buckets of times: from a mock's answer to API Gateway's
// longest integration.
var seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "portico_requests_total", Help: "Requests answered, by class of status."}, []string{"api", "route", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "portico_request_seconds", Help: "From the head of a request to the last byte of its answer.", Buckets: seconds}, []string{"api", "route"}),
		integration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "portico_integration_seconds", Help: "From calling an integration to the head of its answer.", Buckets: seconds}, []string{"api", "route"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "portico_authorizer_decisions_total", Help: "Decisions of authorizers, by where they came from."}, []string{"api", "route", "from"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "portico_reloads_total", Help: "Reloads, by result."}, []string{"result"}),
		snapshot: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "portico_snapshot", Help: "Number of the snapshot that serves."}),
		draining: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "portico_snapshots_draining", Help: "Snapshots that are replaced and still have requests."}),
	}
	m.registry.MustRegister(m.requests, m.latency, m.integration, m.decisions, m.reloads, m.snapshot, m.draining,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.unrouted = m.route("", "")
	return m
}

// routeMetrics are the series of one route, found once.
type routeMetrics struct {
	api, route           string
	requests             [6]prometheus.Counter // by first digit of the status
	latency, integration prometheus.Observer
	// decisions of the plugin, of the cache, of a call that another request made
	asked, cached, shared prometheus.Counter
}

func (m *metrics) route(api, route string) *routeMetrics {
	r := &routeMetrics{api: api, route: route,
		latency: m.latency.WithLabelValues(api, route), integration: m.integration.WithLabelValues(api, route),
		asked: m.decisions.WithLabelValues(api, route, "plugin"), cached: m.decisions.WithLabelValues(api, route, "cache"),
		shared: m.decisions.WithLabelValues(api, route, "shared")}
	for i, class := range [...]string{"other", "1xx", "2xx", "3xx", "4xx", "5xx"} {
		r.requests[i] = m.requests.WithLabelValues(api, route, class)
	}
	return r
}

func (m *metrics) observe(x *exchange.Exchange, r *route) {
	series := m.unrouted
	if r != nil {
		series = r.metrics
	}
	class := x.Log.Status / 100
	if class < 1 || class > 5 {
		class = 0
	}
	series.requests[class].Inc()
	series.latency.Observe(x.Log.ResponseLatency.Seconds())
	if x.Log.IntegrationLatency > 0 {
		series.integration.Observe(x.Log.IntegrationLatency.Seconds())
	}
	switch {
	case x.Log.AuthorizerCached:
		series.cached.Inc()
	case x.Log.AuthorizerShared:
		series.shared.Inc()
	case x.Log.AuthorizerLatency > 0:
		series.asked.Inc()
	}
}

// forget drops the series of routes that the next snapshot does not have, so
// that reloading does not pile them up.
func (m *metrics) forget(old, next *Snapshot) {
	type id struct{ api, route string }
	kept := map[id]bool{}
	for _, a := range next.apis {
		for _, r := range a.routes {
			kept[id{r.metrics.api, r.metrics.route}] = true
		}
	}
	for _, a := range old.apis {
		for _, r := range a.routes {
			if l := (prometheus.Labels{"api": r.metrics.api, "route": r.metrics.route}); !kept[id{r.metrics.api, r.metrics.route}] {
				m.requests.DeletePartialMatch(l)
				m.latency.DeletePartialMatch(l)
				m.integration.DeletePartialMatch(l)
				m.decisions.DeletePartialMatch(l)
			}
		}
	}
}
