package runtime

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/plugin"
)

// pluginCollector reads what plugins did and hold when somebody scrapes, so
// that a call into a plugin costs no metric.
type pluginCollector struct {
	plugins func() *plugin.Directory
}

var _ prometheus.Collector = pluginCollector{}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("portico_plugin_"+name, help, append([]string{"plugin"}, labels...), nil)
}

var (
	pluginCalls     = describe("calls_total", "Calls into a plugin.", "kind")
	pluginRun       = describe("call_seconds", "Time of calls inside the guest.", "kind")
	pluginWait      = describe("wait_seconds_total", "Time that calls waited for an instance.")
	pluginFailures  = describe("failures_total", "Calls that failed, by reason.", "reason")
	pluginHostCalls = describe("host_calls_total", "Calls from the guest to the host.")
	pluginState     = describe("capability_calls_total", "Calls from the guest into a capability.", "capability")
	pluginInstances = describe("instances", "Instances that live, idle ones and busy ones.", "state")
	pluginWaiting   = describe("waiting", "Calls that wait for an instance.")
	pluginCreated   = describe("instances_created_total", "Instances made.")
	pluginDropped   = describe("instances_dropped_total", "Instances thrown away, by reason.", "reason")
	pluginMemory    = describe("memory_bytes", "Linear memory of all instances.")
	pluginBreaker   = describe("breaker_open", "1 while the breaker refuses calls.")
	pluginOpened    = describe("breaker_opened_total", "How often the breaker opened.")
	pluginVersions  = describe("versions", "Versions that live; more than one while an old one drains.")
	pluginLines     = describe("log_lines_dropped_total", "Lines that the guest logged over its bound.")
	pluginBroken    = describe("broken", "1 for files in the plugin directory that cannot be loaded.")
)

func (c pluginCollector) Describe(ch chan<- *prometheus.Desc) { ch <- pluginCalls }

func (c pluginCollector) Collect(ch chan<- prometheus.Metric) {
	d := c.plugins()
	if d == nil {
		return
	}
	for _, s := range d.Stats() {
		collect(ch, &s)
	}
	for _, s := range d.Status() {
		broken := 0.0
		if s.State == plugin.Broken {
			broken = 1
		}
		ch <- prometheus.MustNewConstMetric(pluginBroken, prometheus.GaugeValue, broken, s.Name)
	}
}

func collect(ch chan<- prometheus.Metric, s *plugin.PluginStats) {
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, append([]string{s.Name}, labels...)...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{s.Name}, labels...)...)
	}
	for k := range hostabi.Kinds {
		kind := s.Kinds[k]
		if kind.Calls == 0 {
			continue
		}
		name := hostabi.Kind(k).String()
		counter(pluginCalls, float64(kind.Calls), name)
		ch <- prometheus.MustNewConstHistogram(pluginRun, kind.Run.Count, kind.Run.Sum.Seconds(), kind.Run.Cumulative(), s.Name, name)
	}
	for reason, n := range s.Failures {
		counter(pluginFailures, float64(n), reason.String())
	}
	counter(pluginWait, s.Wait.Seconds())
	counter(pluginHostCalls, float64(s.HostCalls))
	for i, n := range s.StateCalls {
		if n > 0 {
			counter(pluginState, float64(n), hostabi.Capability(i).String())
		}
	}
	counter(pluginLines, float64(s.LinesDropped))
	counter(pluginCreated, float64(s.Instances.Created))
	counter(pluginOpened, float64(s.Opened))
	for i, reason := range engine.DropReasons() {
		if n := s.Instances.Dropped[i]; n > 0 {
			counter(pluginDropped, float64(n), reason)
		}
	}
	gauge(pluginInstances, float64(s.Instances.Idle), "idle")
	gauge(pluginInstances, float64(s.Instances.Live-s.Instances.Idle), "busy")
	gauge(pluginWaiting, float64(s.Instances.Waiting))
	gauge(pluginMemory, float64(s.Instances.MemoryBytes))
	gauge(pluginVersions, float64(s.Versions))
	open := 0.0
	if s.Breaker != engine.BreakerClosed {
		open = 1
	}
	gauge(pluginBreaker, open)
}
