package runtime_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// TestInterimFlood: a backend that sends informational answers without end is
// late like any other, and none of them reaches a request that has ended:
// http.Transport reads on for a moment after it has given up.
func TestInterimFlood(t *testing.T) {
	flood := backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err != nil {
			return
		}
		some := strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 20)
		for range 50 { // below the client's bound on heads
			if _, err := io.WriteString(c, some); err != nil {
				return
			}
		}
		io.Copy(io.Discard, r)
	})
	s := serve(t, files(t, `
[apis.a]
protocol = "rest"
[[apis.a.routes]]
route = "GET /std"
integration = { type = "http_proxy", uri = "http://`+flood+`/", transport = "std", timeout = "50ms" }
[[apis.a.routes]]
route = "GET /lean"
integration = { type = "http_proxy", uri = "http://`+flood+`/", timeout = "50ms" }
`))
	for _, path := range []string{"/std", "/lean"} {
		for range 5 {
			if status, body := s.get(path); status != 504 {
				t.Fatalf("%s: got %d %s, want 504", path, status, body)
			}
		}
	}
}
