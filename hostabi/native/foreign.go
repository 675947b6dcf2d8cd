package native

import (
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Is reports whether a module says that it is a native guest of any version.
func Is(info *engine.Info) bool {
	return slices.ContainsFunc(info.Exports, func(x engine.Export) bool {
		return strings.HasPrefix(x.Name, markerPrefix)
	})
}

// markerPrefix is what the markers of all versions begin with.
const markerPrefix = "portico_abi_v"

// build is what to do to get a native guest.
const build = "build it against the native ABI instead (hostabi/ABI.md)"

// foreign says what a module is that is no native guest of this version, and
// what to do about it; "" if it is one.
func foreign(info *engine.Info) string {
	if p := Foreign(info); p != "" || exportOf(info, is(hostabi.ExportMarker)) != "" {
		return p
	}
	return "it does not export " + hostabi.ExportMarker + ", so it is no plugin that Portico knows; " + build
}

// Foreign says what a module is that was made for a contract which this
// version does not have, and what to do about it; "" for any other module.
func Foreign(info *engine.Info) string {
	imports := func(module string) bool {
		return slices.ContainsFunc(info.Imports, func(i engine.Import) bool { return i.Module == module })
	}
	if exportOf(info, is(hostabi.ExportMarker)) != "" {
		return ""
	}
	if marker := exportOf(info, begins(markerPrefix)); marker != "" {
		return "it has the marker " + marker + " and needs a later Portico; this one has version 1 of the native ABI"
	}
	if marker := exportOf(info, begins("proxy_abi_version_")); marker != "" {
		return "it is a proxy-wasm filter (" + marker + "), which needs a later Portico; " + build
	}
	if imports("http_handler") || exportOf(info, is("handle_request")) != "" {
		return "it is an http-wasm filter, which needs a later Portico; " + build
	}
	if imports("extism:host/env") {
		return "it is an Extism plugin, which Portico does not run; " + build
	}
	return ""
}

// exportOf is the first export whose name matches, "" without one.
func exportOf(info *engine.Info, match func(name string) bool) string {
	for _, x := range info.Exports {
		if match(x.Name) {
			return x.Name
		}
	}
	return ""
}

func is(name string) func(string) bool { return func(x string) bool { return x == name } }

func begins(prefix string) func(string) bool {
	return func(x string) bool { return strings.HasPrefix(x, prefix) }
}
