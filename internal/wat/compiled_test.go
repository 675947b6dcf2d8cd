package wat

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCompiledModulesAreRecorded holds modules that a compiler made to
// compiled.txt: a module, its source, the digests of both, and the compiler. A
// source that was changed without building its module, or a module that was
// changed without its source, fails.
func TestCompiledModulesAreRecorded(t *testing.T) {
	f, err := os.Open("compiled.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.SplitN(line, " ", 5)
		if len(fields) != 5 || fields[4] == "" {
			t.Errorf("%q: want MODULE DIGEST SOURCE DIGEST COMPILER", line)
			continue
		}
		records++
		for i := 0; i < 4; i += 2 {
			b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(fields[i])))
			if err != nil {
				t.Error(err)
				continue
			}
			if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != fields[i+1] {
				t.Errorf("%s has digest %x, recorded is %s: build the module from its source and record both", fields[i], sum, fields[i+1])
			}
		}
	}
	if records == 0 {
		t.Error("no records; this test sees nothing")
	}
}
