package plugin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi/native"
)

// watching runs Watch and counts its reports.
type watching struct {
	*scene
	reports chan struct{}
	stop    func()
}

func (s *scene) watch(extra ...string) *watching {
	s.t.Helper()
	w := &watching{scene: s, reports: make(chan struct{}, 100)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Watch(ctx, extra, func() { w.reports <- struct{}{} })
	}()
	w.stop = func() { cancel(); <-done }
	s.t.Cleanup(w.stop)
	return w
}

// report waits for one report.
func (w *watching) report() {
	w.t.Helper()
	select {
	case <-w.reports:
	case <-time.After(soon):
		w.t.Fatal("no report")
	}
}

// silence looks whether there is a report that should not be.
func (w *watching) silence() {
	w.t.Helper()
	select {
	case <-w.reports:
		w.t.Error("a report without a change")
	case <-time.After(10 * quiet):
	}
}

// settled waits until what was reported is what is there. A change of several
// steps may be several reports on a machine that pauses between them.
func (w *watching) settled(extra ...string) {
	w.t.Helper()
	for until := time.Now().Add(soon); ; time.Sleep(quiet) {
		v, _, _ := w.look()
		files := view{}
		for _, f := range extra {
			files[f] = stampOf(f)
		}
		w.Directory.mu.Lock()
		same := maps.Equal(v, w.known) && maps.Equal(files, w.Directory.extra)
		w.Directory.mu.Unlock()
		if same {
			return
		}
		if time.Now().After(until) {
			w.t.Fatal("the last state was not reported")
		}
	}
}

// modes are the ways to learn of changes.
var modes = map[string]Options{
	"notified": {},
	"polled":   {Poll: quiet},
}

func TestWatchReportsChanges(t *testing.T) {
	tests := []struct {
		name   string
		setup  func(t *testing.T)
		change func(t *testing.T)
	}{
		{"a new module", nil, func(t *testing.T) { put(t, "plugins/b.wasm", "m") }},
		{"new bytes of the same length", nil, func(t *testing.T) { put(t, "plugins/a.wasm", "n") }},
		{"new settings", nil, func(t *testing.T) { put(t, "plugins/a.toml", "open") }},
		{"a module goes", nil, func(t *testing.T) { must(t, os.Remove("plugins/a.wasm")) }},
		{"an editor renames its file over the old one", nil, func(t *testing.T) {
			put(t, "plugins/.a.toml.swp", "open")
			must(t, os.Rename("plugins/.a.toml.swp", "plugins/a.toml"))
		}},
		{"the gateway file", nil, func(t *testing.T) { put(t, "gateway.toml", "changed") }},
		{"the gateway file is replaced", nil, func(t *testing.T) {
			put(t, "gateway.toml~", "changed")
			must(t, os.Rename("gateway.toml~", "gateway.toml"))
		}},
		{"a secret that was not there", nil, func(t *testing.T) {
			must(t, os.Mkdir("secrets", 0o700))
			put(t, "secrets/token", "x")
		}},
		{"the file behind a link to another directory", func(t *testing.T) {
			must(t, os.Mkdir("target", 0o755))
			put(t, "target/l.wasm", "m")
			must(t, os.Symlink("../target/l.wasm", "plugins/l.wasm"))
		}, func(t *testing.T) { put(t, "target/l.wasm", "n") }},
		{"the directory is a link that is changed", func(t *testing.T) {
			must(t, os.Rename("plugins", "v1"))
			must(t, os.Symlink("v1", "plugins"))
		}, func(t *testing.T) {
			must(t, os.Mkdir("v2", 0o755))
			put(t, "v2/a.wasm", "n")
			must(t, os.Symlink("v2", "next"))
			must(t, os.Rename("next", "plugins"))
		}},
		{"the directory goes", nil, func(t *testing.T) { must(t, os.RemoveAll("plugins")) }},
	}
	for mode, o := range modes {
		for _, test := range tests {
			t.Run(mode+"/"+test.name, func(t *testing.T) {
				s := newScene(t, o, "a.wasm", "m")
				put(t, "gateway.toml", "")
				if test.setup != nil {
					test.setup(t)
				}
				s.Directory.since = time.Now().Add(tick + time.Millisecond) // what setup did is old
				time.Sleep(2 * tick)
				s.Directory.known, _, _ = s.look()
				w := s.watch("gateway.toml", "secrets/token")
				w.silence()
				test.change(t)
				w.report()
				w.settled("gateway.toml", "secrets/token")
			})
		}
	}
}

func put(t *testing.T, file, content string) {
	t.Helper()
	must(t, os.WriteFile(file, []byte(content), 0o644))
}

func TestWatchIgnoresWhatIsNoPlugin(t *testing.T) {
	for mode, o := range modes {
		t.Run(mode, func(t *testing.T) {
			s := newScene(t, o, "a.wasm", "m")
			w := s.watch()
			s.write(".hidden.wasm", "m", "README.md", "x", "a.wasm~", "m")
			must(t, os.Mkdir("plugins/src", 0o755))
			s.write("src/main.go", "x")
			w.silence()
		})
	}
}

// Kubernetes mounts a ConfigMap as links through ..data, a link to a directory
// of the generation, and swaps that link.
func TestWatchSeesTheSwapOfKubernetes(t *testing.T) {
	generation := func(t *testing.T, n int, files ...string) {
		t.Helper()
		dir := fmt.Sprintf("plugins/..2026_%d", n)
		must(t, os.Mkdir(dir, 0o755))
		for i := 0; i < len(files); i += 2 {
			put(t, filepath.Join(dir, files[i]), files[i+1])
		}
		must(t, os.Symlink(filepath.Base(dir), "plugins/..data_tmp"))
		must(t, os.Rename("plugins/..data_tmp", "plugins/..data"))
	}
	for mode, o := range modes {
		t.Run(mode, func(t *testing.T) {
			s := newScene(t, o)
			generation(t, 1, "a.wasm", "one", "a.toml", "")
			for _, f := range []string{"a.wasm", "a.toml"} {
				must(t, os.Symlink("..data/"+f, "plugins/"+f))
			}
			first := s.load("a")
			w := s.watch()
			w.silence()
			for n, bytes := range []string{"two", "3.1", "4.2"} {
				generation(t, n+2, "a.wasm", bytes, "a.toml", "open")
				must(t, os.RemoveAll(fmt.Sprintf("plugins/..2026_%d", n+1)))
				w.report()
				set := s.load("a")
				if p := s.get(set, "a"); p.guest.(*guest).wasm != bytes || !p.FailOpen() {
					t.Errorf("generation %d: %s, fail open %v; want %s, true", n+2, p.guest.(*guest).wasm, p.FailOpen(), bytes)
				}
				w.silence()
			}
			if p := s.get(first, "a"); p.guest.(*guest).wasm != "one" || p.FailOpen() {
				t.Error("the first generation changed under its set")
			}
		})
	}
}

func TestWatchSeesADirectoryThatComesBack(t *testing.T) {
	for mode, o := range modes {
		t.Run(mode, func(t *testing.T) {
			s := newScene(t, o, "a.wasm", "m")
			s.load("a")
			w := s.watch()
			for n := range 3 {
				must(t, os.Rename("plugins", fmt.Sprintf("away%d", n)))
				w.report()
				must(t, os.Mkdir("plugins", 0o755))
				s.write("a.wasm", fmt.Sprint("m", n))
				w.report()
				s.load("a")
				s.write("b.wasm", fmt.Sprint(n)) // the new one is listened to
				w.report()
			}
		})
	}
}

func TestManyFilesAreOneReport(t *testing.T) {
	s := newScene(t, Options{Quiet: time.Second})
	w := s.newWatch(nil)
	defer w.close()
	at := time.Now()
	look := func(after time.Duration, wantDue bool, wantAgain time.Duration) {
		t.Helper()
		at = at.Add(after)
		if due, again := w.look(at); due != wantDue || again != wantAgain {
			t.Errorf("look = %v, %s, want %v, %s", due, again, wantDue, wantAgain)
		}
	}
	look(0, false, resync)
	for n := range 5 {
		s.write(fmt.Sprintf("p%d.wasm", n), "m", fmt.Sprintf("p%d.toml", n), "open")
		look(900*time.Millisecond, false, time.Second)
	}
	look(600*time.Millisecond, false, 400*time.Millisecond)
	look(400*time.Millisecond, true, 0)
	look(time.Hour, false, resync)
}

func TestALoadIsNotReportedAgain(t *testing.T) {
	s := newScene(t, Options{})
	w := s.newWatch(nil)
	defer w.close()
	at := time.Now()
	s.write("a.wasm", "m")
	if due, again := w.look(at); due || again != quiet {
		t.Errorf("look = %v, %s, want false, %s", due, again, quiet)
	}
	during := s.Directory.build
	s.Directory.build = func(ctx context.Context, name string, wasm []byte, st Settings, o func(native.Observation)) (Guest, error) {
		if due, _ := w.look(at.Add(time.Second)); due {
			t.Error("a report of what is being loaded")
		}
		return during(ctx, name, wasm, st, o)
	}
	s.load("a") // by hand, before the quiet period is over
	if due, again := w.look(at.Add(time.Second)); due || again != resync {
		t.Errorf("look after the load = %v, %s, want false, %s", due, again, resync)
	}
}

func TestALoadThatWasCanceledIsReported(t *testing.T) {
	s := newScene(t, Options{Quiet: time.Hour}, "a.wasm", "m")
	w := s.newWatch(nil)
	defer w.close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.Load(ctx, []string{"a"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Load = %v, want %v", err, context.DeadlineExceeded)
	}
	now := time.Now()
	w.look(now)
	if due, _ := w.look(now.Add(time.Hour)); !due {
		t.Error("what was not loaded in the end is not reported")
	}
}

func TestChangesBeforeWatchAreReported(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m")
	time.Sleep(5 * time.Millisecond)
	put(t, "gateway.toml", "written after New")
	w := s.watch("gateway.toml")
	w.report()
	w.stop()

	put(t, "gateway.toml", "written between two watches")
	w = s.watch("gateway.toml")
	w.report()
	w.stop()

	s.write("b.wasm", "m")
	s.watch("gateway.toml").report()
}

func TestAReportThatChangedNothingIsNotRepeated(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m")
	w := s.watch() // its reports never load
	s.write(".a.wasm", "n")
	must(t, os.Rename("plugins/.a.wasm", "plugins/a.wasm"))
	w.report()
	w.silence()
}

func TestCloseEndsWatchFromWithinAReport(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m")
	var reports atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Watch(context.Background(), nil, func() {
			reports.Add(1)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			s.write("b.wasm", "m") // nobody hears of it
		})
	}()
	s.write("a.wasm", "n")
	select {
	case <-done:
	case <-time.After(soon):
		t.Fatal("Watch did not return")
	}
	if n := reports.Load(); n != 1 {
		t.Errorf("%d reports, want 1", n)
	}
}

func TestADirectoryWithoutRestIsReportedAllTheSame(t *testing.T) {
	s := newScene(t, Options{Quiet: time.Second}, "a.wasm", "0")
	w := s.newWatch(nil)
	defer w.close()
	start := time.Now()
	for at := time.Duration(0); ; at += 500 * time.Millisecond {
		s.write("a.wasm", strings.Repeat("x", int(at/time.Millisecond)+2))
		due, again := w.look(start.Add(at))
		if due != (at >= maxUnrest) || !due && again != time.Second {
			t.Fatalf("look after %s = %v, %s, want due from %s on", at, due, again, maxUnrest)
		}
		if due {
			break
		}
	}
	if due, _ := w.look(start.Add(time.Minute)); due {
		t.Error("due without a change")
	}
}

func TestPollingWhereTheFileSystemCannotNotify(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m")
	w := s.newWatch(nil)
	defer w.close()
	w.events.can = func(dir string) error { return remoteError(dir, 0x6969) }
	for range 2 {
		if due, again := w.look(time.Now()); due || again != DefaultPoll {
			t.Errorf("look = %v, %s, want false, %s", due, again, DefaultPoll)
		}
	}
	if got := s.log.String(); strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, "is on NFS") {
		t.Errorf("log = %q, want one warning that names NFS", got)
	}
	for dir, bad := range map[string]bool{".": false, "/nowhere": false, "a\x00b": true} {
		if err := notifies(dir); (err != nil) != bad {
			t.Errorf("notifies(%q) = %v, want an error: %v", dir, err, bad)
		}
	}
}

func TestRoads(t *testing.T) {
	t.Chdir(t.TempDir())
	base, err := filepath.EvalSymlinks(".")
	must(t, err)
	base, err = filepath.Abs(base)
	must(t, err)
	for _, d := range []string{"a/b/plugins", "c"} {
		must(t, os.MkdirAll(d, 0o755))
	}
	put(t, "c/x.wasm", "")
	for from, to := range map[string]string{"a/b/plugins/x.wasm": "../../../c/x.wasm", "link": "a", "round": "round", "dead": "none/x"} {
		must(t, os.Symlink(to, from))
	}
	tests := []struct {
		path string
		want []string
	}{
		{"a/b/plugins", []string{"a/b", "a/b/plugins"}},
		{"c/x.wasm", []string{"c"}},
		{"a/b/plugins/x.wasm", []string{"a/b/plugins", "c"}},
		{"link/b", []string{"", "a", "a/b"}},
		{"c/none/deeper/file", []string{"c"}},
		{"c/x.wasm/file", nil},
		{"dead", []string{""}},
		{"round", []string{""}},
	}
	for _, test := range tests {
		want := map[string]bool{}
		for _, d := range test.want {
			want[filepath.Join(base, d)] = true
		}
		got, _ := roads([]string{filepath.Join(base, test.path)})
		same := len(got) == len(want)
		for d := range got {
			same = same && want[d]
		}
		if !same {
			t.Errorf("roads(%q) = %v, want %v", test.path, got, want)
		}
	}
}

// An access log beside the gateway file is written to all the time.
func TestWhatIsWrittenBesideAFileIsNotLookedAt(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m")
	must(t, os.MkdirAll("conf/real", 0o755))
	put(t, "conf/real/gateway.toml", "a")
	put(t, "conf/access.log", "")
	must(t, os.Symlink("real/gateway.toml", "conf/gateway.toml"))
	w := s.newWatch([]string{"conf/gateway.toml"})
	defer w.close()
	const again = 300 * time.Millisecond
	tests := []struct {
		name   string
		change func()
		heard  bool
	}{
		{"a log", func() { put(t, "conf/access.log", "line") }, false},
		{"a file beside what the link leads to", func() { put(t, "conf/real/gateway.toml.orig", "b") }, true}, // it is new
		{"the same once more", func() { put(t, "conf/real/gateway.toml.orig", "bc") }, false},
		{"what the link leads to", func() { put(t, "conf/real/gateway.toml", "b") }, true},
		{"a plugin", func() { s.write("a.wasm", "n") }, true},
		{"a log that is renamed", func() { must(t, os.Rename("conf/access.log", "conf/access.log.1")) }, true},
	}
	waited := func(again time.Duration) time.Duration {
		start := time.Now()
		w.wait(context.Background(), again)
		return time.Since(start)
	}
	w.look(time.Now())
	for _, tt := range tests {
		for waited(again) < again { // what is left of the change before
		}
		tt.change()
		limit := again
		if tt.heard {
			limit = time.Minute
		}
		if took := waited(limit); tt.heard != (took < limit) {
			t.Errorf("%s: looked after %s, heard should be %v", tt.name, took, tt.heard)
		}
	}
}
