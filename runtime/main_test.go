package runtime_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// cacheDir keeps compiled guests, for all tests of this run.
var cacheDir string

func TestMain(m *testing.M) {
	if dir := os.Getenv("PORTICO_TEST_GATEWAY"); dir != "" {
		gatewayProcess(dir)
		return
	}
	var err error
	if cacheDir, err = os.MkdirTemp("", "portico-runtime-test-"); err != nil { // mode 0700
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines are left:", err)
		code = 1
	}
	if err := os.RemoveAll(cacheDir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}
