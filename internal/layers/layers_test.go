// Package layers holds the import rules of this module: packages point down,
// and every third-party module has its doors. A new package adds its row.
package layers

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/portico-gateway/portico"

// Groups of packages, for the rows below.
var (
	phases = []string{"runtime/accept", "runtime/resolve", "runtime/match", "runtime/authorize", "runtime/mapping",
		"runtime/integrate", "runtime/respond"}
	shared   = []string{"runtime/policy", "runtime/event", "runtime/upstream", "runtime/accesslog"}
	adapters = []string{"hostabi/native", "hostabi/command", "hostabi/javascript", "hostabi/adapter"}
	below    = []string{"runtime/front", "runtime/config", "runtime/exchange", "runtime/plugin", "hostabi", "hostabi/engine",
		"runtime/capability", "runtime/throttle", "runtime/store", "runtime/jwt", "runtime/outbound"}
)

// allowed maps a package, or a folder ending in "/...", to what of this module
// it may import. internal/... is open to all but hostabi and sdk.
var allowed = map[string][]string{
	"cmd/...":                   {"..."},
	"bench/...":                 {"..."},
	"examples/...":              {"..."},
	"runtime/workbench":         join([]string{"runtime"}, adapters, below),
	"runtime/workbench/project": nil,
	"runtime":                   join(phases, shared, adapters, below),
	"runtime/admin":             join(shared, below),
	"runtime/front":             {"runtime/exchange", "hostabi"},
	"runtime/config":            nil,
	"runtime/exchange":          {"hostabi"},
	"runtime/accept":            {"runtime/exchange", "hostabi"},
	"runtime/resolve":           {"runtime/exchange", "hostabi"},
	"runtime/match":             {"runtime/exchange", "hostabi"},
	"runtime/authorize":         join([]string{"runtime/exchange", "hostabi"}, shared),
	"runtime/mapping":           join([]string{"runtime/exchange", "hostabi"}, shared),
	"runtime/integrate":         join([]string{"runtime/exchange", "hostabi", "runtime/mapping"}, shared),
	"runtime/respond":           join([]string{"runtime/exchange", "hostabi"}, shared),
	"runtime/policy":            {"runtime/exchange", "hostabi"},
	"runtime/event":             {"runtime/exchange", "runtime/policy", "hostabi"},
	"runtime/upstream":          {"runtime/exchange", "hostabi"},
	"runtime/accesslog":         {"runtime/exchange", "hostabi"},
	"runtime/capability":        {"hostabi", "runtime/jwt", "runtime/outbound", "runtime/throttle"},
	"runtime/jwt":               {"hostabi"},
	"runtime/outbound":          {"hostabi", "hostabi/engine"},
	"runtime/throttle":          {"runtime/exchange", "hostabi", "runtime/store/bucket"},
	"runtime/store":             {"hostabi", "runtime/store/bucket"},
	"runtime/store/bucket":      nil,
	"runtime/plugin":            join([]string{"hostabi", "hostabi/engine"}, adapters),
	"hostabi":                   nil,
	"hostabi/engine":            {"hostabi", "hostabi/engine/rewrite"},
	"hostabi/engine/rewrite":    nil,
	"hostabi/adapter":           {"hostabi", "hostabi/engine"},
	"hostabi/native":            {"hostabi", "hostabi/adapter", "hostabi/engine"},
	"hostabi/command":           {"hostabi", "hostabi/adapter", "hostabi/engine"},
	"hostabi/tck":               {"hostabi"},
	"internal/...":              {"internal/..."},

	"hostabi/javascript":        {"hostabi", "hostabi/adapter", "hostabi/engine", "hostabi/native"},
	"hostabi/javascript/freeze": nil,
}

// doors maps a third-party module to the packages that may import it.
var doors = map[string][]string{
	"github.com/BurntSushi/toml":          {"runtime/config"},
	"github.com/julienschmidt/httprouter": {"runtime/match"},
	"github.com/tetratelabs/wazero":       {"hostabi/engine", "hostabi/native", "hostabi/command", "hostabi/javascript/freeze"},
	"github.com/fsnotify/fsnotify":        {"runtime/plugin"},
	"github.com/golang-jwt/jwt":           {"runtime/jwt"},
	"github.com/maypok86/otter":           {"runtime/authorize", "runtime/capability"},
	"github.com/pires/go-proxyproto":      {"runtime/front"},
	"github.com/prometheus/client_golang": {"runtime", "runtime/admin", "runtime/capability"},
	"go.etcd.io/bbolt":                    {"runtime/store"},
	"github.com/redis/go-redis":           {"runtime/store"},
	"golang.org/x/sys":                    {"hostabi/engine", "runtime/upstream", "runtime/plugin"},
	"golang.org/x/sync":                   {"hostabi/engine", "runtime/plugin"},
}

func join(lists ...[]string) []string { return slices.Concat(lists...) }

type listed struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// row finds what a package may import.
func row(name string) ([]string, bool) {
	if list, ok := allowed[name]; ok {
		return list, true
	}
	for dir := name; dir != "."; dir = path.Dir(dir) {
		if list, ok := allowed[dir+"/..."]; ok {
			return list, true
		}
	}
	return nil, false
}

func matches(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(name+"/", prefix)
	}
	return pattern == name
}

func TestImportsPointDown(t *testing.T) {
	packages := list(t)
	if len(packages) < 10 {
		t.Fatalf("found %d packages; this test sees nothing", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		may, ok := row(name)
		if !ok {
			t.Errorf("%s has no row in this test's table; add one", name)
			continue
		}
		for _, imported := range p.Imports {
			rest, own := strings.CutPrefix(imported, module+"/")
			if !own {
				door(t, name, imported)
				continue
			}
			open := strings.HasPrefix(rest, "internal/") && name != "hostabi"
			if !open && !slices.ContainsFunc(may, func(m string) bool { return matches(m, rest) }) {
				t.Errorf("%s imports %s, which its row does not have", name, rest)
			}
		}
	}
}

// door checks an import from outside of this module.
func door(t *testing.T, name, imported string) {
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return // the standard library
	}
	if strings.HasPrefix(name, "bench") || strings.HasPrefix(name, "internal/") {
		return
	}
	for m, packages := range doors {
		if imported == m || strings.HasPrefix(imported, m+"/") {
			if !slices.Contains(packages, name) {
				t.Errorf("%s imports %s; its doors are %v", name, imported, packages)
			}
			return
		}
	}
	t.Errorf("%s imports %s, a module that has no door; add one, with its reason in RATIONALE.md", name, imported)
}
