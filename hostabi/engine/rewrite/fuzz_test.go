package rewrite

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
)

// FuzzModule feeds any bytes. Module must not panic and must grow its input in
// proportion; what wazero accepts as the original it must accept when
// rewritten. Run it with -fuzzminimizetime 1x: minimizing finds takes longer
// than finding them.
func FuzzModule(f *testing.F) {
	for _, dir := range []string{"guests", "generated"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.wasm"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", dir, err)
		}
		for _, file := range files {
			if b := readFile(f, file); len(b) < 20_000 {
				f.Add(b)
			}
		}
	}
	ctx := context.Background()
	// The interpreter compiles faster; validation is the same.
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().
		WithCoreFeatures(features).WithDebugInfoEnabled(false))
	f.Cleanup(func() { r.Close(ctx) })
	f.Fuzz(func(t *testing.T, wasm []byte) {
		res, err := Module(wasm, Limits{})
		if err != nil {
			return
		}
		if most := 30*len(wasm) + 1000; len(res.Wasm) > most {
			t.Errorf("%d bytes became %d, want at most %d", len(wasm), len(res.Wasm), most)
		}
		if !accepted(ctx, r, wasm) {
			return
		}
		c, err := r.CompileModule(ctx, res.Wasm)
		if err != nil {
			t.Fatalf("valid before, not after: %v", err)
		}
		c.Close(ctx)
	})
}

// accepted reports whether wazero takes a module. Its validation panics over
// some that are not valid; the engine compiles under recover.
func accepted(ctx context.Context, r wazero.Runtime, wasm []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	m, err := r.CompileModule(ctx, wasm)
	if err != nil {
		return false
	}
	return m.Close(ctx) == nil
}
