package command_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// soon bounds what ends by itself; only a broken host waits it out.
const soon = time.Minute

func newEngine(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := engine.New(engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// load makes a plugin of a program.
func load(t testing.TB, e *engine.Engine, wasm []byte, o command.Options) *command.Plugin {
	t.Helper()
	if o.Name == "" {
		o.Name = "moods"
	}
	if o.Timeout == 0 {
		o.Timeout = soon
	}
	p, err := command.New(context.Background(), e, wasm, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// moods is the guest whose events are moods.
func moods(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "moods.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// about is a request whose event is a text.
func about(event string) *tck.Host {
	return tck.NewHost(tck.Setup{
		Fields: map[hostabi.FieldID]string{hostabi.FieldRequestID: "request-1"},
		Event:  []byte(event),
	})
}

// goGuest builds a program of testdata with the Go toolchain, once per run.
func goGuest(t testing.TB) []byte {
	t.Helper()
	if testing.Short() || raceDetector {
		t.Skip("building a Go guest takes seconds, compiling it under the race detector a minute")
	}
	b, err := buildGo()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var buildGo = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "command")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "guest.wasm")
	c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, ".")
	c.Dir = filepath.Join("testdata", "goguest")
	c.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=", "GOWORK=off")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
})

// record keeps log lines without their time.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

func (r *record) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Split(strings.TrimSuffix(r.b.String(), "\n"), "\n")
}
