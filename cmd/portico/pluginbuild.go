package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/workbench"
	"github.com/portico-gateway/portico/runtime/workbench/project"
)

func pluginBuildCommand() *command {
	c := &command{name: "plugin build", args: "[-debug] [-name NAME] [DIR]", short: "build the plugin of a folder, and say what it is and costs",
		long: `
Plugin build runs the tools of the language that the folder DIR, or this one, is
written in, makes NAME.wasm there, and checks that the gateway can use it: what
it is for, what it asks of the host, its size, how long the gateway compiles it,
what a call costs. It never downloads anything; tools that are missing are named,
with how to get them.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var o project.BuildOptions
		rest, err := c.parse(e, args, 1, func(f *flag.FlagSet) {
			f.BoolVar(&o.Debug, "debug", false, "keep the lines of the source for \"portico plugin test\", and optimize less")
			f.StringVar(&o.Name, "name", "", "make `NAME`.wasm; without it, the folder's name is the plugin's")
		})
		if err != nil {
			return helped(err)
		}
		dir := "."
		if len(rest) == 1 {
			dir = rest[0]
		}
		o.Progress = func(command string) { fmt.Fprintln(e.stderr, command) }
		start := time.Now()
		file, err := project.Build(ctx, dir, o)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%-9s %s, in %s\n", "built", file, round(time.Since(start)))
		return profile(ctx, e, file)
	}
	return c
}

// profile prints what a plugin is and costs.
func profile(ctx context.Context, e *env, file string) (err error) {
	b, err := newBench(ctx, e, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	w, info := e.stdout, b.Info()
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-9s "+format+"\n", append([]any{name}, args...)...)
	}
	var kinds []string
	for _, k := range info.Kinds {
		kinds = append(kinds, k.String())
	}
	line("kinds", "%s", orNone(kinds))
	line("size", "%d bytes", info.Size)
	if needs := b.Ungranted(); len(needs) > 0 {
		line("grants", `it needs capabilities = ["%s"] in its NAME.toml, and is not loaded without`, strings.Join(needs, `", "`))
		return nil
	}
	if !info.Script {
		took, err := b.Compile(ctx)
		if err != nil {
			return err
		}
		line("compile", "%s, once", round(took))
	}
	return callCost(ctx, w, b, file)
}

// callCost prints what a call costs: of the first case that comes as expected,
// else of a plain request.
func callCost(ctx context.Context, w io.Writer, b *workbench.Bench, file string) error {
	list, c, err := b.Plain()
	if err != nil {
		return err
	}
	if own, err := config.LoadCases(filepath.Join(filepath.Dir(file), "cases.toml")); err == nil {
		i := slices.IndexFunc(own.Case, func(c config.Case) bool { return b.Test(ctx, own, &c, false).OK() })
		if i >= 0 {
			list, c = own, &own.Case[i]
		}
	}
	if r := b.Test(ctx, list, c, false); len(r.Outcomes) == 0 || r.Outcomes[0].Failure != nil || len(r.Outcomes[0].Runs) == 0 {
		fmt.Fprintf(w, "%-9s not measured: a plain request fails; see \"portico plugin test\"\n", "call")
		return nil
	}
	costs, err := workbench.Measure(ctx, list, c, b)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%-9s %s (%.1f x a guest that does nothing), %s with a new instance of %d KiB; %q\n",
		"call", round(costs[0].Call), costs[0].Ratio(), round(costs[0].Cold), costs[0].Memory>>10, c.Name)
	return nil
}
