package wat

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCompiledModulesAreRecorded holds modules that a compiler made to
// compiled.txt: a module, its source, the digests of both, and the compiler. A
// source that was changed without building its module, or a module that was
// changed without its source, fails. A source that is a folder counts with all
// that is in it.
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
			sum, err := digest(filepath.Join(root, filepath.FromSlash(fields[i])))
			if err != nil {
				t.Error(err)
			} else if sum != fields[i+1] {
				t.Errorf("%s has digest %s, recorded is %s: build the module from its source and record both", fields[i], sum, fields[i+1])
			}
		}
	}
	if records == 0 {
		t.Error("no records; this test sees nothing")
	}
}

// digest is the SHA-256 of a file; of a folder it is that of what sha256sum prints
// for its files, as compiled.txt says at its head.
func digest(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		b, err := os.ReadFile(path)
		sum := sha256.Sum256(b)
		return hex.EncodeToString(sum[:]), err
	}
	var names []string
	err = fs.WalkDir(os.DirFS(path), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	slices.Sort(names)
	sums := sha256.New()
	for _, name := range names {
		sum, err := digest(filepath.Join(path, filepath.FromSlash(name)))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sums, "%s  %s\n", sum, name)
	}
	return hex.EncodeToString(sums.Sum(nil)), nil
}
