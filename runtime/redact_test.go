package runtime_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASecretInTheWrongPlace: wherever a plugin puts a secret that it may read, no
// log and no listing shows it; what comes after the plugin gets it as it is.
func TestASecretInTheWrongPlace(t *testing.T) {
	const first, second = "first value", "second value"
	file := filepath.Join(t.TempDir(), "access.log")
	dir := files(t, `
[access_log]
file = "`+file+`"
format = '{"id":"$context.requestId","status":$context.status,"principal":"$context.authorizer.principalId","key":"$context.authorizer.key","error":"$context.integration.error"}'
[secrets]
s = { file = "s.key" }
[apis.a]
protocol = "rest"
[apis.a.authorizers.leak]
type = "request"
plugin = "leak"
ttl = "0s"
[[apis.a.routes]]
route = "GET /echo"
authorizer = "leak"
integration = { type = "http", uri = "http://`+echoing(t)+`/", request_parameters = { "integration.request.header.X-User" = "context.authorizer.principalId" }, responses = [{ status = 200 }] }
[[apis.a.routes]]
route = "GET /fail"
authorizer = "leak"
integration = { type = "plugin", plugin = "leak" }
`, "leak", "leak.toml", "capabilities = [\"secrets\", \"metrics\"]\nsecrets = { s = \"read\" }\nmetrics.seen_total = { type = \"counter\", labels = [\"who\"] }\n")
	write(t, filepath.Join(dir, "s.key"), first)
	s := serve(t, dir)
	ask := func(secret string) {
		t.Helper()
		if status, body := s.get("/echo"); status != 200 || !strings.Contains(body, "X-User: "+secret+"\n") {
			t.Errorf("the integration got %d %s, want the user %q", status, body, secret)
		}
		if status, body := s.get("/fail"); status != 502 || strings.Contains(body, "value") {
			t.Errorf("the failing integration answered %d %s", status, body)
		}
	}
	ask(first)
	write(t, filepath.Join(dir, "s.key"), second)
	if _, err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask(second)

	var access []byte
	eventually(t, "four lines", func() bool {
		access, _ = os.ReadFile(file)
		return bytes.Count(access, []byte("\n")) == 4
	})
	metrics := s.metrics()
	for name, text := range map[string]string{"access log": string(access), "log": s.log.String(), "metrics": fmt.Sprint(metrics)} {
		if strings.Contains(text, first) || strings.Contains(text, second) || !strings.Contains(text, "[redacted]") {
			t.Errorf("the %s has\n%s", name, text)
		}
	}
	if n := strings.Count(string(access), `"principal":"[redacted]","key":"[redacted]"`); n != 4 {
		t.Errorf("the access log has\n%s", access)
	}
	if n := metrics[`portico_custom_seen_total{plugin="leak",who="[redacted]"}`]; n != 4 {
		t.Errorf("the series has %v, want 4", n)
	}
}
