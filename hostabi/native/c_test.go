package native_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// sdkC is the folder of the C SDK.
const sdkC = "../../sdk/c"

// A form is one way to make a plugin of C or C++; the README of the SDK has
// the same command lines.
type form struct {
	tool  string
	flags string
}

var (
	freestanding = form{"clang", "--target=wasm32 -std=c11 -O2 -ffreestanding -mbulk-memory -nostdlib -Wl,--no-entry " + link}
	withLibc     = form{"clang", "--target=wasm32-wasi -std=c11 -O2 -mbulk-memory -mexec-model=reactor " + link}
	asCPlusPlus  = form{"clang++", "--target=wasm32 -x c++ -std=c++17 -O2 -ffreestanding -mbulk-memory -fno-exceptions -fno-rtti -nostdlib -Wl,--no-entry " + link}
	withLibcxx   = form{"clang++", "--target=wasm32-wasi -std=c++17 -O2 -mbulk-memory -fno-exceptions -fno-rtti -mexec-model=reactor " + link}
)

const (
	link     = "-Wl,-z,stack-size=65536 -Wl,--stack-first -Wl,--strip-debug"
	warnings = "-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wmissing-prototypes -pedantic -Werror"
)

// need returns the path of a tool. Where it is missing the test is skipped, but
// fails in continuous integration.
func need(t testing.TB, tool, packages string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err == nil {
		return path
	}
	missing(t, tool+" (Debian: "+packages+")")
	return ""
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("there is no " + what)
	}
	t.Skip("there is no " + what)
}

// need looks for what the form takes.
func (f form) need(t testing.TB) {
	t.Helper()
	need(t, "clang", "clang lld")
	need(t, "wasm-ld", "clang lld")
	libc := "/usr/include/wasm32-wasi/stdlib.h"
	libcxx := "/usr/include/wasm32-wasi/c++/v1/string_view"
	if strings.Contains(f.flags, "wasm32-wasi") {
		if _, err := os.Stat(libc); errors.Is(err, fs.ErrNotExist) {
			missing(t, libc+" (Debian: wasi-libc libclang-rt-14-dev-wasm32)")
		}
	}
	if f == withLibcxx {
		if _, err := os.Stat(libcxx); errors.Is(err, fs.ErrNotExist) {
			missing(t, libcxx+" (Debian: libc++-14-dev-wasm32 libc++abi-14-dev-wasm32)")
		}
	}
}

// build builds a source of the C SDK, once per run and form.
func (f form) build(t testing.TB, source string, more ...string) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("C guests are built in the long form")
	}
	f.need(t)
	// go test keeps a result until a file changes that the test itself opened.
	for _, name := range []string{"portico.h", "portico.hpp", "json.h", "config.h", source} {
		if _, err := os.Stat(filepath.Join(sdkC, name)); err != nil {
			t.Fatal(err)
		}
	}
	command := append(strings.Fields(f.flags+" "+warnings), more...)
	command = append(command, "-I", sdkC, filepath.Join(sdkC, source))
	key := f.tool + strings.Join(command, " ")
	build, _ := cGuests.LoadOrStore(key, sync.OnceValues(func() ([]byte, error) { return compile(f.tool, command) }))
	wasm, err := build.(func() ([]byte, error))()
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

var cGuests sync.Map // of func() ([]byte, error) by command

func compile(tool string, command []string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "guest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "guest.wasm")
	if text, err := exec.Command(tool, append(command, "-o", out)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", tool, strings.Join(command, " "), err, text)
	}
	return os.ReadFile(out)
}

func TestConformanceOfTheCGuest(t *testing.T) {
	for name, f := range map[string]form{"freestanding": freestanding, "with a libc": withLibc, "as C++": asCPlusPlus} {
		t.Run(name, func(t *testing.T) {
			const memory = 4 << 20
			guest := f.build(t, "conformance.c", fmt.Sprintf("-DFUNCTIONS=%d", len(hostabi.Functions)),
				fmt.Sprintf("-Wl,--initial-memory=%d", memory))
			tck.Run(t, subject(newEngine(t), guest, memory))
		})
	}
}

// The header and its helpers compile without a warning wherever somebody may
// include it, the machine of a test included.
func TestTheCHeadersHaveNoWarnings(t *testing.T) {
	freestanding.need(t)
	for _, tt := range []struct{ header, language string }{
		{"portico.h", "--target=wasm32 -ffreestanding -x c -std=c11"},
		{"portico.h", "--target=wasm32 -ffreestanding -x c -std=c17 -O0"},
		{"portico.h", "--target=wasm32 -ffreestanding -x c++ -std=c++17"},
		{"portico.h", "--target=wasm32 -ffreestanding -x c++ -std=c++20"},
		{"portico.h", "--target=wasm32-wasi -x c -std=c11"},
		{"json.h", "--target=wasm32 -ffreestanding -x c -std=c11"},
		{"json.h", "--target=wasm32 -ffreestanding -x c++ -std=c++17"},
		{"config.h", "--target=wasm32 -ffreestanding -x c -std=c11"},
		{"portico.hpp", "--target=wasm32-wasi -x c++ -std=c++17 -fno-exceptions"},
		{"portico.hpp", "--target=wasm32-wasi -x c++ -std=c++20"},
	} {
		t.Run(tt.header+" "+tt.language, func(t *testing.T) {
			if tt.header == "portico.hpp" {
				withLibcxx.need(t)
			}
			source := filepath.Join(t.TempDir(), "source")
			if err := os.WriteFile(source, []byte("#include \""+tt.header+"\"\n#include \""+tt.header+"\"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			args := strings.Fields(tt.language + " -Wcast-qual -Wcast-align -Wundef -Wcomma -Wextra-semi " +
				"-Wunreachable-code -Wold-style-cast " + warnings + " -fsyntax-only -I " + sdkC)
			if out, err := exec.Command("clang", append(args, source)...).CombinedOutput(); err != nil {
				t.Errorf("clang %s: %v\n%s", strings.Join(args, " "), err, out)
			}
		})
	}
}
