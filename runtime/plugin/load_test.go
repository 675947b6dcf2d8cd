package plugin

import (
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

func TestLoadReportsEveryProblemOfEveryFile(t *testing.T) {
	const zeros = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	tests := []struct {
		name  string
		files []string
		setup func() error
		load  []string
		want  []string
	}{
		{name: "a plugin that is not there names those that are",
			files: []string{"b.wasm", "b", "a.wasm", "a", ".c.wasm", "c", "d.toml", "open"},
			load:  []string{"session"},
			want:  []string{"plugins/session.wasm: no such file; the directory holds a, b"}},
		{name: "an empty directory is said to be so",
			load: []string{"session"},
			want: []string{"plugins/session.wasm: no such file; the directory holds no module"}},
		{name: "a long list is cut",
			files: []string{"1.wasm", "", "2.wasm", "", "3.wasm", "", "4.wasm", "", "5.wasm", "", "6.wasm", "", "7.wasm", "", "8.wasm", "", "9.wasm", ""},
			load:  []string{"session"},
			want:  []string{"plugins/session.wasm: no such file; the directory holds 1, 2, 3, 4, 5, 6, 7, 8, …"}},
		{name: "settings without a module",
			files: []string{"a.toml", "open"},
			load:  []string{"a"},
			want:  []string{"plugins/a.wasm: no such file for its .toml; the directory holds no module"}},
		{name: "every line of the settings and the module, of two plugins",
			files: []string{"a.toml", "x\ny", "a.wasm", "m", "b.wasm", "broken"},
			load:  []string{"b", "a", "a"},
			want: []string{"plugins/a.toml:1: unknown key x", "plugins/a.toml:1: unknown key y",
				"plugins/b.wasm: it is broken"}},
		{name: "a pin that does not match shows both digests",
			files: []string{"a.toml", "digest " + zeros, "a.wasm", ""},
			load:  []string{"a"},
			want: []string{"plugins/a.wasm: digest does not match: pinned is " + zeros +
				", the file has sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
		{name: "a name that is a path",
			load: []string{"../a"},
			want: []string{`a.wasm: "../a" cannot be a plugin's name: use letters, digits, _ and -, and begin with a letter or digit`}},
		{name: "a directory in the place of a module",
			setup: func() error { return os.Mkdir("plugins/a.wasm", 0o755) },
			load:  []string{"a"},
			want:  []string{"plugins/a.wasm: not a regular file: it is a directory"}},
		{name: "a pipe is not waited for",
			setup: func() error { return syscall.Mkfifo("plugins/a.wasm", 0o644) },
			load:  []string{"a"},
			want:  []string{"plugins/a.wasm: not a regular file: it is a pipe"}},
		{name: "a device behind a link, as settings",
			files: []string{"a.wasm", "m"},
			setup: func() error { return os.Symlink("/dev/zero", "plugins/a.toml") },
			load:  []string{"a"},
			want:  []string{"plugins/a.toml: not a regular file: it is a device"}},
		{name: "a link that leads nowhere",
			setup: func() error { return os.Symlink("nowhere", "plugins/a.wasm") },
			load:  []string{"a"},
			want:  []string{"plugins/a.wasm: no such file; the directory holds a"}},
		{name: "a link to itself",
			setup: func() error { return os.Symlink("a.wasm", "plugins/a.wasm") },
			load:  []string{"a"},
			want:  []string{"plugins/a.wasm: too many levels of symbolic links"}},
		{name: "a module of one byte too many",
			files: []string{"a.wasm", ""},
			setup: func() error { return os.Truncate("plugins/a.wasm", MaxModule+1) },
			load:  []string{"a"},
			want:  []string{"plugins/a.wasm: too large: it has 67108865 bytes, at most 67108864 are allowed"}},
		{name: "settings of one byte too many",
			files: []string{"a.wasm", "m", "a.toml", strings.Repeat("#", MaxSettings+1)},
			load:  []string{"a"},
			want:  []string{"plugins/a.toml: too large: it has 1048577 bytes, at most 1048576 are allowed"}},
		{name: "a panic of the compiler",
			files: []string{"a.wasm", "panic"},
			load:  []string{"a"},
			want:  []string{"plugins/a.wasm: it made the loader panic: over the bytes"}},
		{name: "a panic of the parser",
			files: []string{"a.wasm", "m", "a.toml", "panic"},
			load:  []string{"a"},
			want:  []string{"plugins/a.toml: it made the loader panic: over NAME.toml"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, Options{}, test.files...)
			s.broken = map[string]error{"broken": errors.New("it is broken")}
			if test.setup != nil {
				must(t, test.setup())
			}
			set, err := s.Load(t.Context(), test.load)
			if set != nil {
				t.Errorf("Load gave a set with %d plugins, want none", len(set.All()))
			}
			var got []string
			joined, ok := err.(interface{ Unwrap() []error })
			if !ok {
				t.Fatalf("Load = %v, want joined errors", err)
			}
			for _, e := range joined.Unwrap() {
				var f *FileError
				if !errors.As(e, &f) || f.Name == "" {
					t.Errorf("%v is no FileError with a name", e)
				}
				got = append(got, e.Error())
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("Load:\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestLoadOfAnAbsentDirectory(t *testing.T) {
	s := newScene(t, Options{})
	must(t, os.Remove("plugins"))
	if got := s.load().All(); len(got) != 0 {
		t.Errorf("without names: %d plugins, want 0", len(got))
	}
	_, err := s.Load(t.Context(), []string{"a"})
	if want := "plugin directory: open plugins: no such file or directory"; err == nil || err.Error() != want {
		t.Errorf("Load = %v, want %s", err, want)
	}
	must(t, syscall.Mkfifo("plugins", 0o644))
	if _, err = s.Load(t.Context(), []string{"a"}); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("Load of a pipe = %v, want %v", err, syscall.ENOTDIR)
	}
}

func TestPluginsAreSharedByModuleAndSettings(t *testing.T) {
	tests := []struct {
		name  string
		write []string
		built int64 // by the second load
	}{
		{"nothing changes", nil, 0},
		{"the same bytes are written again", []string{"a.wasm", "m", "a.toml", "open"}, 0},
		{"the module changes", []string{"a.wasm", "n"}, 1},
		{"the settings change", []string{"a.toml", "open\n"}, 1},
		{"another plugin changes", []string{"b.wasm", "n"}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, Options{}, "a.wasm", "m", "a.toml", "open")
			first := s.load("a")
			before := s.built.Load()
			s.write(test.write...)
			second := s.load("a")
			if got := s.built.Load() - before; got != test.built {
				t.Errorf("built %d plugins, want %d", got, test.built)
			}
			a, b := s.get(first, "a"), s.get(second, "a")
			if same := a == b; same != (test.built == 0) || same != (a.Key() == b.Key()) {
				t.Errorf("shared: %v, keys %s and %s", same, a.Key(), b.Key())
			}
			first.Close()
			first.Close()
			if answer, err := b.Call(t.Context(), hostabi.Authorize, nil); answer != 1 || err != nil {
				t.Errorf("Call after the other set was closed = %d, %v, want 1", answer, err)
			}
			second.Close()
			if got := s.alive.Load(); got != 0 {
				t.Errorf("%d guests live, want 0", got)
			}
		})
	}
}

func TestPluginTellsItsSettings(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "", "a.toml", "open\nconfig {}")
	set := s.load("a")
	p := s.get(set, "a")
	type facts struct {
		Name, Digest, Toml string
		Settings           Settings
		Open, Has, Hasnt   bool
		All                int
	}
	got := facts{p.Name(), p.Digest(), p.SettingsKey(), p.Settings(), p.FailOpen(), p.Has(hostabi.Authorize), p.Has(hostabi.Integrate), len(set.All())}
	want := facts{"a", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		(&content{toml: []byte("open\nconfig {}")}).tomlHash(),
		Settings{FailOpen: true, Config: []byte("{}")}, true, true, false, 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("plugin:\n got %+v\nwant %+v", got, want)
	}
	if _, ok := set.Get("b"); ok {
		t.Error("Get of a plugin that was not loaded is ok")
	}
}

func TestClosingTheLastSetWaitsForCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, Options{}, "a.wasm", "wait")
		set := s.load("a")
		p := s.get(set, "a")
		var answer atomic.Int32
		var closed atomic.Bool
		go func() {
			a, _ := p.Call(context.Background(), hostabi.Authorize, nil)
			answer.Store(a)
		}()
		synctest.Wait()
		go func() { set.Close(); closed.Store(true) }()
		synctest.Wait()
		if closed.Load() {
			t.Error("Close returned during a call")
		}
		close(p.guest.(*guest).wait)
		synctest.Wait()
		if answer.Load() != 1 || !closed.Load() || s.alive.Load() != 0 {
			t.Errorf("after the call: answer %d, closed %v, %d guests live; want 1, true, 0", answer.Load(), closed.Load(), s.alive.Load())
		}
	})
}

// A Load that fails may be left with the last reference to a plugin.
func TestALoadThatFailsDoesNotWaitForCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var aside sync.WaitGroup
		s := newScene(t, Options{Aside: aside.Go}, "a.wasm", "wait", "b.wasm", "m")
		set := s.load("a")
		p := s.get(set, "a")
		go p.Call(context.Background(), hostabi.Authorize, nil)
		synctest.Wait()
		refuse := errors.New("refused")
		s.Directory.build = func(context.Context, string, []byte, Settings, func(native.Observation)) (Guest, error) {
			set.Close() // the snapshot that held it has drained meanwhile
			return nil, refuse
		}
		if _, err := s.Load(t.Context(), []string{"a", "b"}); !errors.Is(err, refuse) {
			t.Errorf("Load = %v, want %v", err, refuse)
		}
		if s.alive.Load() != 1 {
			t.Error("the plugin was closed during its call")
		}
		close(p.guest.(*guest).wait)
		aside.Wait()
		if s.alive.Load() != 0 {
			t.Error("the plugin lives on after its call")
		}
	})
}

func TestACanceledLoadLeavesNothing(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m", "b.wasm", "m")
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	build := s.Directory.build
	s.Directory.build = func(ctx context.Context, name string, wasm []byte, st Settings, o func(native.Observation)) (Guest, error) {
		cancel(cause)
		return build(ctx, name, wasm, st, o)
	}
	if _, err := s.Load(ctx, []string{"a", "b"}); !errors.Is(err, cause) {
		t.Errorf("Load = %v, want %v", err, cause)
	}
	if got := s.alive.Load(); got != 0 {
		t.Errorf("%d guests live, want 0", got)
	}
	if _, err := s.Load(ctx, nil); err == nil { // it may or may not come to the lock
		t.Error("Load with a canceled context gave a set")
	}
}

func TestAModuleIsReadAgainOnlyWhenItMayHaveChanged(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "m")
	first := s.load("a")
	r := s.record("a")
	if r.knows(r.module) {
		t.Error("a module that was read right after it changed counts as known")
	}
	r.at = r.at.Add(racy) // as if it had been read later
	if !r.knows(r.module) {
		t.Error("a module that was read long after it changed counts as unknown")
	}
	second := s.load("a")
	if s.get(first, "a") != s.get(second, "a") {
		t.Error("a plugin whose module was not read again is not shared")
	}
	s.write("a.toml", "open") // the bytes are needed after all
	third := s.load("a")
	if p := s.get(third, "a"); p == s.get(first, "a") || p.guest.(*guest).wasm != "m" {
		t.Error("new settings did not make a new plugin of the same module")
	}
}

func TestTenThousandLoadsLeaveNothing(t *testing.T) {
	s := newScene(t, Options{Quiet: time.Nanosecond}, "a.wasm", "m", "b.wasm", "m")
	keep := s.load("b")
	for range 10_000 {
		set, err := s.Load(t.Context(), []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		set.Close()
	}
	type counts struct{ shared, live, past, records, seen int }
	got := counts{len(s.shared), len(s.live), len(s.Directory.past), len(s.records), len(s.resting.seen)}
	if want := (counts{1, 1, 0, 2, 4}); got != want {
		t.Errorf("counts after 10,000 loads: %+v, want %+v", got, want)
	}
	if refs := s.get(keep, "b").refs; refs != 1 {
		t.Errorf("%d references to the plugin that is kept, want 1", refs)
	}
}
