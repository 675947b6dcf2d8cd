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

// compilerAS is the path of asc.
func compilerAS(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("building AssemblyScript guests takes seconds")
	}
	return npmTool(t, "asc", ".bin/asc", "assemblyscript@0.28.20")
}

// npmTool is the path of a tool that is on PATH, or that npm has put into .tools
// of the repository.
func npmTool(t testing.TB, name, file, pkg string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path, err := filepath.Abs(filepath.Join("../../.tools/node_modules", file))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		missing(t, name+"; npm install --no-save --prefix .tools "+pkg+" gets it")
	}
	return path
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
