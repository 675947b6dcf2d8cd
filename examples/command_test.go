package examples

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime"
)

// TestCommand builds the program of command as its README says, and serves its
// gateway file.
func TestCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("building and compiling a Go guest takes seconds")
	}
	dir := t.TempDir()
	plugins := filepath.Join(dir, "plugins")
	if err := os.CopyFS(plugins, os.DirFS(filepath.Join("command", "plugins"))); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(plugins, "shipping.wasm"), ".")
	build.Dir = "command"
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	src, err := os.ReadFile(filepath.Join("command", "gateway.toml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(src), `":8080"`, `"127.0.0.1:0"`, 1) + "\n[plugins]\ncache = \"off\"\n"
	file := filepath.Join(dir, "gateway.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := runtime.Open(context.Background(), runtime.Options{File: file, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, test := range []struct {
		name, authorization, path string
		status                    int
		body                      string
	}{
		{"a partner gets a price", "partner acme", "/prices/fr", 200, "acme pays 6.50 for a parcel to fr\n"},
		{"from the remembered decision too", "partner acme", "/prices/de", 200, "acme pays 4.90 for a parcel to de\n"},
		{"or hears that there is none", "partner acme", "/prices/aq", 404, "we do not ship to aq\n"},
		{"one is denied", "partner mallory", "/prices/fr", 403, `{"message":"Forbidden"}`},
		{"who is no partner is unauthorized", "Basic xyz", "/prices/fr", 401, `{"message":"Unauthorized"}`},
		{"so is who says nothing", "", "/prices/fr", 401, `{"message":"Unauthorized"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodGet, "http://"+s.Addrs()[0].String()+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.authorization != "" {
				r.Header.Set("Authorization", test.authorization)
			}
			resp, err := transport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != test.status || string(b) != test.body {
				t.Errorf("got %d %q, %v, want %d %q", resp.StatusCode, b, err, test.status, test.body)
			}
		})
	}
}
