package native_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

func TestTheTemplatesInRustBuildAndWork(t *testing.T) {
	rustGuest(t, "conformance") // skips without a toolchain
	script, err := filepath.Abs(filepath.Join(sdkRust, "cargo-wasm"))
	if err != nil {
		t.Fatal(err)
	}
	tryTemplates(t, hostabi.Field{Name: "X-Request-Id", Value: "r-1"}, func(t *testing.T, kind string) []byte {
		dir := fromTemplate(t, filepath.Join(sdkRust, "template", kind), filepath.Join(sdkRust, "portico"), "portico")
		c := exec.Command("sh", script, "build", "--release", "--target-dir", "target")
		c.Dir = dir
		return built(t, c, filepath.Join("target", "wasm32-unknown-unknown", "release", "hello.wasm"))
	})
}
