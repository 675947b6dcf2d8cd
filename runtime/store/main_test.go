package store

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the child of the tests that kill processes, too.
func TestMain(m *testing.M) {
	if child := os.Getenv("PORTICO_TEST_CHILD"); child != "" {
		children[child](os.Args[1:])
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// children are what a child process may be.
var children = map[string]func(args []string){
	"writer": writer, "counter": counterInRedis, "lessor": lessor,
}

func evidence() bool { return os.Getenv("PORTICO_EVIDENCE") == "full" }

// child starts this program as a child, which the test's end kills.
func child(t *testing.T, what string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "PORTICO_TEST_CHILD="+what)
	cmd.Stderr = os.Stderr
	return cmd
}

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_800_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// server is a real Redis with a socket.
type server struct {
	t      *testing.T
	socket string
	args   []string
	cmd    *exec.Cmd
}

// missing skips a test without its peer, or fails it in CI, which has all.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s; in CI nothing may be missing", what)
	}
	t.Skip(what)
}

// serve starts a Redis, or skips the test where none is installed.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		missing(t, "no redis-server is installed")
	}
	dir, err := os.MkdirTemp("", "redis") // short: a socket's path has 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, socket: filepath.Join(dir, "s"), args: append([]string{"--port", "0", "--save", "", "--dir", dir,
		"--unixsocket", filepath.Join(dir, "s")}, args...)}
	s.start()
	t.Cleanup(func() { s.stop(); os.RemoveAll(dir) })
	return s
}

func (s *server) start() {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	var out bytes.Buffer
	s.cmd.Stdout = &out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 1000 {
		if r, err := OpenRedis(context.Background(), s.address(), Options{}); err == nil {
			r.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("redis-server does not answer: %s", &out)
}

// stop kills it.
func (s *server) stop() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
}

// freeze makes it silent until the function is called.
func (s *server) freeze() (thaw func()) {
	s.cmd.Process.Signal(syscall.SIGSTOP)
	return func() { s.cmd.Process.Signal(syscall.SIGCONT) }
}

func (s *server) address() string { return "unix://" + s.socket }

func (s *server) open(o Options) *Redis {
	s.t.Helper()
	r, err := OpenRedis(context.Background(), s.address(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { r.Close() })
	return r
}

func openEmbedded(t *testing.T, dir string, o Options) *Embedded {
	t.Helper()
	e, err := OpenEmbedded(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// logged is a log and what it has got.
func logged() (*slog.Logger, func() string) {
	b := &lockedBuffer{}
	return slog.New(slog.NewTextHandler(b, nil)), b.String
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
