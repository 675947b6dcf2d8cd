package runtime_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// watch watches until the test ends.
func (s *stand) watch() {
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { s.Watch(ctx) })
	s.t.Cleanup(func() {
		stop()
		watching.Wait()
	})
}

// stamp is the stamp that a response carries now.
func (s *stand) stamp() string {
	resp, _, err := s.try("GET", "/stamped", nil)
	if err != nil {
		return err.Error()
	}
	return resp.Header.Get("X-Stamp")
}

// promptly makes a change and waits until it is obeyed. That takes a second at
// most, with what ships; a machine that others use may need more than one try.
func promptly(t *testing.T, name string, change func(try int), obeyed func(try int) bool) {
	t.Helper()
	const (
		bound = time.Second
		tries = 3
	)
	for try := range tries {
		start := time.Now()
		change(try)
		eventually(t, name, func() bool { return obeyed(try) })
		took := time.Since(start).Round(time.Millisecond)
		t.Logf("%s: obeyed after %s", name, took)
		if took <= bound || raceEnabled {
			return
		}
	}
	t.Errorf("%s: took more than %s in each of %d tries", name, bound, tries)
}

// overwrite writes to a file as cp does.
func overwrite(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// shipped is a gateway file with the quiet time that ships.
func shipped(text string) string {
	return strings.Replace(gatewayFile(text), "quiet = \"1ms\"\n", "", 1)
}

// TestWatch: files that change are obeyed without anybody asking, in every way
// in which files change, and within a second. The stamp's module has 200 KB.
func TestWatch(t *testing.T) {
	dir := files(t, good, "session", "session.toml", tokens, "stamp.toml", "[config]\nstamp = \"1\"\n", "echo")
	// A module that nobody has compiled yet, with a header of its own.
	seed, size := uint64(0), 200_000
	if raceEnabled { // which is ten times as slow
		size = 20_000
	}
	large := func(header string) []byte {
		seed++
		m := grown(t, replaced(t, guest(t, "stamp"), "X-Stamp", header), size, seed)
		if len(m) < size || len(m) > size+1000 {
			t.Fatalf("the module has %d bytes", len(m))
		}
		return m
	}
	gateway, module, settings := filepath.Join(dir, "gateway.toml"), filepath.Join(dir, "plugins", "stamp.wasm"), filepath.Join(dir, "plugins", "stamp.toml")
	inPlace := func(file, text string) { t.Helper(); overwrite(t, file, text) }
	write(t, gateway, shipped(good))
	inPlace(module, string(large("X-Stamp")))
	s := serve(t, dir)
	s.watch()
	stamped := func(text string) string { return "[config]\nstamp = \"" + text + "\"\n" }

	promptly(t, "NAME.toml renamed over",
		func(try int) { write(t, settings, stamped(fmt.Sprint("renamed ", try))) },
		func(try int) bool { return s.stamp() == fmt.Sprint("renamed ", try) })
	promptly(t, "NAME.toml written in place",
		func(try int) { inPlace(settings, stamped(fmt.Sprint("in place ", try))) },
		func(try int) bool { return s.stamp() == fmt.Sprint("in place ", try) })
	inPlace(settings, stamped("in place"))
	eventually(t, "the last stamp", func() bool { return s.stamp() == "in place" })

	// secret is what /secret answers now; the gateway file says it.
	secret := func() string {
		_, body := s.get("/secret", "Authorization: Bearer let-me-in")
		return body
	}
	says := func(text string, try int) string {
		return strings.Replace(text, `"good"`, fmt.Sprintf(`"good %d"`, try), 1)
	}
	promptly(t, "the gateway file renamed over",
		func(try int) { write(t, gateway, shipped(says(strings.Replace(good, `["stamp"]`, "[]", 1), try))) },
		func(try int) bool { return s.stamp() == "" && secret() == fmt.Sprint("good ", try) })
	promptly(t, "the gateway file written in place",
		func(try int) { inPlace(gateway, shipped(says(good, 10+try))) },
		func(try int) bool { return s.stamp() == "in place" && secret() == fmt.Sprint("good ", 10+try) })

	header := func(name string) string {
		resp, _ := s.do("GET", "/stamped", nil)
		return resp.Header.Get(name)
	}
	promptly(t, "a module renamed over",
		func(try int) { write(t, module, string(large(fmt.Sprintf("X-Mod-%d", try)))) },
		func(try int) bool { return header(fmt.Sprintf("X-Mod-%d", try)) == "in place" })
	promptly(t, "a module copied in place",
		func(try int) { inPlace(module, string(large(fmt.Sprintf("X-Cop-%d", try)))) },
		func(try int) bool { return header(fmt.Sprintf("X-Cop-%d", try)) == "in place" })
	promptly(t, "a new module, and the gateway file that names it",
		func(try int) {
			name := fmt.Sprintf("new-%d", try)
			inPlace(s.plugin(name+".wasm"), string(large(fmt.Sprintf("X-New-%d", try))))
			inPlace(s.plugin(name+".toml"), stamped(name))
			inPlace(gateway, shipped(strings.Replace(good, `["stamp"]`, `["stamp", "`+name+`"]`, 1)))
		},
		func(try int) bool { return header(fmt.Sprintf("X-New-%d", try)) == fmt.Sprintf("new-%d", try) })
	write(t, module, string(large("X-Stamp")))
	eventually(t, "the stamp again", func() bool { return s.stamp() == "in place" })

	snapshot := s.Snapshot()
	const failed = "reload failed; the old snapshot keeps serving"
	promptly(t, "a broken module",
		func(try int) { write(t, s.plugin("echo.wasm"), fmt.Sprint("broken ", try)) },
		func(try int) bool { return s.LastReload().Error != "" && strings.Count(s.log.String(), failed) > try })
	if s.Snapshot() != snapshot || s.stamp() != "in place" {
		t.Error("the old snapshot does not serve")
	}
	for _, p := range s.Plugins() {
		if p.Name == "echo" && (p.State != "broken" || len(p.Problems) != 1 || len(p.Serving) != 1) {
			t.Errorf("the state of the broken plugin: %+v", p)
		}
	}
	if got := s.metrics()[`portico_plugin_broken{plugin="echo"}`]; got != 1 {
		t.Errorf("portico_plugin_broken is %v", got)
	}
	if !strings.Contains(s.log.String(), failed) || !strings.Contains(s.log.String(), "echo.wasm") {
		t.Error("the log does not say which file is broken")
	}
	promptly(t, "the module repaired",
		func(try int) {
			snapshot = s.Snapshot()
			write(t, s.plugin("echo.wasm"), string(numbered(guest(t, "echo"), try)))
		},
		func(int) bool { return s.LastReload().Error == "" && s.Snapshot() > snapshot })
}

// TestWatchElsewhere: another plugin directory is watched once it is
// configured, also when it is not good yet.
func TestWatchElsewhere(t *testing.T) {
	s := serveGood(t)
	s.watch()
	other := filepath.Join(s.dir, "other")
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.dir, "gateway.toml"), strings.Replace(gatewayFile(good), "[plugins]\n", "[plugins]\ndirectory = \"other\"\n", 1))
	eventually(t, "a failed reload", func() bool { return s.LastReload().Error != "" })
	if n := len(s.Plugins()); n != 3 || s.stamp() != "1" {
		t.Errorf("%d plugins are known and the stamp is %q", n, s.stamp())
	}
	for _, name := range []string{"session.wasm", "session.toml", "stamp.wasm", "stamp.toml", "echo.wasm"} {
		b, err := os.ReadFile(s.plugin(name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(other, name), strings.Replace(string(b), `stamp = "1"`, `stamp = "other"`, 1))
	}
	eventually(t, "the other directory", func() bool { return s.stamp() == "other" })
	write(t, filepath.Join(other, "stamp.toml"), "[config]\nstamp = \"watched\"\n")
	eventually(t, "a change there", func() bool { return s.stamp() == "watched" })
}

// TestWatchNamed: a file that the gateway file comes to name is watched from
// then on.
func TestWatchNamed(t *testing.T) {
	s := serveGood(t)
	s.watch()
	server := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	write(t, filepath.Join(s.dir, "ca.pem"), string(ca))
	write(t, filepath.Join(s.dir, "gateway.toml"), gatewayFile(good+"[upstream]\nca_file = \"ca.pem\"\n"))
	eventually(t, "the new name", func() bool { return s.Config().Upstream.CAFile != "" })
	write(t, filepath.Join(s.dir, "ca.pem"), "no certificate")
	eventually(t, "a mistake in that file", func() bool { return strings.Contains(s.LastReload().Error, "upstream.ca_file: ") })
}
