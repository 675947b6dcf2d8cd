package runtime_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestPluginMetrics: what the series of a plugin say of a call that waits for
// an instance, of one that is late, of traps and of an open breaker.
func TestPluginMetrics(t *testing.T) {
	// On a busy machine a second is too short to see what runs.
	slow := strings.Replace(moods, `plugin = "moods", timeout = "1s"`, `plugin = "moods", timeout = "3s"`, 1)
	s := serve(t, files(t, slow, "moods", "open=moods", "echo",
		"moods.toml", "instances = 1\nqueue_timeout = \"1m\"\n[breaker]\nfailures = 3\nwindow = \"1h\"\nopen = \"1h\"\n"))
	const page = 64 << 10
	wait := series("wait_seconds_total")
	// are wants these values of all series of the plugin but the histograms and
	// the wait. What a call did is counted after its answer.
	are := func(when string, want map[string]float64) {
		t.Helper()
		var got map[string]float64
		for deadline := time.Now().Add(patience); time.Now().Before(deadline) && !maps.Equal(got, want); time.Sleep(time.Millisecond) {
			got = s.metrics()
			maps.DeleteFunc(got, func(name string, _ float64) bool {
				return !strings.HasPrefix(name, "portico_plugin_") || !strings.Contains(name, `plugin="moods"`) ||
					strings.HasPrefix(name, "portico_plugin_call_seconds") || name == wait
			})
		}
		if !maps.Equal(got, want) {
			t.Fatalf("%s: got\n%swant\n%s", when, text(got), text(want))
		}
	}
	now := map[string]float64{
		series("instances_created_total"): 1, series("instances", "state", "idle"): 1, series("instances", "state", "busy"): 0,
		series("memory_bytes"): page, series("waiting"): 0, series("versions"): 1, series("host_calls_total"): 0,
		series("log_lines_dropped_total"): 0, series("breaker_open"): 0, series("breaker_opened_total"): 0, series("broken"): 0,
	}
	become := func(when string, changes map[string]float64) {
		t.Helper()
		maps.Copy(now, changes)
		are(when, now)
	}
	are("loaded", now)
	if got := s.metrics()[wait]; got != 0 {
		t.Errorf("loaded: %s is %v", wait, got)
	}

	// One call loops until its deadline, another waits behind it.
	asked := func(path, mood string, status int) {
		resp, body, err := s.try("GET", path, nil, "X-Mood: "+mood)
		if err != nil || resp.StatusCode != status {
			t.Errorf("%s: got %v %q %v, want %d", mood, resp, body, err, status)
		}
	}
	var asking sync.WaitGroup
	defer asking.Wait()
	start := time.Now()
	asking.Go(func() { asked("/rest/integrate", "loop", 504) })
	become("while one runs", map[string]float64{series("instances", "state", "idle"): 0, series("instances", "state", "busy"): 1})
	asking.Go(func() { asked("/rest/patient", "", 200) })
	become("while one waits", map[string]float64{series("waiting"): 1})
	asking.Wait()
	if got := s.metrics()[wait]; got <= 0 || got > time.Since(start).Seconds() {
		t.Errorf("%s is %v, and the call began %s ago", wait, got, time.Since(start))
	}
	become("after a call that was late and one that behaved", map[string]float64{
		series("waiting"): 0, series("instances", "state", "idle"): 1, series("instances", "state", "busy"): 0,
		series("calls_total", "kind", "integrate"): 2, series("host_calls_total"): 3, // the mood twice, and the answer
		series("failures_total", "reason", "timeout"): 1, series("instances_dropped_total", "reason", "deadline"): 1,
		series("instances_created_total"): 2,
	})
	asked("/rest/integrate", "trap", 502)
	become("after a trap", map[string]float64{
		series("instances", "state", "idle"): 0, series("memory_bytes"): 0,
		series("calls_total", "kind", "integrate"): 3, series("host_calls_total"): 4,
		series("failures_total", "reason", "trap"): 1, series("instances_dropped_total", "reason", "trap"): 1,
	})
	asked("/rest/request", "trap", 500)
	become("after another, which opens the breaker", map[string]float64{
		series("calls_total", "kind", "map_request"): 1, series("host_calls_total"): 6,
		series("failures_total", "reason", "trap"): 2, series("instances_dropped_total", "reason", "trap"): 2,
		series("instances_created_total"): 3, series("breaker_open"): 1, series("breaker_opened_total"): 1,
	})
	asked("/rest/integrate", "", 503)
	asked("/rest/request", "", 500)
	become("refused", map[string]float64{
		series("calls_total", "kind", "integrate"): 4, series("calls_total", "kind", "map_request"): 2,
		series("failures_total", "reason", "breaker open"): 2,
	})
	// Another version begins with a closed breaker, and goes on counting.
	write(t, s.plugin("moods.toml"), "[breaker]\nfailures = 4\n")
	s.reload()
	become("after a change of moods.toml", map[string]float64{
		series("instances", "state", "idle"): 1, series("memory_bytes"): page, series("instances_created_total"): 4, series("breaker_open"): 0,
	})
}

// text has a series on each line.
func text(series map[string]float64) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(series)) {
		fmt.Fprintf(&b, "%s %v\n", name, series[name])
	}
	return b.String()
}

// series is the name of a series of the plugin moods, with a label perhaps.
func series(name string, label ...string) string {
	labels := []string{`plugin="moods"`}
	if label != nil {
		labels = append(labels, label[0]+`="`+label[1]+`"`)
		if label[0] < "plugin" {
			labels[0], labels[1] = labels[1], labels[0]
		}
	}
	return "portico_plugin_" + name + "{" + strings.Join(labels, ",") + "}"
}
