//go:build unix

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDrain stops a gateway while a request waits for its upstream: the
// request is answered, and meanwhile the gateway says that it is not ready.
func TestDrain(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "late")
	}))
	defer upstream.Close()

	p, err := freePorts()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "gateway.toml")
	text := p.move(strings.Replace(`[server]
listen = "127.0.0.1:8080"
admin  = "127.0.0.1:9180"
drain_timeout = "10m"

[plugins]
cache = "off"

[apis.a]
protocol = "http"

[[apis.a.routes]]
route       = "GET /"
integration = { type = "http_proxy", uri = "URL/", timeout = "10m" }
`, "URL", upstream.URL, 1))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := startGateway(exec.Command("portico", "serve", "-file", file), p.admin)
	if err != nil {
		t.Fatal(err)
	}

	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 2 * patience}
	answer := make(chan string, 1)
	go func() {
		resp, err := client.Get("http://127.0.0.1:" + p.listen + "/")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- resp.Status + " " + string(body)
	}()
	<-arrived
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		resp, err := client.Get("http://127.0.0.1:" + p.admin + "/readyz")
		if err != nil {
			t.Fatalf("readyz while stopping: %v", err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusServiceUnavailable {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("readyz says %s while the gateway stops", resp.Status)
		}
	}
	close(release)
	if got, want := <-answer, "200 OK late"; got != want {
		t.Errorf("the request in flight got %q, want %q", got, want)
	}
	<-g.done
	if g.err != nil {
		t.Errorf("the gateway ended with %v\n%s", g.err, g.out)
	}
}
