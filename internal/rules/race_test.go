package rules

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	hammer   = regexp.MustCompile(`^Test\w*([Hh]ammer$|_hammer)`)
	raceList = regexp.MustCompile(`(?m)^RACE\s*:=((?:.*\\\n)*.*)$`)
)

// TestTheRaceListIsWhole: a package with a hammer test is in the list
// RACE of the Makefile.
func TestTheRaceListIsWhole(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	m := raceList.FindSubmatch(makefile)
	if m == nil {
		t.Fatal("the Makefile has no RACE")
	}
	list := strings.Fields(strings.ReplaceAll(string(m[1]), "\\\n", " "))
	found := 0
	for _, f := range sources(t) {
		if !f.test() || f.module != "." {
			continue
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !hammer.MatchString(fn.Name.Name) {
				continue
			}
			found++
			if !slices.Contains(list, "./"+f.dir) {
				t.Errorf("%s/%s has %s; add ./%s to RACE in the Makefile", f.dir, f.name, fn.Name.Name, f.dir)
			}
		}
	}
	if found < 10 {
		t.Errorf("%d hammer tests; this test sees too little", found)
	}
}
