package native_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sdkRust is the Rust SDK, a workspace.
var sdkRust = filepath.Join("..", "..", "sdk", "rust")

// rustGuest is a package of the Rust SDK's workspace as a guest. All are built
// at once, and once per run.
func rustGuest(t testing.TB, name string) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("building Rust guests takes long")
	}
	dir, err := rustGuests()
	if errors.Is(err, errNoRust) {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	wasm, err := os.ReadFile(filepath.Join(dir, name+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

// errNoRust reports that there is no compiler for the target; the text says
// what to install.
var errNoRust = errors.New("no Rust for WebAssembly")

// noToolchain is how cargo-wasm exits then: EX_UNAVAILABLE of sysexits.h.
const noToolchain = 69

var rustGuests = sync.OnceValues(func() (dir string, err error) {
	if err := touchRust(); err != nil {
		return "", err
	}
	if _, err := exec.LookPath("cc"); err != nil {
		return "", errors.Join(errNoRust, errors.New("there is no cc, which links build scripts (Debian: gcc libc6-dev)"))
	}
	c := exec.Command("sh", "cargo-wasm", "build", "--release", "--workspace", "--target-dir", "target")
	c.Dir = sdkRust
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == noToolchain:
		return "", errors.Join(errNoRust, errors.New(strings.TrimSpace(string(out))))
	case err != nil:
		return "", errors.Join(err, errors.New(string(out)))
	}
	return filepath.Join(sdkRust, "target", "wasm32-unknown-unknown", "release"), nil
})

// touchRust looks at every source, so that go test knows what its cached result
// hangs on.
func touchRust() error {
	return filepath.WalkDir(sdkRust, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "target" {
			return filepath.SkipDir
		}
		_, err = os.Stat(path)
		return err
	})
}
