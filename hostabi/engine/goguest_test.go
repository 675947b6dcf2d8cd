package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

var goGuestDir string

var buildGoGuest = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "goguest")
	if err != nil {
		return nil, err
	}
	goGuestDir = dir
	out := filepath.Join(dir, "guest.wasm")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", out, ".")
	cmd.Dir = filepath.Join("testdata", "goguest")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		return text, err
	}
	return os.ReadFile(out)
})

// goGuest builds testdata/goguest once for all tests of the package.
func goGuest(t testing.TB) []byte {
	t.Helper()
	if testing.Short() || raceDetector {
		t.Skip("building a Go guest takes seconds, compiling it under the race detector a minute")
	}
	b, err := buildGoGuest()
	if err != nil {
		t.Fatalf("build Go guest: %v\n%s", err, b)
	}
	return b
}

func removeGoGuest() {
	if goGuestDir != "" {
		os.RemoveAll(goGuestDir)
	}
}
