package rewrite

import (
	"context"
	"os"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// features are those of the engine.
const features = api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling |
	experimental.CoreFeaturesExtendedConst | experimental.CoreFeaturesTailCall

func config() wazero.RuntimeConfig {
	return wazero.NewRuntimeConfigCompiler().WithCoreFeatures(features).WithDebugInfoEnabled(false)
}

// newRuntime returns a runtime that has WASI and the given yield function.
func newRuntime(tb testing.TB, c wazero.RuntimeConfig, yield func(context.Context)) wazero.Runtime {
	tb.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, c)
	tb.Cleanup(func() { r.Close(ctx) })
	if yield == nil {
		yield = func(context.Context) {}
	}
	_, err := r.NewHostModuleBuilder(YieldModule).NewFunctionBuilder().
		WithGoFunction(api.GoFunc(func(ctx context.Context, _ []uint64) { yield(ctx) }), nil, nil).
		Export(YieldName).Instantiate(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	return r
}

func readFile(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func rewritten(tb testing.TB, wasm []byte, l Limits) *Result {
	tb.Helper()
	res, err := Module(wasm, l)
	if err != nil {
		tb.Fatal(err)
	}
	return res
}

// instantiate instantiates a module without a name, so that several fit one
// runtime, and runs no start functions.
func instantiate(tb testing.TB, r wazero.Runtime, wasm []byte) api.Module {
	tb.Helper()
	mod, err := r.InstantiateWithConfig(context.Background(), wasm,
		wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		tb.Fatal(err)
	}
	return mod
}
