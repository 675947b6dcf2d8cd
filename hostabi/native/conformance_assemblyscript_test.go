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

// asGuest builds a folder of the AssemblyScript SDK as a guest, once per run.
// The compiler is the package assemblyscript of npm, whose asc is looked for on
// PATH and in .tools of the repository.
func asGuest(t testing.TB, folder string, args ...string) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("building AssemblyScript guests takes seconds")
	}
	asc, err := exec.LookPath("asc")
	if err != nil {
		asc, err = filepath.Abs("../../.tools/node_modules/.bin/asc")
		if err == nil {
			_, err = os.Stat(asc)
		}
	}
	if err != nil {
		missing := t.Skipf
		if os.Getenv("CI") != "" {
			missing = t.Fatalf
		}
		missing("asc is not installed: npm install --no-save --prefix .tools assemblyscript")
	}
	key := folder + strings.Join(args, " ")
	g, _ := asGuests.LoadOrStore(key, sync.OnceValues(func() ([]byte, error) { return buildAS(asc, folder, args) }))
	wasm, err := g.(func() ([]byte, error))()
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

var asGuests sync.Map // of func() ([]byte, error) by folder and arguments

func buildAS(asc, folder string, args []string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "guest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "guest.wasm")
	c := exec.Command(asc, append(args, "--config", "asconfig.json", "--outFile", out)...)
	c.Dir = filepath.Join("../../sdk/assemblyscript", folder)
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
