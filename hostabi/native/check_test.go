package native

import (
	"errors"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// described is what a module imports and exports.
type described struct{ info engine.Info }

func module() *described { return &described{} }

func (d *described) exports(name, params, result string) *described {
	d.info.Exports = append(d.info.Exports, engine.Export{Name: name, Type: api.ExternTypeFunc})
	d.info.ExportedFuncs = append(d.info.ExportedFuncs, engine.FuncType{Name: name, Params: valueTypes(params), Results: valueTypes(result)})
	return d
}

func (d *described) other(name string, t api.ExternType) *described {
	d.info.Exports = append(d.info.Exports, engine.Export{Name: name, Type: t})
	return d
}

func (d *described) imports(module, name, params, result string) *described {
	d.info.Imports = append(d.info.Imports, engine.Import{Module: module, Name: name, Type: api.ExternTypeFunc,
		Params: valueTypes(params), Results: valueTypes(result)})
	return d
}

func (d *described) native() *described {
	return d.exports("portico_abi_v1", "", "").other("memory", api.ExternTypeMemory)
}

func TestCheckSaysEverythingThatIsWrong(t *testing.T) {
	tests := []struct {
		name string
		d    *described
		want string
	}{
		{"an authorizer is good", module().native().exports("portico_authorize", "", "i"), ""},
		{"all kinds, start, WASI and its own exports are good", module().native().
			exports("portico_authorize", "", "i").exports("portico_map_request", "", "i").exports("portico_map_response", "", "i").
			exports("portico_integrate", "", "i").exports("portico_configure", "", "i").exports("_initialize", "", "").
			exports("malloc", "i", "i").imports("wasi_snapshot_preview1", "fd_write", "iiii", "i").
			imports("portico_core_v1", "context_read", "lii", "i"), ""},
		{"a marker without a kind", module().native(),
			"it exports no kind of plugin: portico_authorize, portico_map_request, portico_map_response or portico_integrate"},
		{"no memory", module().exports("portico_abi_v1", "", "").exports("portico_integrate", "", "i"),
			`it exports no memory named "memory"`},
		{"a memory that is a function", module().exports("portico_abi_v1", "", "").exports("portico_integrate", "", "i").exports("memory", "", ""),
			`it exports no memory named "memory"`},
		{"a kind of another type", module().native().exports("portico_authorize", "ii", "l"),
			`export "portico_authorize" is (i32, i32) -> (i64), it must be () -> (i32)`},
		{"a kind that is no function", module().native().other("portico_authorize", api.ExternTypeGlobal),
			`export "portico_authorize" is no function`},
		{"capabilities that come later, each once", module().native().exports("portico_authorize", "", "i").
			imports("portico_mail_v1", "send", "", "i").imports("portico_mail_v1", "wait", "", "i").
			imports("portico_kv_v1", "get", "iiii", "i").imports("portico_core_v2", "log", "", "i").
			imports("env", "abort", "iiii", ""),
			`import module "portico_mail_v1" needs a later Portico; import module "portico_core_v2" needs a later Portico; import module "env" is unknown`},
		{"functions that capabilities do not have, or have otherwise", module().native().exports("portico_authorize", "", "i").
			imports("portico_kv_v1", "set", "", "i").imports("portico_throttle_v1", "take", "iiiii", "i").
			imports("portico_metrics_v1", "counter_add", "iiiil", "i").imports("portico_core_v1", "cache.get", "iiii", "i"),
			`import "portico_kv_v1.set" needs a later Portico; ` +
				`import "portico_throttle_v1.take" is (i32, i32, i32, i32, i32) -> (i32), it must be (i32, i32, i32, i32, i32) -> (i64); ` +
				`import "portico_metrics_v1.counter_add" is (i32, i32, i32, i32, i64) -> (i32), it must be (i32, i32, i32, i32, f64) -> (i32); ` +
				`import "portico_core_v1.cache.get" needs a later Portico`},
		{"functions that are not there, of another type, or none", &described{engine.Info{
			Exports:       module().native().exports("portico_authorize", "", "i").info.Exports,
			ExportedFuncs: module().native().exports("portico_authorize", "", "i").info.ExportedFuncs,
			Imports: []engine.Import{
				{Module: "portico_core_v1", Name: "teleport", Type: api.ExternTypeFunc},
				{Module: "portico_core_v1", Name: "log", Type: api.ExternTypeFunc, Params: valueTypes("ii"), Results: valueTypes("i")},
				{Module: "portico_core_v1", Name: "random", Type: api.ExternTypeGlobal},
			}}},
			`import "portico_core_v1.teleport" needs a later Portico; import "portico_core_v1.log" is (i32, i32) -> (i32), it must be (i32, i32, i32) -> (i32); import "portico_core_v1.random" is no function`},
		{"exports and imports together", module().exports("portico_abi_v1", "", "i").imports("portico_mail_v1", "send", "", "i"),
			`export "portico_abi_v1" is () -> (i32), it must be () -> (); ` +
				"it exports no kind of plugin: portico_authorize, portico_map_request, portico_map_response or portico_integrate; " +
				`it exports no memory named "memory"; import module "portico_mail_v1" needs a later Portico`},

		{"a later version", module().exports("portico_abi_v2", "", ""),
			"it has the marker portico_abi_v2 and needs a later Portico; this one has version 1 of the native ABI"},
		{"proxy-wasm", module().exports("proxy_abi_version_0_2_1", "", "").exports("_start", "", "").imports("env", "proxy_log", "iii", "i"),
			"it is a proxy-wasm filter (proxy_abi_version_0_2_1), which needs a later Portico; build it against the native ABI instead (hostabi/ABI.md)"},
		{"http-wasm", module().exports("handle_request", "", "l").imports("http_handler", "log", "iii", ""),
			"it is an http-wasm filter, which needs a later Portico; build it against the native ABI instead (hostabi/ABI.md)"},
		{"Extism", module().imports("extism:host/env", "alloc", "l", "l"),
			"it is an Extism plugin, which Portico does not run; build it against the native ABI instead (hostabi/ABI.md)"},
		{"a command", module().exports("_start", "", ""),
			"it does not export portico_abi_v1, so it is no plugin that Portico knows; build it against the native ABI instead (hostabi/ABI.md)"},
		{"something else", module().exports("add", "ii", "i"),
			"it does not export portico_abi_v1, so it is no plugin that Portico knows; build it against the native ABI instead (hostabi/ABI.md)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(&tt.d.info)
			got := ""
			if err != nil {
				got = err.Error()
				var p Problems
				if !errors.As(err, &p) {
					t.Errorf("the error is %T", err)
				}
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestEveryFunctionIsLinked(t *testing.T) {
	for _, f := range hostabi.Core {
		if (functions[f.Name] == nil) == (clocks[f.Name] == nil) {
			t.Errorf("%s has no implementation, or two", f.Name)
		}
		if (f.Result == "l") != (clocks[f.Name] != nil) {
			t.Errorf("%s gives %s", f.Name, f.Result)
		}
	}
	for _, f := range hostabi.State {
		module, _ := f.Import()
		if _, ok := capabilityOf(module); !ok || statefuls[f.Name] == nil {
			t.Errorf("%s has no capability or no implementation", f.Name)
		}
	}
	if len(functions)+len(clocks) != len(hostabi.Core) || len(statefuls) != len(hostabi.State) {
		t.Error("there are functions that the ABI does not have")
	}
}

func TestSinceIsTheNewestFunctionsVersion(t *testing.T) {
	tests := []struct {
		name string
		d    *described
		want string
	}{
		{"no function", module().native(), ""},
		{"functions of the first version", module().imports("portico_core_v1", "log", "iii", "i").imports("portico_core_v1", "random", "ii", "i"), "0.1.0"},
		{"those of capabilities", module().imports("portico_core_v1", "log", "iii", "i").imports("portico_cache_v1", "get", "iiii", "i"), "0.2.0"},
		{"others do not count", module().imports("env", "log", "", ""), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Since(&tt.d.info); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, v := range [][2]string{{"", "0.1.0"}, {"0.1.0", "0.2.0"}, {"0.9.0", "0.10.0"}, {"0.10.0", "1.0.0"}, {"1.0", "1.0.1"}} {
		if !olderVersion(v[0], v[1]) || olderVersion(v[1], v[0]) || olderVersion(v[1], v[1]) {
			t.Errorf("%q is not older than %q", v[0], v[1])
		}
	}
}

func TestIsNative(t *testing.T) {
	if !Is(&module().native().info) || !Is(&module().exports("portico_abi_v7", "", "").info) || Is(&module().exports("_start", "", "").info) {
		t.Error("Is goes by something else than the marker")
	}
}
