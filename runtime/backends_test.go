package runtime_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/portico-gateway/portico/internal/freeport"
)

// TestBackends: what a client gets when the backend does not do what a backend
// does, to the byte, from both kinds of API and over both HTTP clients.
func TestBackends(t *testing.T) {
	refusing, err := freeport.Local()
	if err != nil {
		t.Fatal(err)
	}
	backends := map[string]string{
		"refused": refusing,
		"reset": backend(t, func(c net.Conn, r *bufio.Reader) {
			head(r)
			c.(*net.TCPConn).SetLinger(0)
		}),
		"silent":    backend(t, func(c net.Conn, r *bufio.Reader) { head(r) }),
		"late":      backend(t, func(c net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) }),
		"malformed": canned(t, "HTTP/1.1 twohundred OK\r\n\r\n"),
		"lengths":   canned(t, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
		"failing":   canned(t, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\nbusy"),
	}
	text := ""
	for _, protocol := range []string{"rest", "http"} {
		for _, transport := range []string{"lean", "std"} {
			api := protocol + "-" + transport
			text += fmt.Sprintf("\n[apis.%s]\nprotocol = %q\nbase_path = \"/%s\"\n", api, protocol, api)
			for name, address := range backends {
				timeout := "20s"
				if name == "late" {
					timeout = "50ms"
				}
				text += fmt.Sprintf("[[apis.%s.routes]]\nroute = \"GET /%s\"\nintegration = { type = \"http_proxy\", uri = \"http://%s/\", timeout = %q, transport = %q }\n",
					api, name, address, timeout, transport)
			}
		}
	}
	s := serve(t, files(t, text))

	rest := func(status, body string, length int) string {
		return answer("HTTP/1.1 "+status, fmt.Sprintf("Content-Length: %d", length), "Content-Type: application/json",
			"x-amz-apigw-id: <id>", "x-amzn-ErrorType: InternalServerErrorException", "x-amzn-RequestId: <uuid>",
			"Date: <date>", "Connection: close", "", body)
	}
	http := func(status, body string, length int) string {
		return answer("HTTP/1.1 "+status, "Apigw-Requestid: <id>", fmt.Sprintf("Content-Length: %d", length),
			"Content-Type: application/json", "Date: <date>", "Connection: close", "", body)
	}
	network := rest("504 Gateway Timeout", `{"message": "Network error communicating with endpoint"}`, 56)
	bad := rest("502 Bad Gateway", `{"message": "Internal server error"}`, 36)
	unavailable := http("503 Service Unavailable", `{"message":"Service Unavailable"}`, 33)
	for _, test := range []struct {
		name, backend, rest, http string
	}{
		{"refuses connections", "refused", network, unavailable},
		{"resets the connection", "reset", network, unavailable},
		{"closes without an answer", "silent", network, unavailable},
		{"is late", "late", rest("504 Gateway Timeout", `{"message": "Endpoint request timed out"}`, 41), unavailable},
		{"answers no HTTP", "malformed", bad, unavailable},
		{"contradicts itself", "lengths", bad, unavailable},
		{"answers with an error of its own", "failing",
			answer("HTTP/1.1 503 Service Unavailable", "Content-Length: 4", "Content-Type: text/plain",
				"x-amz-apigw-id: <id>", "x-amzn-Remapped-Content-Length: 4", "x-amzn-RequestId: <uuid>", "Date: <date>", "Connection: close", "", "busy"),
			answer("HTTP/1.1 503 Service Unavailable", "Apigw-Requestid: <id>", "Content-Length: 4", "Content-Type: text/plain",
				"Date: <date>", "Connection: close", "", "busy")},
	} {
		for _, transport := range []string{"lean", "std"} {
			t.Run(test.name+" over "+transport, func(t *testing.T) {
				if got := s.bytes("GET /rest-" + transport + "/" + test.backend); got != test.rest {
					t.Errorf("REST: got\n%s\nwant\n%s", got, test.rest)
				}
				if got := s.bytes("GET /http-" + transport + "/" + test.backend); got != test.http {
					t.Errorf("HTTP: got\n%s\nwant\n%s", got, test.http)
				}
			})
		}
	}
}

// TestTimeouts: a timeout runs to the head of the answer and no further.
func TestTimeouts(t *testing.T) {
	slow := backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
		time.Sleep(300 * time.Millisecond)
		io.WriteString(c, "cd")
	})
	s := serve(t, files(t, `
[apis.a]
protocol = "rest"
[[apis.a.routes]]
route = "GET /"
integration = { type = "http_proxy", uri = "http://`+slow+`/", timeout = "150ms" }
`))
	if status, body := s.get("/"); status != 200 || body != "abcd" {
		t.Errorf("got %d %q, want 200 abcd", status, body)
	}
}
