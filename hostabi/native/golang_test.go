package native_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/hostabi/tck"
)

// goGuest builds a package of the Go SDK's module as a guest, once per run.
func goGuest(t testing.TB, pkg string) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("building Go guests takes long")
	}
	g, _ := goGuests.LoadOrStore(pkg, sync.OnceValues(func() ([]byte, error) { return buildGo(pkg) }))
	wasm, err := g.(func() ([]byte, error))()
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

var goGuests sync.Map // of func() ([]byte, error) by package

func buildGo(pkg string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "guest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "guest.wasm")
	c := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", out, pkg)
	c.Dir = filepath.Join("..", "..", "sdk", "go")
	c.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=", "GOWORK=off")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}

func TestConformanceOfTheGoGuest(t *testing.T) {
	guest := goGuest(t, "./conformance")
	tck.Run(t, subject(newEngine(t), guest, 0))
}
