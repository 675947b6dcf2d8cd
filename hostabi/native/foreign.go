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
	exports := func(match func(name string) bool) string {
		for _, x := range info.Exports {
			if match(x.Name) {
				return x.Name
			}
		}
		return ""
	}
	imports := func(module string) bool {
		return slices.ContainsFunc(info.Imports, func(i engine.Import) bool { return i.Module == module })
	}
	is := func(name string) func(string) bool { return func(x string) bool { return x == name } }
	begins := func(prefix string) func(string) bool {
		return func(x string) bool { return strings.HasPrefix(x, prefix) }
	}
	if exports(is(hostabi.ExportMarker)) != "" {
		return ""
	}
	if marker := exports(begins(markerPrefix)); marker != "" {
		return "it has the marker " + marker + " and needs a later Portico; this one has version 1 of the native ABI"
	}
	if marker := exports(begins("proxy_abi_version_")); marker != "" {
		return "it is a proxy-wasm filter (" + marker + "), which needs a later Portico; " + build
	}
	if imports("http_handler") || exports(is("handle_request")) != "" {
		return "it is an http-wasm filter, which needs a later Portico; " + build
	}
	if imports("extism:host/env") {
		return "it is an Extism plugin, which Portico does not run; " + build
	}
	if exports(is("_start")) != "" {
		return "it is a command, and command plugins need a later Portico; build a library with the exports of " +
			"hostabi/ABI.md instead (Go: -buildmode=c-shared, Rust: crate-type cdylib, C: -mexec-model=reactor)"
	}
	return "it does not export " + hostabi.ExportMarker + ", so it is no plugin that Portico knows; " + build
}
