package rules

import (
	"go/ast"
	"strings"
	"testing"
)

// TestTheGoSDKDoesNotReflect: no package of sdk/go, but for tests and examples,
// imports reflect or encoding/json, so that no call of a plugin pays for reflection
// unasked. jwt.Into decodes into a value of the caller's, for those who ask.
func TestTheGoSDKDoesNotReflect(t *testing.T) {
	seen := 0
	for _, f := range sources(t) {
		if f.module != "sdk/go" || f.test() || strings.HasPrefix(f.dir, "sdk/go/examples") {
			continue
		}
		seen++
		if f.dir == "sdk/go/jwt" && !f.imports("reflect") {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); (!ok || fn.Name.Name != "Into") && names(d, "json") {
					t.Errorf("%s/%s: encoding/json is for Into alone", f.dir, f.name)
				}
			}
			continue
		}
		if f.imports("reflect", "encoding/json") {
			t.Errorf("%s/%s imports reflect or encoding/json", f.dir, f.name)
		}
	}
	if seen < 20 {
		t.Errorf("%d files; this test sees too little", seen)
	}
}

// names reports that something of the package is named below a node.
func names(n ast.Node, imported string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == imported {
				found = true
			}
		}
		return !found
	})
	return found
}
