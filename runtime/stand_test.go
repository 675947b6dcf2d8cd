package runtime_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime"
)

// patience bounds what a test waits for; it is never waited out when the code
// is right.
const patience = 30 * time.Second

// stand is a gateway that listens on loopback, with its own files.
type stand struct {
	*runtime.Gateway
	t      testing.TB
	dir    string // of gateway.toml; its plugins are in plugins/
	addr   string
	client *http.Client
	log    *lines
}

// server and plugins stand around the text of a test: what comes before its
// first table belongs to [server].
const (
	before = "[server]\nlisten = \"127.0.0.1:0\"\nadmin = \"off\"\n"
	after  = "\n[plugins]\nquiet = \"1ms\"\ncache = "
)

// gatewayFile makes a whole gateway file of what a test says.
func gatewayFile(text string) string { return before + text + after + `"` + cacheDir + "\"\n" }

// files makes the directory of a gateway. The plugins named are copied from
// testdata or the repository's own, "other=moods" under another name; a name
// such as "moods.toml" is a file of that name and the text that follows.
func files(t testing.TB, text string, plugins ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "plugins"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "gateway.toml"), gatewayFile(text))
	for i := 0; i < len(plugins); i++ {
		name := plugins[i]
		if strings.HasSuffix(name, ".toml") {
			i++
			write(t, filepath.Join(dir, "plugins", name), plugins[i])
			continue
		}
		as, from, ok := strings.Cut(name, "=")
		if !ok {
			from = as
		}
		write(t, filepath.Join(dir, "plugins", as+".wasm"), string(guest(t, from)))
	}
	return dir
}

// guest reads a guest of the tests, or a plugin that ships.
func guest(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".wasm"))
	if err != nil {
		if b, err = os.ReadFile(filepath.Join("..", "plugins", name+".wasm")); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// write replaces a file as a careful tool does, by renaming.
func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file+".new", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// serve starts a gateway on the files of a directory until the test ends.
func serve(t testing.TB, dir string, change ...func(*runtime.Options)) *stand {
	t.Helper()
	s := &stand{t: t, dir: dir, log: &lines{}}
	o := runtime.Options{
		File: filepath.Join(dir, "gateway.toml"),
		Log:  slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	s.Gateway, err = runtime.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	server, err := s.Listen()
	if err != nil {
		t.Fatal(err)
	}
	s.addr = server.Addrs()[0].String()
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1100}
	s.client = &http.Client{Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	served := make(chan error, 1)
	go func() { served <- server.Serve() }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if t.Failed() {
			t.Logf("the gateway's log:\n%s", s.log)
		}
	})
	return s
}

// plugin is the path of a file in the plugin directory.
func (s *stand) plugin(name string) string { return filepath.Join(s.dir, "plugins", name) }

// configure replaces the gateway file.
func (s *stand) configure(text string) {
	s.t.Helper()
	write(s.t, filepath.Join(s.dir, "gateway.toml"), gatewayFile(text))
}

// reload reloads and wants it to work.
func (s *stand) reload() runtime.Result {
	s.t.Helper()
	r, err := s.Reload(context.Background())
	if err != nil {
		s.t.Fatalf("reload: %v", err)
	}
	return r
}

// eventually waits until ok says so.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: did not come about", what)
		}
	}
}

// lines is a log that tests read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// reset forgets what was logged.
func (l *lines) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

// TestGuests: what is checked in as .wasm is what its .wat gives.
func TestGuests(t *testing.T) {
	tool, err := exec.LookPath("wat2wasm")
	if err != nil {
		t.Skip("wat2wasm is not installed")
	}
	sources, err := filepath.Glob("testdata/*.wat")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no guests: %v", err)
	}
	for _, source := range sources {
		name := strings.TrimSuffix(filepath.Base(source), ".wat")
		out := filepath.Join(t.TempDir(), name+".wasm")
		if b, err := exec.Command(tool, "--debug-names", source, "-o", out).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", source, err, b)
		}
		made, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(made, guest(t, name)) {
			t.Errorf("%s.wasm is not what %s gives", name, source)
		}
	}
}
