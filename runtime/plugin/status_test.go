package plugin

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// brief is a Status without what differs from run to run.
func brief(all []Status) []string {
	list := []string{}
	for _, s := range all {
		line := s.Name + " " + string(s.State)
		for _, d := range s.Serving {
			line += " serving " + short(d)
		}
		if s.Digest != "" {
			line += " file " + short(s.Digest)
		}
		for _, p := range s.Problems {
			line += " | " + p
		}
		list = append(list, line)
	}
	return list
}

func short(digest string) string { return strings.TrimPrefix(digest, "sha256:")[:4] }

func (s *scene) wantStatus(when string, want ...string) {
	s.t.Helper()
	for i := range want {
		for _, module := range []string{"one", "two", "broken", "bad toml"} {
			want[i] = strings.ReplaceAll(want[i], "<"+module+">", short(digestOf([]byte(module))))
		}
	}
	if want == nil {
		want = []string{}
	}
	if got := brief(s.Status()); !reflect.DeepEqual(got, want) {
		s.t.Errorf("%s:\n got %q\nwant %q", when, got, want)
	}
}

func TestStatusFollowsTheFiles(t *testing.T) {
	const noWasm = "plugins/%.wasm: module refused: it is not WebAssembly; give the binary form (.wasm), not text"
	not := func(name string) string { return strings.ReplaceAll(noWasm, "%", name) }
	s := newScene(t, Options{}, "a.wasm", "one")
	s.broken = map[string]error{"broken": errors.New("it is broken")}
	s.wantStatus("before the first load")

	first := s.load("a")
	s.wantStatus("loaded", "a loaded serving <one> file <one>")

	s.write("a.wasm", "broken")
	if _, err := s.Load(t.Context(), []string{"a"}); err == nil {
		t.Fatal("a broken plugin was loaded")
	}
	s.wantStatus("broken, the old one serves", "a broken serving <one> file <broken> | plugins/a.wasm: it is broken")

	s.write("a.wasm", "two")
	s.load("a")
	s.wantStatus("two versions", "a loaded serving <one> serving <two> file <two>")
	first.Close()
	s.wantStatus("one version", "a loaded serving <two> file <two>")

	s.write("b.wasm", "broken", "c.toml", "open", "d.wasm", "bad toml", "d.toml", "x", "e e.wasm", "one", "f f.toml", "")
	time.Sleep(2 * quiet)
	s.load("a")
	others := []string{
		"b broken file <broken> | " + not("b"),
		"c broken | plugins/c.wasm: no such file for its .toml; the directory holds a, b, d, e e",
		"d broken file <bad toml> | plugins/d.toml:1: unknown key x | " + not("d"),
		`e e broken | plugins/e e.wasm: "e e" cannot be a plugin's name: use letters, digits, _ and -, and begin with a letter or digit`,
		`f f broken | plugins/f f.toml: "f f" cannot be a plugin's name: use letters, digits, _ and -, and begin with a letter or digit`,
	}
	s.wantStatus("broken ones that nobody uses", append([]string{"a loaded serving <two> file <two>"}, others...)...)
	warned := strings.Count(s.log.String(), "nothing uses it")
	if warned != 6 {
		t.Errorf("%d warnings, want one for each of 6 problems: %s", warned, s.log)
	}
	since := s.Status()[1].Since
	s.load("a")
	if again := strings.Count(s.log.String(), "nothing uses it"); again != warned || !s.Status()[1].Since.Equal(since) {
		t.Errorf("%d warnings after another load, want %d; broken since %s, want %s", again, warned, s.Status()[1].Since, since)
	}

	must(t, os.Remove("plugins/a.wasm"))
	if _, err := s.Load(t.Context(), []string{"a"}); !errors.Is(err, ErrNoFile) {
		t.Errorf("Load = %v, want %v", err, ErrNoFile)
	}
	if got := brief(s.Status())[0]; !strings.HasPrefix(got, "a broken serving ") {
		t.Errorf("a module that is gone: %q", got)
	}
	for _, f := range []string{"b.wasm", "c.toml", "d.wasm", "d.toml", "e e.wasm", "f f.toml"} {
		must(t, os.Remove("plugins/"+f))
	}
	s.load()
	s.wantStatus("no files, one drains", "a loaded serving <two>")
}

func TestAFileThatIsBeingWrittenIsLookedAtLater(t *testing.T) {
	s := newScene(t, Options{Quiet: time.Hour})
	s.write("a.wasm", "half of a mod")
	s.load()
	s.wantStatus("while it is written", "a changing")
	if got := s.log.String(); got != "" {
		t.Errorf("log = %q, want none", got)
	}
	if v, _, _ := s.look(); len(s.known) != 0 || len(v) != 1 {
		t.Errorf("known = %v, want nothing, so that Watch comes back", s.known)
	}
	s.quiet, s.resting.quiet = time.Nanosecond, time.Nanosecond
	s.load()
	if got := s.Status()[0].State; got != Broken {
		t.Errorf("state at rest = %s, want %s", got, Broken)
	}
}

func TestAnUnusedModuleIsNotReadAgain(t *testing.T) {
	s := newScene(t, Options{}, "a.wasm", "one", "a.toml", "open")
	time.Sleep(2 * quiet)
	s.load()
	r := s.record("a")
	r.at = r.at.Add(racy)
	s.load()
	if again := s.record("a"); again.at != r.at || again.digest != r.digest || len(again.errs) != 1 {
		t.Errorf("record = %+v, want that of the first look, %+v", again, r)
	}
}

func TestTooManyFiles(t *testing.T) {
	s := newScene(t, Options{})
	for n := range MaxFiles + 1 {
		must(t, os.Symlink("x", "plugins/"+strings.Repeat("x", n/100)+string(rune('a'+n%100))))
	}
	_, err := s.Load(t.Context(), []string{"a"})
	if want := "plugin directory: plugins: holds more than 10000 files"; err == nil || err.Error() != want {
		t.Errorf("Load = %v, want %s", err, want)
	}
}
