package rewrite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// specCommand is one line of a script in the form of wast2json.
type specCommand struct {
	Type       string      `json:"type"`
	Line       int         `json:"line"`
	Name       string      `json:"name"`
	Filename   string      `json:"filename"`
	As         string      `json:"as"`
	ModuleType string      `json:"module_type"`
	Action     specAction  `json:"action"`
	Expected   []specValue `json:"expected"`
}

type specAction struct {
	Type   string      `json:"type"`
	Module string      `json:"module"`
	Field  string      `json:"field"`
	Args   []specValue `json:"args"`
}

type specValue struct {
	Type     string `json:"type"`
	LaneType string `json:"lane_type"`
	Value    any    `json:"value"`
}

// specScore counts what became of the cases.
type specScore struct {
	same, differ, notApplicable, rejected int
	refused                               map[string]int // modules, by reason
}

// TestSpecCorpus runs the specification's own tests, as wazero ships them,
// on the modules and on their rewritten forms side by side: results must be
// equal to the bit, traps must be the same.
func TestSpecCorpus(t *testing.T) {
	root := specRoot(t)
	var total specScore
	for _, suite := range []struct {
		dir      string
		features api.CoreFeatures
	}{
		{"v1", features},
		{"v2", features},
		{"extended-const", features},
		{"tail-call", features},
		{"exception-handling", features | experimental.CoreFeaturesTypedFunctionReferences},
		{"typed-function-references", features | experimental.CoreFeaturesTypedFunctionReferences},
	} {
		t.Run(suite.dir, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(root, suite.dir, "testdata", "*.json"))
			if err != nil || len(files) == 0 {
				t.Skipf("no scripts in %s of wazero's module: %v", suite.dir, err)
			}
			score := specScore{refused: map[string]int{}}
			for _, f := range files {
				runScript(t, f, filepath.Join(root, "testdata", "spectest.wasm"), suite.features, &score)
			}
			t.Logf("%d cases equal, %d differ, %d not applicable, %d modules rejected by both; refused modules: %v",
				score.same, score.differ, score.notApplicable, score.rejected, score.refused)
			total.same += score.same
			total.differ += score.differ
			total.notApplicable += score.notApplicable
		})
	}
	t.Logf("score: %d of %d cases equal, %d not applicable", total.same, total.same+total.differ, total.notApplicable)
	if total.same < 20_000 && !testing.Short() {
		t.Errorf("%d cases ran, want at least 20000", total.same)
	}
}

// specRoot finds the scripts in wazero's module.
func specRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "internal", "integration_test", "spectest")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("wazero's module has no spec corpus here: %v", err)
	}
	return root
}

const vectorType = 0x7b // takes two words; the API has no name for it

// world is one of the two runtimes a script runs in.
type world struct {
	r       wazero.Runtime
	modules map[string]api.Module
	last    api.Module
}

func newWorld(t *testing.T, spectest string, f api.CoreFeatures, yields *int) *world {
	w := &world{modules: map[string]api.Module{}}
	w.r = newRuntime(t, config().WithCoreFeatures(f), func(context.Context) { *yields++ })
	if _, err := w.r.InstantiateWithConfig(context.Background(), readFile(t, spectest),
		wazero.NewModuleConfig().WithName("spectest")); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) module(name string) api.Module {
	if name == "" {
		return w.last
	}
	return w.modules[name]
}

// instantiate instantiates and then calls start, as the engine does.
func (w *world) instantiate(wasm []byte, as, start string) (api.Module, error) {
	ctx := context.Background()
	mod, err := w.r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithName(as).WithStartFunctions())
	if err == nil && start != "" {
		_, err = mod.ExportedFunction(start).Call(ctx)
	}
	return mod, err
}

// do runs an action and prints what came of it.
func (w *world) do(a specAction) string {
	mod := w.module(a.Module)
	if mod == nil {
		return "no module"
	}
	if a.Type == "get" {
		g := mod.ExportedGlobal(a.Field)
		return outcome([]api.ValueType{g.Type()}, []uint64{g.Get()}, nil)
	}
	f := mod.ExportedFunction(a.Field)
	if f == nil {
		return "no function"
	}
	var args []uint64
	for _, v := range a.Args {
		args = append(args, v.bits()...)
	}
	out, err := f.Call(context.Background(), args...)
	return outcome(f.Definition().ResultTypes(), out, err)
}

// outcome prints results or the kind of an error. References to functions are
// addresses; only whether they are null can be compared.
func outcome(types []api.ValueType, out []uint64, err error) string {
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		if _, trap, ok := strings.Cut(first, "wasm error: "); ok { // it may name the start function
			return trap
		}
		if strings.HasPrefix(first, "import ") { // sizes of tables differ in the text
			first, _, _ = strings.Cut(first, ":")
		}
		return first
	}
	word := 0
	for _, t := range types {
		switch t {
		case api.ValueTypeI32, api.ValueTypeF32:
			out[word] &= math.MaxUint32 // the upper half is left to chance
		case api.ValueTypeI64, api.ValueTypeF64, api.ValueTypeExternref:
		case vectorType:
			word++
		default:
			out[word] = min(out[word], 1)
		}
		word++
	}
	return fmt.Sprintf("%#x", out)
}

func runScript(t *testing.T, file, spectest string, f api.CoreFeatures, score *specScore) {
	t.Helper()
	var script struct{ Commands []specCommand }
	if err := json.Unmarshal(readFile(t, file), &script); err != nil {
		t.Fatal(err)
	}
	yields := 0
	plain, other := newWorld(t, spectest, f, &yields), newWorld(t, spectest, f, &yields)
	missing := map[string]bool{} // modules that could not be rewritten
	lastMissing := false
	lacking := false // then modules that are left may see other values than the script expects
	name := filepath.Base(file)
	for i, c := range script.Commands {
		at := fmt.Sprintf("%s:%d %s", name, c.Line, c.Type)
		switch c.Type {
		case "module", "assert_uninstantiable", "assert_unlinkable", "assert_invalid", "assert_malformed":
			if c.ModuleType == "text" {
				continue
			}
			wasm := readFile(t, filepath.Join(filepath.Dir(file), c.Filename))
			as := ""
			if c.Type == "module" && i+1 < len(script.Commands) && script.Commands[i+1].Type == "register" {
				as = script.Commands[i+1].As
			}
			res, rerr := Module(wasm, Limits{MemoryPages: 65536, TableElements: 1 << 28, Interval: 1000})
			if rerr != nil {
				if c.Type == "module" || c.Type == "assert_uninstantiable" {
					lacking = true
					reason := errors.Unwrap(rerr)
					for errors.Unwrap(reason) != nil {
						reason = errors.Unwrap(reason)
					}
					score.refused[fmt.Sprint(reason)]++
					if !errors.Is(rerr, ErrImportedMemory) && !errors.Is(rerr, ErrSharedMemory) {
						t.Errorf("%s: %v", at, rerr)
					}
					if c.Type == "module" {
						lastMissing, missing[c.Name] = true, c.Name != ""
					}
				} else {
					score.rejected++
				}
				continue
			}
			if c.Type == "assert_invalid" || c.Type == "assert_malformed" {
				score.rejected++
				continue // the engine validates the original
			}
			a, aerr := plain.instantiate(wasm, as, "")
			b, berr := other.instantiate(res.Wasm, as, res.Start)
			if x, y := outcome(nil, nil, aerr), outcome(nil, nil, berr); x != y {
				if strings.Contains(y, "not instantiated") { // needs one that was refused
					score.notApplicable++
					lastMissing, missing[c.Name] = true, c.Name != ""
					continue
				}
				score.differ++
				t.Errorf("%s: %s\nrewritten: %s", at, x, y)
			} else {
				score.same++
			}
			if c.Type == "module" {
				plain.last, other.last = a, b
				lastMissing = false
				if c.Name != "" {
					plain.modules[c.Name], other.modules[c.Name] = a, b
				}
			}
		case "assert_return", "assert_trap", "assert_exhaustion", "assert_exception", "action":
			if missing[c.Action.Module] || c.Action.Module == "" && lastMissing {
				score.notApplicable++
				continue
			}
			x, y := plain.do(c.Action), other.do(c.Action)
			if x != y {
				score.differ++
				t.Errorf("%s %s: %s\nrewritten: %s", at, c.Action.Field, x, y)
				continue
			}
			if want, ok := exact(c.Expected); ok && !lacking && c.Type == "assert_return" && y != want {
				t.Errorf("%s %s: %s\nwant %s", at, c.Action.Field, y, want)
			}
			score.same++
		}
	}
	plain.r.Close(context.Background())
	other.r.Close(context.Background())
}

// exact prints the expected results, if all of them are numbers to the bit.
func exact(values []specValue) (string, bool) {
	var out []uint64
	for _, v := range values {
		if v.Type != "i32" && v.Type != "i64" && v.Type != "f32" && v.Type != "f64" {
			return "", false
		}
		s, _ := v.Value.(string)
		if strings.Contains(s, "nan") || s == "" {
			return "", false
		}
		out = append(out, v.bits()...)
	}
	return fmt.Sprintf("%#x", out), true
}

// bits turns a value into the words of wazero's calls.
func (v specValue) bits() []uint64 {
	if lanes, ok := v.Value.([]any); ok {
		width := map[string]int{"i8": 8, "i16": 16, "i32": 32, "f32": 32, "i64": 64, "f64": 64}[v.LaneType]
		out := make([]uint64, 2)
		for i, l := range lanes {
			s, _ := l.(string)
			out[i*width/64] |= number(s, width) << (i * width % 64)
		}
		return out
	}
	s, _ := v.Value.(string)
	switch {
	case s == "" || s == "null":
		return []uint64{0}
	case v.Type == "externref":
		return []uint64{number(s, 64) + 1} // zero is null
	case slices.Contains([]string{"i32", "f32"}, v.Type):
		return []uint64{number(s, 32)}
	}
	return []uint64{number(s, 64)}
}

func number(s string, width int) uint64 {
	switch {
	case strings.Contains(s, "nan") && width == 32:
		return uint64(math.Float32bits(float32(math.NaN())))
	case strings.Contains(s, "nan"):
		return math.Float64bits(math.NaN())
	case strings.HasPrefix(s, "-"):
		n, _ := strconv.ParseInt(s, 10, 64)
		return uint64(n) & (1<<(width-1)<<1 - 1)
	}
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}
