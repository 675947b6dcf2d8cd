package runtime_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestForwardedFor: who the client is, behind proxies that are trusted and
// ones that are not.
func TestForwardedFor(t *testing.T) {
	text := func(trusted string) string {
		return trusted + `
[apis.a]
protocol = "rest"
[[apis.a.routes]]
route = "GET /"
integration = { type = "http_proxy", uri = "http://` + echoing(t) + `/" }
`
	}
	for _, test := range []struct{ name, trusted, sent, want string }{
		{"an untrusted peer's word is dropped", "", "1.2.3.4", "127.0.0.1"},
		{"a trusted peer's word counts", `trusted_proxies = ["127.0.0.0/8"]`, "1.2.3.4", "1.2.3.4, 127.0.0.1"},
		{"what an untrusted hop wrote is dropped", `trusted_proxies = ["127.0.0.0/8"]`, "6.6.6.6, 1.2.3.4", "1.2.3.4, 127.0.0.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, files(t, text(test.trusted)))
			_, body := s.get("/", "X-Forwarded-For: "+test.sent)
			if want := "X-Forwarded-For: " + test.want + "\n"; !strings.Contains(body, want) {
				t.Errorf("the backend got\n%swant %q in it", body, want)
			}
		})
	}
}

// TestProxyProtocol: a load balancer's PROXY header says who the client is,
// where it is asked for.
func TestProxyProtocol(t *testing.T) {
	address := echoing(t)
	text := func(mode string) string {
		return "proxy_protocol = \"" + mode + "\"\ntrusted_proxies = [\"127.0.0.0/8\"]\n" + through(address)
	}
	for _, test := range []struct{ mode, header, want string }{
		{"accept", "PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n", "1.2.3.4"},
		{"require", "PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n", "1.2.3.4"},
		{"accept", "", "127.0.0.1"},
	} {
		t.Run(test.mode+" "+test.want, func(t *testing.T) {
			s := serve(t, files(t, text(test.mode)))
			got := s.raw(test.header + "GET /lean/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			if want := "\nForwarded: for=" + test.want + ";"; !strings.Contains(got, want) {
				t.Errorf("the backend got\n%s\nwant %q in it", got, want)
			}
		})
	}
}

// TestReopen: after somebody has renamed the access log, it goes on under its
// name.
func TestReopen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "access.log")
	s := serve(t, files(t, through("127.0.0.1:9")+"[access_log]\nfile = \""+file+"\"\nformat = \"$context.requestId $context.status\"\n"))
	holds := func(file string) func() bool {
		return func() bool {
			b, err := os.ReadFile(file)
			return err == nil && bytes.Count(b, []byte(" 403\n")) == 1
		}
	}
	s.get("/")
	if err := os.Rename(file, file+".1"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first line", holds(file+".1"))
	s.Reopen()
	s.get("/")
	eventually(t, "the second line", holds(file))
	if !holds(file + ".1")() {
		t.Error("the first line is gone")
	}
}

// TestAccessLog: one line for each request, of what was decided about it.
func TestAccessLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "access.log")
	s := serve(t, files(t, orders(echoing(t))+`
[access_log]
file = "`+file+`"
format = '{"id":"$context.requestId","method":"$context.httpMethod","resource":"$context.resourcePath","status":$context.status,"length":$context.responseLength,"type":"$context.error.responseType","tenant":"$context.authorizer.tenant","ip":"$context.identity.sourceIp","integration":"$context.integration.status"}'
`, "session", "add-tenant", "echo", "session.toml", tokens))
	const id = "11111111-2222-4333-8444-555555555555"
	s.get("/orders/1", "X-Amzn-Requestid: "+id)
	s.get("/orders/2", "Authorization: Bearer let-me-in", "X-Amzn-Requestid: "+id)
	s.get("/nowhere", "X-Amzn-Requestid: "+id)

	type line struct {
		ID, Method, Resource string
		Status, Length       int
		Type, Tenant, IP     string
		Integration          string
	}
	var got []line
	eventually(t, "three lines", func() bool {
		b, _ := os.ReadFile(file)
		if bytes.Count(b, []byte("\n")) < 3 {
			return false
		}
		for _, text := range bytes.Split(bytes.TrimSpace(b), []byte("\n")) {
			var l line
			if err := json.Unmarshal(text, &l); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			got = append(got, l)
		}
		return true
	})
	if len(got) != 3 {
		t.Fatalf("got %d lines: %+v", len(got), got)
	}
	got[1].Length = min(got[1].Length, 1) // the backend's answer has some length
	want := []line{
		{id, "GET", "/orders/{id}", 401, 26, "UNAUTHORIZED", "-", "127.0.0.1", "-"},
		{id, "GET", "/orders/{id}", 200, 1, "-", "acme", "127.0.0.1", "200"},
		{id, "GET", "-", 403, 42, "MISSING_AUTHENTICATION_TOKEN", "-", "127.0.0.1", "-"},
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}

// TestAccessLogChange: no line is lost or halved when reloads change the log
// under requests.
func TestAccessLogChange(t *testing.T) {
	logs := []string{filepath.Join(t.TempDir(), "0.log"), filepath.Join(t.TempDir(), "1.log")}
	text := func(n int) string {
		return orders("127.0.0.1:9") + "\n[access_log]\nfile = \"" + logs[n%2] + "\"\nformat = \"$context.requestId $context.status\"\n"
	}
	s := serve(t, files(t, text(0), "session", "add-tenant", "echo", "session.toml", tokens))
	done := make(chan struct{})
	var running sync.WaitGroup
	var asked atomic.Int64
	for range 4 {
		running.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, _, err := s.try("GET", "/echo", nil); err != nil {
					t.Error(err)
					return
				}
				asked.Add(1)
			}
		})
	}
	for n := range 100 {
		s.configure(text(n + 1))
		s.reload()
	}
	close(done)
	running.Wait()
	eventually(t, "all lines", func() bool {
		lines := int64(0)
		for _, f := range logs {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			lines += int64(bytes.Count(b, []byte(" 200\n")))
		}
		return lines == asked.Load()
	})
}

// TestMetrics: what is counted, by API and route and by plugin.
func TestMetrics(t *testing.T) {
	s := serveOrders(t)
	s.get("/orders/1")
	s.get("/orders/1", "Authorization: Bearer let-me-in")
	s.get("/orders/2", "Authorization: Bearer let-me-in")
	s.get("/nowhere")
	s.get("/echo")
	want := map[string]float64{
		`portico_requests_total{api="orders",route="GET /orders/{id}",status="2xx"}`:              2,
		`portico_requests_total{api="orders",route="GET /orders/{id}",status="4xx"}`:              1,
		`portico_requests_total{api="",route="",status="4xx"}`:                                    1,
		`portico_request_seconds{api="orders",route="GET /orders/{id}"}`:                          3,
		`portico_integration_seconds{api="orders",route="GET /orders/{id}"}`:                      2,
		`portico_authorizer_decisions_total{api="orders",from="cache",route="GET /orders/{id}"}`:  1,
		`portico_authorizer_decisions_total{api="orders",from="plugin",route="GET /orders/{id}"}`: 1,
		`portico_plugin_calls_total{kind="authorize",plugin="session"}`:                           1,
		`portico_plugin_calls_total{kind="map_request",plugin="add-tenant"}`:                      2,
		`portico_plugin_calls_total{kind="integrate",plugin="echo"}`:                              1,
		`portico_plugin_call_seconds{kind="integrate",plugin="echo"}`:                             1,
		`portico_plugin_breaker_open{plugin="session"}`:                                           0,
		`portico_plugin_broken{plugin="session"}`:                                                 0,
		`portico_plugin_versions{plugin="session"}`:                                               1,
		`portico_reloads_total{result="ok"}`:                                                      1,
		`portico_snapshot`:                                                                        1,
		`portico_snapshots_draining`:                                                              0,
	}
	// A request is counted after its answer.
	eventually(t, "the counts", func() bool {
		got := s.metrics()
		for name, v := range want {
			if got[name] != v {
				return false
			}
		}
		return true
	})
}

// metrics scrapes: name{labels} to its value, of a histogram its count.
func (s *stand) metrics() map[string]float64 {
	s.t.Helper()
	families, err := s.Gatherer().Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+`="`+l.GetValue()+`"`)
			}
			name := f.GetName()
			if labels != nil {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			switch {
			case m.Counter != nil:
				all[name] = m.Counter.GetValue()
			case m.Gauge != nil:
				all[name] = m.Gauge.GetValue()
			case m.Histogram != nil:
				all[name] = float64(m.Histogram.GetSampleCount())
			}
		}
	}
	return all
}
