package native_test

import (
	"path/filepath"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

func TestTheTemplatesInAssemblyScriptBuildAndWork(t *testing.T) {
	tryTemplates(t, hostabi.Field{Name: "X-Client", Value: "192.0.2.7"}, func(t *testing.T, kind string) []byte {
		dir := fromTemplate(t, filepath.Join(sdkAS, "template", kind), filepath.Join(sdkAS, "assembly", "portico"), "portico")
		wasm, err := buildAS(compilerAS(t), dir)
		if err != nil {
			t.Fatal(err)
		}
		return wasm
	})
}
