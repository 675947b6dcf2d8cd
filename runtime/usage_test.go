package runtime_test

import (
	"strings"
	"testing"
)

const spending = `
[apis.rest]
protocol = "rest"
base_path = "/rest"
[apis.rest.authorizers.spend]
type = "request"
plugin = "spend"
identity_source = []
ttl = "0s"
[[apis.rest.routes]]
route = "GET /all"
authorizer = "spend"
map_request = ["spend"]
integration = { type = "plugin", plugin = "spend" }
[[apis.rest.routes]]
route = "GET /open"
map_request = ["open"]
integration = { type = "plugin", plugin = "spend" }

[apis.http]
protocol = "http"
base_path = "/http"
[[apis.http.routes]]
route = "GET /integrate"
integration = { type = "plugin", plugin = "spend" }
`

// TestWhatARequestUsesUp: limits hold for all calls of a plugin in one request.
// What is used up is refused by EAGAIN, and a guest that fails by it, or goes on
// until it is stopped, fails as the policy of its place says.
func TestWhatARequestUsesUp(t *testing.T) {
	const settings = `
capabilities = ["cache", "http"]
limits.host_calls = 20000
limits.log_lines = 40
http = { hosts = ["http://127.0.0.1:1"], addresses = ["127.0.0.1"], max_requests = 5, max_total = "200KiB" }
breaker.failures = 0
`
	s := serve(t, files(t, spending, "spend", "open=spend", "spend.toml", settings, "open.toml", "failure = \"open\"\n"+settings))
	for _, test := range []struct {
		name, path string
		status     int
		log        string // "" is nothing
	}{
		{"one phase alone has room for its 400 calls", "/rest/all?--n", 300, ""},
		{"two phases have it", "/rest/all?n-n", 300, ""},
		{"for three it is not enough: 200 are left", "/rest/all?nnn", 250, ""},
		{"the next request has it all again", "/rest/all?n-n", 300, ""},
		{"other plugins have their own", "/rest/open?-nn", 300, ""},

		{"an authorizer that is refused", "/rest/all?h--", 500, "portico_authorize answered EAGAIN"},
		{"an authorizer that goes on", "/rest/all?i--", 500, "authorize: limit: the guest went on calling a capability"},
		{"an authorizer whose calls of the core are refused", "/rest/all?c--", 500, "portico_authorize answered EAGAIN"},
		{"an authorizer whose lines are used up", "/rest/all?l--", 500, "portico_authorize answered EAGAIN"},
		{"an authorizer whose requests are used up", "/rest/all?r--", 500, "portico_authorize answered EAGAIN"},
		{"an authorizer whose bytes are used up", "/rest/all?b--", 500, "portico_authorize answered EAGAIN"},
		{"a mapper whose lines are used up", "/rest/all?-l-", 500, "portico_map_request answered EAGAIN"},
		{"a mapper that may fail and whose requests are used up", "/rest/open?-r-", 200, "portico_map_request answered EAGAIN"},
		{"an integration whose bytes are used up", "/rest/all?--b", 502, "portico_integrate answered EAGAIN"},
		{"a mapper that is refused", "/rest/all?-h-", 500, "portico_map_request answered EAGAIN"},
		{"a mapper that goes on", "/rest/all?-i-", 500, "map_request: limit: "},
		{"a mapper that may fail and is refused", "/rest/open?-h-", 200, "portico_map_request answered EAGAIN"},
		{"a mapper that may fail and goes on", "/rest/open?-i-", 200, "map_request: limit: "},
		{"an integration that is refused", "/rest/all?--h", 502, "portico_integrate answered EAGAIN"},
		{"an integration that goes on", "/rest/all?--i", 502, "integrate: limit: "},
		{"an integration of an HTTP API that goes on", "/http/integrate?--i", 500, "integrate: limit: "},
		{"an integration for which an authorizer has left nothing to ask for", "/rest/all?n-h", 502, "portico_integrate answered EAGAIN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.log.reset()
			status, _ := s.get(test.path)
			if text := s.log.String(); status != test.status || !strings.Contains(text, test.log) || test.log == "" && strings.Contains(text, "level=WARN") {
				t.Errorf("got %d, want %d; the log, which should have %q:\n%s", status, test.status, test.log, text)
			}
		})
	}
}
