package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"text/tabwriter"

	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/workbench"
)

func pluginBenchCommand() *command {
	c := &command{name: "plugin bench", args: "[-run REGEXP] [FILE|DIR...] [CASES.toml]", short: "measure what a call of a plugin costs, beside a guest that does nothing",
		long: `
Plugin bench sends the requests of each case again and again through a gateway
around the plugin, in turns with a guest that does nothing, and prints for a call:

	call        time in the plugin, host calls and the wait for an instance included
	x empty     the same as a multiple of the guest that does nothing
	cold        call, where its instance is made first
	request     the whole request through the gateway, in this process
	allocs      allocations of the host for a request, beyond those with the empty guest
	host calls  calls of the plugin into the host
	memory      linear memory of an instance

Times are the least of several rounds. A case that does not come as expected is
not measured, and the exit status is 1. Several plugins are measured in turns, too.

Without a file it is the plugin that "portico plugin build" makes in this folder.
CASES.toml is cases.toml beside the first plugin if it is not given.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var filter string
		rest, err := c.parse(e, args, 1000, func(f *flag.FlagSet) {
			f.StringVar(&filter, "run", "", "measure only cases whose name matches this `regexp`")
		})
		if err != nil {
			return helped(err)
		}
		cases := ""
		if last := len(rest) - 1; last >= 0 && filepath.Ext(rest[last]) == ".toml" {
			rest, cases = rest[:last], rest[last]
		}
		if len(rest) == 0 {
			rest = []string{"."}
		}
		for i, arg := range rest {
			if rest[i], err = pluginFile(arg); err != nil {
				return err
			}
		}
		if cases == "" {
			cases = filepath.Join(filepath.Dir(rest[0]), "cases.toml")
		}
		return bench(ctx, e, rest, cases, filter)
	}
	return c
}

func bench(ctx context.Context, e *env, files []string, cases, filter string) (err error) {
	only, err := regexp.Compile(filter)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	list, err := config.LoadCases(cases)
	if err != nil {
		fmt.Fprintln(e.stderr, err)
		return errSilent
	}
	var benches []*workbench.Bench
	defer func() {
		for _, b := range benches {
			err = errors.Join(err, b.Close())
		}
	}()
	for _, f := range files {
		b, err := newBench(ctx, e, f)
		if err != nil {
			return err
		}
		benches = append(benches, b)
	}
	for i := range list.Case {
		if c := &list.Case[i]; c.Refused == "" && only.MatchString(c.Name) {
			if err := benchCase(ctx, e, list, c, cases, benches); err != nil {
				return err
			}
		}
	}
	return nil
}

// benchCase measures one case, after a look that it comes as expected.
func benchCase(ctx context.Context, e *env, list *config.Cases, c *config.Case, file string, benches []*workbench.Bench) error {
	for _, b := range benches {
		if r := b.Test(ctx, list, c, false); !r.OK() {
			fmt.Fprintf(e.stdout, "%s: ", b.File())
			report(e.stdout, file, r, b.Trace(ctx, list, c, r), false)
			return errSilent
		}
	}
	costs, err := workbench.Measure(ctx, list, c, benches...)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, c.Name)
	return table(e.stdout, benches, costs)
}

func table(w io.Writer, benches []*workbench.Bench, costs []workbench.Cost) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tcall\tx empty\tcold\trequest\tallocs\thost calls\tmemory\t")
	const none = "(a guest that does nothing)"
	width := len(none)
	for _, b := range benches {
		width = max(width, len(b.File()))
	}
	for i, c := range costs {
		fmt.Fprintf(t, "%-*s\t%s\t%.1f\t%s\t%s\t%s\t%.4g\t%d KiB\t\n", width, benches[i].File(), round(c.Call), c.Ratio(),
			round(c.Cold), round(c.Request), more(c.Allocs, c.EmptyAllocs), c.HostCalls, c.Memory>>10)
	}
	fmt.Fprintf(t, "%-*s\t%s\t1.0\t\t\t\t\t\t\n", width, none, round(costs[0].Empty))
	return t.Flush()
}

// more is what there is beyond the empty guest's; the noise of a background
// task is not less than nothing.
func more(own, empty float64) string { return fmt.Sprint(int(math.Round(max(0, own-empty)))) }
