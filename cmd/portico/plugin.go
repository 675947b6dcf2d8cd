package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/runtime/plugin"
)

func pluginCommand() *command {
	return &command{name: "plugin", args: "COMMAND", short: "make, try and look at plugins",
		long: `
A plugin is a file NAME.wasm or NAME.js in the gateway's plugin directory, with
NAME.toml beside it where it is configured or granted something.`,
		sub: []*command{pluginNewCommand(), pluginBuildCommand(), pluginTestCommand(), pluginBenchCommand(), pluginDevCommand(), pluginInspectCommand()}}
}

func pluginInspectCommand() *command {
	c := &command{name: "plugin inspect", args: "FILE.wasm", short: "show what a module is, without running it",
		long: `
Plugin inspect shows what kinds of plugin a module can be, what it asks of the
host, and what it claims of memory, all read from the file without running it.
A script, FILE.js, is evaluated once, without capabilities and for a second at
most, to see what it exports.
When Portico cannot use the module it says why, and the exit status is 1.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		rest, err := c.parse(e, args, 1, func(*flag.FlagSet) {})
		if err != nil {
			return helped(err)
		}
		if len(rest) != 1 {
			return c.wants(e)
		}
		if isScript(rest[0]) {
			return inspectScript(ctx, e, rest[0])
		}
		wasm, err := os.ReadFile(rest[0])
		if err != nil {
			return err
		}
		i, err := plugin.Inspect(wasm)
		if i != nil {
			describe(e.stdout, wasm, i)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", rest[0], err)
		}
		return nil
	}
	return c
}

// wants refuses a command line without what the command needs.
func (c *command) wants(e *env) error {
	fmt.Fprintf(e.stderr, "portico %s: want \"portico %s %s\"\n", c.name, c.name, c.args)
	return errUsage
}

// describe prints what a module says about itself.
func describe(w io.Writer, wasm []byte, info *plugin.Inspection) {
	sum := sha256.Sum256(wasm)
	line := func(name, text string) { fmt.Fprintf(w, "%-9s %s\n", name, text) }
	line("digest", "sha256:"+hex.EncodeToString(sum[:]))
	line("size", fmt.Sprintf("%d bytes, %d functions, %d bytes of code, %d of data", info.Size, info.Funcs, info.CodeBytes, info.DataBytes))
	var kinds []string
	for _, k := range info.Kinds {
		kinds = append(kinds, k.String())
	}
	line("kinds", orNone(kinds))
	if info.Adapter == plugin.Command {
		line("runs as", "a command: a process for each call, event on standard input, answer on standard output")
	}
	if m := info.Memory; m != nil {
		most := "no maximum of its own"
		if m.HasMax {
			most = fmt.Sprintf("at most %d KiB", m.Max*64)
		}
		line("memory", fmt.Sprintf("%d KiB at start, %s", m.Min*64, most))
	}
	byModule := map[string][]string{}
	var modules []string
	for _, i := range info.Imports {
		if byModule[i.Module] == nil {
			modules = append(modules, i.Module)
		}
		byModule[i.Module] = append(byModule[i.Module], i.Name)
	}
	slices.Sort(modules)
	for _, m := range modules {
		line("imports", m+": "+strings.Join(byModule[m], " "))
	}
	for _, p := range info.Producers {
		line(p.Field, strings.TrimSpace(p.Name+" "+p.Version))
	}
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
