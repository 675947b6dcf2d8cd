package runtime_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime"
)

// TestShutdown: requests that run are answered, no further connection is
// taken, and the gateway says that it is not ready any more.
func TestShutdown(t *testing.T) {
	asked, goOn := make(chan bool), make(chan bool)
	slow := backend(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := head(r); err == nil {
			asked <- true
			<-goOn
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")
		}
	})
	g, err := runtime.Open(context.Background(), runtime.Options{File: filepath.Join(files(t, through(slow)), "gateway.toml")})
	if err != nil {
		t.Fatal(err)
	}
	server, err := g.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve() }()
	c, err := net.Dial("tcp", server.Addrs()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET /lean/slow HTTP/1.1\r\nHost: h\r\n\r\n")
	<-asked
	if n := server.InFlight(); n != 1 || g.Ready() != nil {
		t.Errorf("%d requests run, ready: %v", n, g.Ready())
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	down := make(chan error, 1)
	go func() { down <- server.Shutdown(ctx) }()
	eventually(t, "no further connection", func() bool {
		c, err := net.DialTimeout("tcp", server.Addrs()[0].String(), time.Second)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	close(goOn)
	answer, err := io.ReadAll(c)
	if err != nil || len(answer) == 0 || string(answer[len(answer)-4:]) != "late" {
		t.Errorf("got %q %v", answer, err)
	}
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := g.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if g.Ready() == nil {
		t.Error("a closed gateway is ready")
	}
}
