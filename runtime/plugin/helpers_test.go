package plugin

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quiet is short, so that files written a moment ago rest soon.
const quiet = 10 * time.Millisecond

// soon bounds what is waited for; a busy machine needs it, others never.
const soon = 20 * time.Second

// factory builds guests that do nothing, and counts them.
type factory struct {
	built  atomic.Int64
	alive  atomic.Int64
	broken map[string]error // by the bytes of the module
}

func (f *factory) build(_ context.Context, name string, wasm []byte, s Settings, observe func(native.Observation)) (Guest, error) {
	switch err := f.broken[string(wasm)]; {
	case string(wasm) == "panic":
		panic("over the bytes")
	case err != nil:
		return nil, err
	}
	f.built.Add(1)
	f.alive.Add(1)
	return &guest{factory: f, name: name, wasm: string(wasm), observe: observe, wait: make(chan struct{})}, nil
}

// guest is a Guest that answers 1, or waits when its module is "wait".
type guest struct {
	factory    *factory
	name, wasm string
	observe    func(native.Observation)
	wait       chan struct{}
	calls      sync.WaitGroup
	counts     [hostabi.Kinds]atomic.Uint64
	closed     atomic.Bool
}

func (g *guest) Name() string            { return g.name }
func (g *guest) Has(k hostabi.Kind) bool { return k == hostabi.Authorize }

func (g *guest) Call(_ context.Context, k hostabi.Kind, _ hostabi.Host) (int32, error) {
	g.calls.Add(1)
	defer g.calls.Done()
	if g.closed.Load() {
		return 0, errors.New("called after Close")
	}
	if g.wasm == "wait" {
		<-g.wait
	}
	g.counts[k].Add(1)
	g.observe(native.Observation{Kind: k, Wait: time.Millisecond, Run: 20 * time.Microsecond})
	return 1, nil
}

func (g *guest) Stats() native.Stats {
	s := native.Stats{Failures: map[hostabi.Reason]uint64{hostabi.Busy: 1}, HostCalls: 2, LinesDropped: 3, Opened: 4}
	for k := range s.Calls {
		s.Calls[k] = g.counts[k].Load()
	}
	s.Instances.Created, s.Instances.MemoryBytes = 5, 65536
	if g.closed.Load() {
		s.Instances.MemoryBytes = 0
	} else {
		s.Instances.Live = 1
	}
	s.Instances.Dropped[0] = 6
	return s
}

func (g *guest) Close() {
	g.calls.Wait()
	if g.closed.Swap(true) {
		panic("closed twice")
	}
	g.factory.alive.Add(-1)
}

// parse reads lines "key value".
func parse(file string, src []byte) (s Settings, err error) {
	var errs []error
	for line := range strings.Lines(string(src)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "digest":
			s.Digest = value
		case "config":
			s.Config = []byte(value)
		case "open":
			s.FailOpen = true
		case "panic":
			panic("over NAME.toml")
		default:
			errs = append(errs, errors.New(file+":1: unknown key "+key))
		}
	}
	return s, errors.Join(errs...)
}

// scene is a plugin directory in a temporary directory, which is the current
// one.
type scene struct {
	t testing.TB
	*factory
	*Directory
	log *logs
}

type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newScene(t *testing.T, o Options, files ...string) *scene {
	t.Helper()
	t.Chdir(t.TempDir())
	s := &scene{t: t, factory: &factory{}, log: &logs{}}
	if err := os.Mkdir("plugins", 0o755); err != nil {
		t.Fatal(err)
	}
	s.write(files...)
	o.Directory = "plugins"
	if o.Quiet == 0 {
		o.Quiet = quiet
	}
	if o.Build == nil && o.Engine == nil {
		o.Build = s.factory.build
	}
	if o.Parse == nil {
		o.Parse = parse
	}
	o.Log = slog.New(slog.NewTextHandler(s.log, nil))
	var err error
	if s.Directory, err = New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Directory.Close(); err != nil {
			t.Error(err)
		}
		if n := s.alive.Load(); n != 0 {
			t.Errorf("%d guests live after the test, want 0", n)
		}
	})
	return s
}

// write writes files into the directory: name, content, name, content, …
func (s *scene) write(files ...string) {
	s.t.Helper()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join("plugins", files[i]), []byte(files[i+1]), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *scene) load(names ...string) *Set {
	s.t.Helper()
	set, err := s.Load(s.t.Context(), names)
	if err != nil {
		s.t.Fatalf("Load(%q): %v", names, err)
	}
	s.t.Cleanup(set.Close)
	return set
}

func (s *scene) get(set *Set, name string) *Plugin {
	s.t.Helper()
	p, ok := set.Get(name)
	if !ok {
		s.t.Fatalf("Get(%q): not in the set", name)
	}
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
