package native_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

func TestTheTemplatesInCBuildAndWork(t *testing.T) {
	if testing.Short() {
		t.Skip("C guests are built in the long form")
	}
	freestanding.need(t)
	need(t, "make", "make")
	tryTemplates(t, hostabi.Field{Name: "X-Request-Id", Value: "r-1"}, func(t *testing.T, kind string) []byte {
		dir := fromTemplate(t, filepath.Join(sdkC, "template", kind), filepath.Join(sdkC, "portico.h"), "portico.h")
		c := exec.Command("make")
		c.Dir = dir
		return built(t, c, "hello.wasm")
	})
}

// built is the module that a tool makes in the folder that it runs in, without
// a warning.
func built(t *testing.T, c *exec.Cmd, module string) []byte {
	t.Helper()
	if out, err := c.CombinedOutput(); err != nil || bytes.Contains(out, []byte("warning")) {
		t.Fatalf("%s: %v\n%s", c, err, out)
	}
	wasm, err := os.ReadFile(filepath.Join(c.Dir, module))
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

// Without WebAssembly the header has plain externs, for tests that stand in
// for the gateway.
func TestAPluginInCRunsInATestOfItsOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("C guests are built in the long form")
	}
	cc := need(t, "cc", "gcc libc6-dev")
	out := filepath.Join(t.TempDir(), "native")
	args := append(strings.Fields(warnings), "-std=c11", "-I", sdkC, "-o", out,
		filepath.Join(sdkC, "test/native.c"), filepath.Join(sdkC, "template/authorizer/plugin.c"))
	for _, file := range args[len(args)-2:] {
		if _, err := os.Stat(file); err != nil { // so that go test knows of it
			t.Fatal(err)
		}
	}
	if b, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if b, err := exec.Command(out).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, b)
	}
}
