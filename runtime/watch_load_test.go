package runtime_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDropsUnderLoad: files are copied and edited in place while requests run
// through an authorizer, mappers, an upstream and an integration that is a
// plugin: none fails, none is answered by a mixture, and what is broken changes
// nothing.
func TestDropsUnderLoad(t *testing.T) {
	s := serveVersioned(t)
	gateway := filepath.Join(s.dir, "gateway.toml")
	file := func(name, content string) { overwrite(t, name, content) }
	quiet := func(name, content string) { // with the quiet time that ships
		overwrite(t, name, strings.Replace(content, "quiet = \"1ms\"\n", "", 1))
	}
	quiet(gateway, s.text(1))
	s.reload()
	s.watch()
	serves := func(version int) {
		t.Helper()
		eventually(t, fmt.Sprint("version ", version), func() bool {
			got, err := s.ask("/proxied")
			if err != nil {
				t.Error(err)
			}
			return got == fmt.Sprint(version)
		})
	}
	marks := func(mark string) func() bool {
		return func() bool {
			resp, _ := s.do("GET", "/proxied", nil, "Authorization: Bearer let-me-in")
			return resp.Header.Get("X-Mark0") == mark
		}
	}
	const versions = 6
	rate, size := 200, 100_000
	if raceEnabled { // which is ten times as slow
		rate, size = 20, 10_000
	}
	got := s.loaded(t, rate, func() {
		for n := 2; n < 2+versions && !t.Failed(); n++ {
			s.put(t, n, quiet)
			serves(n)

			// What serves is written to, too.
			file(s.plugin("mark.toml"), stampIs(n))
			eventually(t, "the mark", marks(fmt.Sprint(n)))
			snapshot := s.Snapshot()
			file(s.plugin("mark.wasm"), string(grown(t, marking(t), size, uint64(n))))
			eventually(t, "the module of the mark", func() bool { return s.Snapshot() > snapshot })

			name := []string{s.plugin("mark.wasm"), s.plugin(fmt.Sprintf("session-%d.toml", n%2)), gateway}[n%3]
			file(name, "broken")
			eventually(t, "a broken "+filepath.Base(name), func() bool { return s.LastReload().Error != "" })
			if got := s.LastReload().Error; !strings.Contains(got, filepath.Base(name)) {
				t.Errorf("the error is %q, want %s in it", got, filepath.Base(name))
			}
			serves(n)
			file(s.plugin("mark.wasm"), string(marking(t)))
			s.put(t, n, quiet)
			eventually(t, "the repaired files", func() bool { return s.LastReload().Error == "" })
		}
	})
	t.Logf("%d versions by files alone under %s", versions, got)
	if got.answered == 0 {
		t.Error("nothing was answered")
	}
	eventually(t, "all old snapshots closed", func() bool { return s.metrics()["portico_snapshots_draining"] == 0 })
}

// TestALargeModule: a module that takes a while to compile is announced in the
// log; the old one answers meanwhile, and in the end the new one does.
func TestALargeModule(t *testing.T) {
	size, text := 2_000_000, "2.0 MB"
	if testing.Short() || raceEnabled {
		size, text = 250_000, "25" // 250.1 KB, say
	}
	s := serveGood(t)
	large := grown(t, replaced(t, guest(t, "stamp"), "X-Stamp", "X-Large"), size, 1)
	const begins, ends = `msg="compiling stamp.wasm" size=`, `msg="compiled stamp.wasm" took=`
	s.log.reset()
	s.watch()
	write(t, s.plugin("stamp.wasm"), string(large))

	var old, meanwhile int // answers of the old one: all, and those while the log told of the compilation
	var slowest time.Duration
	var began, ended time.Time
	for start := time.Now(); ended.IsZero(); time.Sleep(5 * time.Millisecond) {
		log := s.log.String()
		compiling := strings.Contains(log, begins) && !strings.Contains(log, ends)
		if compiling && began.IsZero() {
			began = time.Now()
		}
		if time.Since(start) > 2*patience {
			t.Fatal("the new module does not come")
		}
		asked := time.Now()
		resp, body, err := s.try("GET", "/stamped", nil)
		if err != nil || resp.StatusCode != 200 || body != "GET /stamped\n" {
			t.Fatalf("while it was compiled: %v %q %v", resp, body, err)
		}
		slowest = max(slowest, time.Since(asked))
		is := [2]string{resp.Header.Get("X-Stamp"), resp.Header.Get("X-Large")}
		switch is {
		case [2]string{"1", ""}:
			old++
			if compiling {
				meanwhile++
			}
		case [2]string{"", "1"}:
			ended = time.Now()
		default:
			t.Fatalf("the stamps are %q", is)
		}
	}
	t.Logf("%d bytes: %d answers of the old module, %d of them in the %s since the log told, the slowest after %s",
		len(large), old, meanwhile, ended.Sub(began).Round(time.Millisecond), slowest.Round(time.Millisecond))
	if began.IsZero() || meanwhile == 0 {
		t.Error("the log did not tell while the old module served")
	}
	log := s.log.String()
	at := 0
	for _, want := range []string{begins + `"` + text, ends, `msg="new snapshot serves"`} {
		i := strings.Index(log[at:], want)
		if i < 0 {
			t.Errorf("the log has no %s, or not in this order:\n%s", want, log)
			break
		}
		at += i
	}
}
