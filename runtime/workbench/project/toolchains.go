package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var golang = &Language{
	Name: "go", Title: "Go", Source: "main.go", Folder: "`portico/`", marker: "go.mod", suffix: ".wasm",
	Own: "`go test` runs the tests of `main_test.go`, without WebAssembly.",
	sdk: []source{{"", "portico"}},
	tools: func(string) []Missing {
		return wanting("go", "install Go 1.24 or later, https://go.dev/dl")
	},
	build: func(dir, name string, o BuildOptions) ([]Command, error) {
		// -w drops what a debugger wants and keeps the names of functions, which
		// show in traces.
		return []Command{{
			Env:  []string{"GOOS=wasip1", "GOARCH=wasm"},
			Args: []string{"go", "build", "-buildmode=c-shared", "-ldflags=-w", "-o", name + ".wasm", "."},
		}}, nil
	},
}

var c = &Language{
	Name: "c", Title: "C", Source: "plugin.c", Folder: "`portico.h`, with `config.h` and `json.h`,", marker: "plugin.c", suffix: ".wasm",
	Own: "`make` builds it, too.",
	sdk: []source{{"portico.h", "portico.h"}, {"config.h", "config.h"}, {"json.h", "json.h"}},
	tools: func(string) []Missing {
		missing := wanting("clang", "apt-get install clang lld, or on macOS: brew install llvm lld")
		if len(missing) == 0 && !anyOf("wasm-ld", "wasm-ld-14", "wasm-ld-19", "wasm-ld-22") {
			missing = []Missing{{"wasm-ld", "apt-get install lld, or on macOS: brew install lld"}}
		}
		return append(missing, wanting("make", "apt-get install make, or on macOS: xcode-select --install")...)
	},
	build: func(dir, name string, o BuildOptions) ([]Command, error) {
		args := []string{"make", name + ".wasm"}
		if o.Debug {
			// Optimized code has hardly a line left that is true.
			args = []string{"make", "-B",
				"CFLAGS=--target=wasm32 -std=c11 -O0 -g -Wall -ffreestanding -mbulk-memory",
				"LDFLAGS=-nostdlib -Wl,--no-entry -Wl,-z,stack-size=65536 -Wl,--stack-first", name + ".wasm"}
		}
		return []Command{{Args: args}}, nil
	},
}

var rust = &Language{
	Name: "rust", Title: "Rust", Source: "src/lib.rs", Folder: "`portico/`", marker: "Cargo.toml", suffix: ".wasm",
	Own: "`cargo test` runs the tests of `src/lib.rs`, without WebAssembly; `sh cargo-wasm build --release` builds.",
	sdk: []source{{"portico", "portico"}, {"cargo-wasm", "cargo-wasm"}},
	tools: func(string) (missing []Missing) {
		if !rustHasTarget() {
			missing = []Missing{{"a Rust toolchain with the target wasm32-unknown-unknown",
				"rustup target add wasm32-unknown-unknown, or on Debian 12: apt-get install rustc cargo libstd-rust-dev-wasm32 lld"}}
		}
		// The SDK has a build script, which Rust links with cc unless its own
		// configuration names another.
		if !anyOf("cc", "gcc", "clang") {
			missing = append(missing, Missing{"cc", "apt-get install gcc libc6-dev, or on macOS: xcode-select --install"})
		}
		return missing
	},
	build: func(dir, name string, o BuildOptions) ([]Command, error) {
		// cargo-wasm finds the toolchain; it is the project's own.
		build := Command{Args: []string{"sh", "cargo-wasm", "build", "--release"}}
		if o.Debug {
			build.Env = []string{"CARGO_PROFILE_RELEASE_DEBUG=2", "CARGO_PROFILE_RELEASE_STRIP=none", "CARGO_PROFILE_RELEASE_OPT_LEVEL=1"}
		}
		built := filepath.Join("target", "wasm32-unknown-unknown", "release", strings.ReplaceAll(name, "-", "_")+".wasm")
		return []Command{build, {Copy: built}}, nil
	},
}

// rustHasTarget looks as cargo-wasm does: for the standard library of the
// target, or for its source to build.
func rustHasTarget() bool {
	candidates := []string{os.Getenv("PORTICO_RUSTC")}
	if candidates[0] == "" {
		onPath, _ := exec.LookPath("rustc") // "" is not there
		candidates = []string{onPath, "/usr/bin/rustc"}
	}
	for _, rustc := range candidates {
		if rustc == "" || !exists(rustc) {
			continue
		}
		if dir := output(rustc, "--print", "target-libdir", "--target", "wasm32-unknown-unknown"); dir != "" {
			if found, _ := filepath.Glob(filepath.Join(dir, "libstd-*.rlib")); len(found) > 0 {
				return true
			}
		}
		version := strings.Fields(output(rustc, "--version") + " - -")[1]
		for _, src := range []string{filepath.Join(output(rustc, "--print", "sysroot"), "lib/rustlib/src/rust/library"), "/usr/src/rustc-" + version + "/library"} {
			if exists(filepath.Join(src, "Cargo.lock")) {
				return true
			}
		}
	}
	return false
}

var assemblyscript = &Language{
	Name: "assemblyscript", Title: "AssemblyScript", Source: "assembly/index.ts", Folder: "`portico/`", marker: "asconfig.json", suffix: ".wasm",
	Own: "`npm run build` builds it, too.",
	sdk: []source{{"assembly/portico", "portico"}},
	tools: func(dir string) []Missing {
		if asc(dir) != "" {
			return nil
		}
		return append(wanting("node", "install Node.js 20 or later, https://nodejs.org"),
			Missing{"the AssemblyScript compiler", "npm install, in the project"})
	},
	build: func(dir, name string, o BuildOptions) ([]Command, error) {
		args := []string{asc(dir), "--outFile", name + ".wasm"}
		if o.Debug {
			args = append(args, "--debug")
		}
		return []Command{{Args: args}}, nil
	},
}

// asc finds the compiler: in the project, in a folder around it, on the PATH.
func asc(dir string) string {
	at, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for {
		if bin := filepath.Join(at, "node_modules", ".bin", "asc"); exists(bin) {
			return bin
		}
		if filepath.Dir(at) == at {
			break
		}
		at = filepath.Dir(at)
	}
	bin, _ := exec.LookPath("asc") // "" is not there
	return bin
}

var javascript = &Language{
	Name: "js", Title: "JavaScript", Source: "{{name}}.js", Folder: "`portico.d.ts`, the types for editors,", marker: "{{name}}.js", suffix: ".js",
	Own:   "There is nothing to build: the script is the plugin.",
	sdk:   []source{{"portico.d.ts", "portico.d.ts"}},
	tools: func(string) []Missing { return nil },
}

var zig = &Language{
	Name: "zig", Title: "Zig", Source: "plugin.zig", Folder: "`portico.zig`", marker: "plugin.zig", suffix: ".wasm",
	Own: "`make` builds it, too.",
	sdk: []source{{"portico.zig", "portico.zig"}},
	tools: func(string) []Missing {
		return wanting("zig", "install Zig 0.14 or later, https://ziglang.org/download")
	},
	build: func(dir, name string, o BuildOptions) ([]Command, error) {
		args := []string{"zig", "build-exe", "plugin.zig", "-target", "wasm32-freestanding", "-fno-entry", "-rdynamic", "--stack", "65536", "-femit-bin=" + name + ".wasm"}
		if o.Debug {
			return []Command{{Args: append(args, "-O", "Debug")}}, nil
		}
		return []Command{{Args: append(args, "-O", "ReleaseSmall", "-fstrip")}}, nil
	},
}

// wanting is a tool if it is not on the PATH.
func wanting(tool, how string) []Missing {
	if anyOf(tool) {
		return nil
	}
	return []Missing{{tool, how}}
}

func anyOf(tools ...string) bool {
	for _, t := range tools {
		if _, err := exec.LookPath(t); err == nil {
			return true
		}
	}
	return false
}

// output is what a command prints, trimmed; "" if it fails.
func output(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
