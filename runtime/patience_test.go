package runtime_test

import (
	"bufio"
	"fmt"
	"net/http"
	"testing"
)

// TestSlowClientsDoNotBreakAnAuthorizer: a client that does not send its body is
// refused by the plugin that waits for it, and the breaker counts no failure.
func TestSlowClientsDoNotBreakAnAuthorizer(t *testing.T) {
	t.Setenv("WEBHOOK", "key")
	s := serve(t, files(t, `
[secrets]
hook = { env = "WEBHOOK" }
[apis.a]
protocol = "http"
[apis.a.authorizers.signature]
type    = "request"
plugin  = "webhook-signature"
timeout = "200ms"
identity_source = ["$request.header.X-Hub-Signature-256"]
[[apis.a.routes]]
route       = "POST /"
authorizer  = "signature"
integration = { type = "plugin", plugin = "moods" }
`, "moods", "webhook-signature", "webhook-signature.toml", `
capabilities = ["secrets"]
breaker = { failures = 1 }
secrets = { hook = "use" }
config  = { style = "github", secrets = ["hook"] }
`))
	for i := range 3 {
		c := s.dial()
		// Each its own, so that no decision is remembered.
		fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: h\r\nX-Hub-Signature-256: sha256=%064x\r\nContent-Length: 9\r\n\r\nhalf", i)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("client %d got %s, want 403", i, resp.Status)
		}
	}
}
