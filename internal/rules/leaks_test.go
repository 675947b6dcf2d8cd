package rules

import (
	"go/ast"
	"slices"
	"testing"
)

// unchecked are packages, or whole modules, whose tests do not look for goroutines
// that were left behind, each with its reason. None has a go statement.
var unchecked = map[string]string{
	"internal/freeport":  "listens and closes",
	"internal/languages": "counts the lines of a test's output",
	"internal/layers":    "reads what go list prints",
	"internal/rules":     "reads source files",
	"internal/wat":       "runs compilers and waits for them",

	// Modules of their own. What runs in a plugin starts no goroutine, and whoever
	// copies one should not get a test dependency with it.
	"sdk/go":                      "a guest SDK without dependencies",
	"sdk/go/template/authorizer":  "a guest",
	"sdk/go/template/integration": "a guest",
	"sdk/go/template/mapper":      "a guest",
	"examples/command":            "a guest",
	"examples/go-authorizer":      "a guest",
	"examples/jwt-authorizer":     "a guest",
	"examples/key-value":          "a guest",
	"examples/lambda-handler":     "a guest",
	"examples/rewrite":            "a guest",
	"plugins/src/basic-auth":      "a guest",
	"plugins/src/json-xml":        "a guest",
}

// TestLeftGoroutinesFailEveryPackage: each package with tests has a TestMain that
// fails on goroutines that are left behind, or is named above.
func TestLeftGoroutinesFailEveryPackage(t *testing.T) {
	checked, tested, used := map[string]bool{}, map[string]*file{}, map[string]bool{}
	for _, f := range sources(t) {
		if f.test() {
			tested[f.dir] = f
			checked[f.dir] = checked[f.dir] || verifies(f)
		}
		for _, name := range []string{f.dir, f.module} {
			if unchecked[name] == "" {
				continue
			}
			used[name] = true
			ast.Inspect(f.File, func(n ast.Node) bool {
				if _, ok := n.(*ast.GoStmt); ok {
					t.Errorf("%s/%s starts a goroutine; %s cannot go without the check", f.dir, f.name, name)
				}
				return true
			})
		}
	}
	for dir, f := range tested {
		if free := unchecked[dir] != "" || unchecked[f.module] != ""; free == checked[dir] {
			t.Errorf("%s: want either goleak in TestMain or a reason in this test's list", dir)
		}
	}
	for name := range unchecked {
		if !used[name] {
			t.Errorf("%s is in this test's list and not in the tree", name)
		}
	}
}

// verifies reports a TestMain in a file that uses goleak.
func verifies(f *file) bool {
	return f.imports("go.uber.org/goleak") && slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Name.Name == "TestMain"
	})
}
