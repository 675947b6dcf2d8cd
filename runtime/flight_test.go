package runtime_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestAStalledBodyKeepsNobodyOut: an authorizer that reads bodies waits for a
// client that sends half of one. Others with the same identity neither wait for
// it nor get what comes of it, then or later.
func TestAStalledBodyKeepsNobodyOut(t *testing.T) {
	s := serve(t, files(t, `read_timeout = "5m"
[apis.a]
protocol = "rest"
[apis.a.authorizers.reads]
type = "request"
plugin = "reads"
identity_source = ["method.request.header.Authorization"]
ttl = "5m"
timeout = "5m"
[[apis.a.routes]]
route = "POST /"
authorizer = "reads"
integration = { type = "mock" }
`, "reads"))
	post := func(when string) {
		t.Helper()
		if resp, _ := s.do("POST", "/", strings.NewReader("whole"), "Authorization: same"); resp.StatusCode != 200 {
			t.Errorf("%s: %s, want 200", when, resp.Status)
		}
	}
	busy := func(n float64) func() bool {
		return func() bool { return s.metrics()[`portico_plugin_instances{plugin="reads",state="busy"}`] == n }
	}
	c := s.dial()
	fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: h\r\nAuthorization: same\r\nContent-Length: 10\r\n\r\nhalf")
	eventually(t, "the call for who stalls", busy(1))
	post("while another stalls")
	if !busy(1)() {
		t.Error("who stalls has an answer: this test sees nothing")
	}
	c.Close()
	eventually(t, "the end of who stalled", busy(0))
	post("after it has gone")
	calls := func() bool {
		m := s.metrics()
		return m[`portico_authorizer_decisions_total{api="a",from="plugin",route="POST /"}`] == 3 &&
			m[`portico_plugin_calls_total{kind="authorize",plugin="reads"}`] == 3
	}
	eventually(t, "a decision of its own for each", calls)
}
