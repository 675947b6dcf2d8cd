package native_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// sdkAS is the folder of the AssemblyScript SDK.
const sdkAS = "../../sdk/assemblyscript"

// asGuest builds a folder of the AssemblyScript SDK as a guest, once per run.
func asGuest(t testing.TB, folder string, args ...string) []byte {
	t.Helper()
	asc := compilerAS(t)
	key := folder + strings.Join(args, " ")
	g, _ := asGuests.LoadOrStore(key, sync.OnceValues(func() ([]byte, error) {
		return buildAS(asc, filepath.Join(sdkAS, folder), args...)
	}))
	wasm, err := g.(func() ([]byte, error))()
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

var asGuests sync.Map // of func() ([]byte, error) by folder and arguments

// compilerAS is the path of asc, of npm's package assemblyscript, which is
// looked for on PATH and in .tools of the repository. Where it is missing the
// test is skipped, but fails in continuous integration.
func compilerAS(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("building AssemblyScript guests takes seconds")
	}
	if asc, err := exec.LookPath("asc"); err == nil {
		return asc
	}
	asc, err := filepath.Abs("../../.tools/node_modules/.bin/asc")
	if err == nil {
		_, err = os.Stat(asc)
	}
	if err != nil {
		missing := t.Skipf
		if os.Getenv("CI") != "" {
			missing = t.Fatalf
		}
		missing("asc is not installed: npm install --no-save --prefix .tools assemblyscript")
	}
	return asc
}

// buildAS builds what the asconfig.json of a folder describes.
func buildAS(asc, folder string, args ...string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "guest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "guest.wasm")
	c := exec.Command(asc, append(args, "--outFile", out)...)
	c.Dir = folder
	if text, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("asc in %s: %w\n%s", folder, err, text)
	}
	return os.ReadFile(out)
}

func TestConformanceOfTheAssemblyScriptGuest(t *testing.T) {
	functions := fmt.Sprintf("FUNCTIONS=%d", len(hostabi.Functions))
	const memory = 4 << 20
	guest := asGuest(t, "conformance", "--use", functions, "--initialMemory", "64", "--maximumMemory", "64")
	tck.Run(t, subject(newEngine(t), guest, memory))
}
