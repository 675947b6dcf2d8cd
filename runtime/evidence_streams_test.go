package runtime_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// TestEvidenceStreams: open event streams keep no snapshot alive, and end
// neither with the snapshot that they began with nor with its HTTP client.
func TestEvidenceStreams(t *testing.T) {
	streams, reloads := scale(100, 1000), scale(10, 20)
	more := make(chan struct{})
	events := backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err != nil {
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n")
		<-more
		io.WriteString(c, "9\r\ndata: 2\n\n\r\n0\r\n\r\n")
	})
	ended := sync.OnceFunc(func() { close(more) })
	defer ended()
	s := serveVersions(t, func(version int) string { // each snapshot has clients of its own
		return fmt.Sprintf(`
[[apis.a.routes]]
route = "GET /lean"
integration = { type = "http_proxy", uri = "http://%[1]s/", transport = "lean" }
[[apis.a.routes]]
route = "GET /std"
integration = { type = "http_proxy", uri = "http://%[1]s/", transport = "std" }
[upstream]
idle_connections = %[2]d
`, events, version)
	})

	var open []*bufio.Reader
	for i := range streams {
		c := s.dial()
		fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", []string{"lean", "std"}[i%2])
		r := bufio.NewReader(c)
		if first, err := head(r); err != nil || !strings.HasPrefix(first, "HTTP/1.1 200 ") {
			t.Fatalf("stream %d: %q %v", i, first, err)
		}
		if event, err := r.ReadString('1'); err != nil {
			t.Fatalf("stream %d: %q %v", i, event, err)
		}
		open = append(open, r)
	}
	before := measure(t)
	for n := 2; n < reloads+2; n++ {
		if err := s.version(t, n); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all old snapshots closed", func() bool { return s.metrics()["portico_snapshots_draining"] == 0 })
	for name, v := range s.metrics() {
		if strings.HasPrefix(name, "portico_plugin_versions{") && v != 1 {
			t.Errorf("%s is %v", name, v)
		}
	}
	after := measure(t)
	ended()
	whole := 0
	for i, r := range open {
		rest, err := io.ReadAll(r)
		if err != nil || !strings.Contains(string(rest), "data: 2\n\n") || !strings.HasSuffix(string(rest), "0\r\n\r\n") {
			t.Errorf("stream %d: %q %v", i, rest, err)
			continue
		}
		whole++
	}
	shown(t, "open event streams", "%d streams through %d reloads: 1 snapshot and 1 version of each plugin alive, %d streams whole, goroutines %d to %d, heap %s to %s",
		streams, reloads, whole, before.goroutines, after.goroutines, mib(before.heap), mib(after.heap))
}
