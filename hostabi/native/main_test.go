package native_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	hideWasmOpt()
	goleak.VerifyTestMain(m)
}

// hideWasmOpt keeps wasm-opt from clang, which runs one that it finds on PATH
// over what it links, and does not tell it of the features that it used itself.
func hideWasmOpt() {
	kept := slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool {
		_, err := exec.LookPath(filepath.Join(dir, "wasm-opt"))
		return err == nil
	})
	os.Setenv("PATH", strings.Join(kept, string(filepath.ListSeparator)))
}
