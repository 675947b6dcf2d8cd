package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime"
)

// chains are the requests that have a budget of allocations, as measured: with
// shipped defaults, the access log written to a file, and 1 KiB answered.
// net/http alone makes 27 of them for the constant answer of front's test.
var chains = []struct {
	name, protocol  string
	authorizer, ttl string // plugin, "" for none
	mapper          string
	budget          float64
}{
	{name: "plain http_proxy", protocol: "http", budget: 25},
	{name: "plain http_proxy of a REST API", protocol: "rest", budget: 26},
	{"with a native authorizer and mapper", "http", "session", "0s", "add-tenant", 31},
	{"with the decision remembered", "http", "session", "300s", "add-tenant", 27},
	{"with authorizer and mapper in one Go guest", "http", "check", "0s", "check", 31},
}

// slack is what a figure may exceed its budget by: what runs beside the
// requests is counted, too, and pools that the collector empties.
const slack = 0.5

const gatewayFile = `
[server]
listen = "127.0.0.1:0"
[access_log]
file = "%[1]s/access.log"
[plugins]
directory = "%[5]s"
cache = "%[1]s/cache"
[apis.orders]
protocol = "%[6]s"
%[3]s
[[apis.orders.routes]]
route = "GET /orders/{id}"
%[4]s
integration = { type = "http_proxy", uri = "http://%[2]s/orders/{id}" }
`

const authorizer = `[apis.orders.authorizers.check]
type = "request"
plugin = "%s"
identity_source = ["$request.header.Authorization"]
ttl = "%s"`

const request = "GET /orders/12345?expand=items HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: bench/1.0\r\n" +
	"Accept: application/json\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer let-me-in\r\n\r\n"

func TestAllocationsOfARequest(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	plugins := guests(t)
	for _, c := range chains {
		t.Run(c.name, func(t *testing.T) {
			authorizers, links := "", ""
			if c.authorizer != "" {
				authorizers = fmt.Sprintf(authorizer, c.authorizer, c.ttl)
				links = fmt.Sprintf("authorizer = \"check\"\nmap_request = [%q]", c.mapper)
			}
			got := mallocs(t, serve(t, fmt.Sprintf(gatewayFile, t.TempDir(), backend(t), authorizers, links, plugins, c.protocol)))
			t.Logf("%.1f allocations a request, budget %.0f: %s", got, c.budget, c.name)
			if got > c.budget+slack {
				t.Errorf("%.1f allocations a request, want at most %.0f", got, c.budget)
			}
		})
	}
}

// guests is a directory with the plugins of the chains: two that ship, and the
// Go guest of bench/compare.
func guests(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range []string{"session.wasm", "session.toml", "add-tenant.wasm"} {
		b, err := os.ReadFile(filepath.Join("..", "plugins", f))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, f), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", filepath.Join(dir, "check.wasm"), ".")
	build.Dir = filepath.Join("guests", "check")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build.Args, err, out)
	}
	return dir
}

// serve runs a gateway in this process and returns its address.
func serve(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.toml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	g, err := runtime.Open(t.Context(), runtime.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return s.Addrs()[0].String()
}

// backend answers with 1 KiB and allocates nothing per request.
func backend(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	body := bytes.Repeat([]byte("x"), 1024)
	answer := append([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"), body...)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf, n := make([]byte, 4096), 0
				for {
					m, err := c.Read(buf[n:])
					if err != nil {
						return
					}
					if n += m; !bytes.HasSuffix(buf[:n], []byte("\r\n\r\n")) {
						continue
					}
					n = 0
					if _, err := c.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

// mallocs is the number of allocations of the whole process per request: the
// least of some rounds, as what else runs now and then can only add.
func mallocs(t *testing.T, addr string) float64 {
	t.Helper()
	const rounds, requests = 5, 1000
	c := dial(t, addr)
	for range requests {
		c.do(t)
	}
	least := 0.0
	for round := range rounds {
		var before, after goruntime.MemStats
		goruntime.ReadMemStats(&before)
		for range requests {
			c.do(t)
		}
		goruntime.ReadMemStats(&after)
		if n := float64(after.Mallocs-before.Mallocs) / requests; round == 0 || n < least {
			least = n
		}
	}
	return least
}

// client sends one request again and again and allocates nothing.
type client struct {
	net.Conn
	request, buf []byte
	size         int // of an answer
}

// dial sends the first request, to learn the size of the answers.
func dial(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := &client{Conn: conn, request: []byte(request), buf: make([]byte, 8<<10)}
	if _, err := c.Write(c.request); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := c.Read(c.buf[c.size:])
		if err != nil {
			t.Fatal(err)
		}
		c.size += n
		head, body, ok := bytes.Cut(c.buf[:c.size], []byte("\r\n\r\n"))
		if !ok {
			continue
		}
		if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
			t.Fatalf("answer %q", c.buf[:c.size])
		}
		if len(body) == 1024 {
			return c
		}
	}
}

func (c *client) do(t *testing.T) {
	if _, err := c.Write(c.request); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, c.buf[:c.size]); err != nil {
		t.Fatal(err)
	}
}
