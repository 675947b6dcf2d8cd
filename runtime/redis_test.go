package runtime_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/portico-gateway/portico/internal/freeport"
)

// redisProcess is a Redis of the test's own, with an address that it keeps.
type redisProcess struct {
	t             *testing.T
	tool, address string
	cmd           *exec.Cmd
}

// redisServer starts a Redis until the test ends.
func redisServer(t *testing.T) *redisProcess {
	t.Helper()
	tool, err := exec.LookPath("redis-server")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("redis-server is not installed, which CI must have")
	}
	if err != nil {
		t.Skip("redis-server is not installed")
	}
	free, err := freeport.Local()
	if err != nil {
		t.Fatal(err)
	}
	r := &redisProcess{t: t, tool: tool, address: free}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *redisProcess) start() {
	r.t.Helper()
	host, port, _ := net.SplitHostPort(r.address)
	r.cmd = exec.Command(r.tool, "--port", port, "--bind", host, "--save", "", "--dir", r.t.TempDir())
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", r.address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(until) {
			r.t.Fatal(err)
		}
	}
}

// stop kills it.
func (r *redisProcess) stop() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

func TestGatewaysShareWhatIsInRedis(t *testing.T) {
	address := redisServer(t).address
	for name, line := range map[string]string{"redis": fmt.Sprintf("redis = %q", address), "redis_url": `redis_url = { file = "redis.url" }`} {
		t.Run(name, func(t *testing.T) {
			// Each run has a namespace of its own: the server keeps the last one's.
			var gets []func() string
			for range 2 {
				s := newStateful(t, "namespace = \""+name+"\"\n"+statePlugin(4, ""))
				s.write("redis.url", "redis://"+address+"/0\n")
				s.write("gateway.toml", stateFile+"[store]\n"+line+"\n")
				get, stop := s.serve()
				defer stop()
				gets = append(gets, get)
			}
			want(t, "the first gateway", gets[0](), "201 n=1 first value")
			want(t, "the second goes on counting, with a cache of its own", gets[1](), "201 n=2 first value")
			passed := 2
			for range 10 {
				for _, get := range gets {
					if get() != "429" {
						passed++
					}
				}
			}
			// A burst of 4 for both, and what a tenth of a second adds.
			if passed > 5 {
				t.Errorf("%d requests passed, want 4", passed)
			}
		})
	}
}
