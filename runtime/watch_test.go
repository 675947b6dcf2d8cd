package runtime_test

import (
	"context"
	"encoding/pem"
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

// TestWatch: files that change are obeyed without anybody asking, in every way
// in which files change.
func TestWatch(t *testing.T) {
	s := serveGood(t)
	gateway := filepath.Join(s.dir, "gateway.toml")
	s.watch()
	is := func(stamp string) func() bool { return func() bool { return s.stamp() == stamp } }
	step := func(name string, ok func() bool) {
		t.Helper()
		start := time.Now()
		eventually(t, name, ok)
		t.Logf("%s: obeyed after %s", name, time.Since(start).Round(time.Millisecond))
	}

	write(t, s.plugin("stamp.toml"), "[config]\nstamp = \"renamed\"\n")
	step("NAME.toml renamed over", is("renamed"))

	if err := os.WriteFile(s.plugin("stamp.toml"), []byte("[config]\nstamp = \"in place\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	step("NAME.toml written in place", is("in place"))

	write(t, gateway, gatewayFile(strings.Replace(good, `["stamp"]`, "[]", 1)))
	step("the gateway file renamed over", is(""))

	if err := os.WriteFile(gateway, []byte(gatewayFile(good)), 0o644); err != nil {
		t.Fatal(err)
	}
	step("the gateway file written in place", is("in place"))

	snapshot := s.Snapshot()
	write(t, s.plugin("echo.wasm"), string(numbered(guest(t, "echo"), 1)))
	step("a module renamed over", func() bool { return s.Snapshot() > snapshot })

	snapshot = s.Snapshot()
	write(t, s.plugin("echo.wasm"), "broken")
	step("a broken module", func() bool { return s.LastReload().Error != "" })
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
	if !strings.Contains(s.log.String(), "reload failed; the old snapshot keeps serving") || !strings.Contains(s.log.String(), "echo.wasm") {
		t.Error("the log does not say which file is broken")
	}
	write(t, s.plugin("echo.wasm"), string(guest(t, "echo")))
	step("the module repaired", func() bool { return s.LastReload().Error == "" && s.Snapshot() > snapshot })
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
