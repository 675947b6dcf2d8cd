package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/workbench"
	"github.com/portico-gateway/portico/runtime/workbench/project"
)

func pluginTestCommand() *command {
	c := &command{name: "plugin test", args: "[-update] [-v] [-run REGEXP] [FILE|DIR] [CASES.toml]", short: "try a plugin with requests and what is to come of them",
		long: `
Plugin test sends the requests of a file of cases through a gateway around the
plugin, the same code that serves, and compares what comes of them: the
authorizer's decision, the answer, what the backend gets, what the plugin logs
and asks of the host. NAME.toml beside the plugin grants and configures as it
does in the gateway. Nothing leaves the machine: peers of outbound requests
answer from the case. Where the plugin traps, the stack shows, with the lines of
its source if the module has line tables.

Without a file it is the plugin that "portico plugin build" makes in this folder.
CASES.toml is cases.toml beside the plugin if it is not given. The exit status is
0 when every case came as expected.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var t testRun
		rest, err := c.parse(e, args, 2, func(f *flag.FlagSet) {
			f.BoolVar(&t.update, "update", false, "write the golden files of the cases")
			f.BoolVar(&t.verbose, "v", false, "print everything that comes of each case")
			f.StringVar(&t.filter, "run", "", "try only cases whose name matches this `regexp`")
		})
		if err != nil {
			return helped(err)
		}
		t.file = "."
		if len(rest) > 0 {
			t.file = rest[0]
		}
		if t.file, err = pluginFile(t.file); err != nil {
			return err
		}
		if t.cases = filepath.Join(filepath.Dir(t.file), "cases.toml"); len(rest) == 2 {
			t.cases = rest[1]
		}
		return t.run(ctx, e)
	}
	return c
}

// pluginFile is the plugin that an argument names: a file, or what the project
// of a folder makes.
func pluginFile(arg string) (string, error) {
	if info, err := os.Stat(arg); err != nil || !info.IsDir() {
		return arg, nil // a file that is not there is reported by who opens it
	}
	file, err := project.Product(arg)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("there is no %s; build it first: portico plugin build", file)
	}
	return file, nil
}

// testRun is one "portico plugin test".
type testRun struct {
	file, cases, filter string
	update, verbose     bool
}

func (t *testRun) run(ctx context.Context, e *env) error {
	only, err := regexp.Compile(t.filter)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	list, err := config.LoadCases(t.cases)
	if err != nil {
		fmt.Fprintln(e.stderr, err)
		return errSilent
	}
	start := time.Now()
	b, err := newBench(ctx, e, t.file)
	if err != nil {
		return err
	}
	ran, failed := 0, 0
	for i := range list.Case {
		c := &list.Case[i]
		if ctx.Err() != nil || !only.MatchString(c.Name) {
			continue
		}
		ran++
		r := b.Test(ctx, list, c, t.update)
		report(e.stdout, t.cases, r, b.Trace(ctx, list, c, r), t.verbose)
		if !r.OK() {
			failed++
		}
	}
	fmt.Fprintf(e.stdout, "%s, %d failed, in %s\n", count(ran, "case"), failed, round(time.Since(start)))
	err = b.Close()
	switch {
	case ctx.Err() != nil:
		return errors.Join(context.Cause(ctx), err)
	case err != nil:
		return err
	case ran == 0:
		return fmt.Errorf("no case matches -run %q", t.filter)
	case failed > 0:
		return errSilent
	}
	return nil
}

// newBench opens a plugin with the compiled code that the gateway keeps, too.
func newBench(ctx context.Context, e *env, file string) (*workbench.Bench, error) {
	cache := ""
	if dir, err := os.UserCacheDir(); err == nil {
		cache = filepath.Join(dir, "portico")
	}
	return workbench.New(ctx, workbench.Options{File: file, CacheDir: cache,
		Progress: func(what string) { fmt.Fprintln(e.stderr, what+"…") }})
}

// report prints what came of a case.
func report(w io.Writer, cases string, r *workbench.Result, trace string, verbose bool) {
	if r.OK() {
		fmt.Fprintf(w, "ok    %s (%s)\n", r.Name, round(r.Took))
	} else {
		fmt.Fprintf(w, "FAIL  %s (%s:%d)\n", r.Name, cases, r.Line)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(w, indent(p))
	}
	if trace != "" {
		fmt.Fprintln(w, indent("the plugin's stack, innermost function first:\n"+trace))
	}
	for _, f := range r.Written {
		fmt.Fprintln(w, indent("wrote "+f))
	}
	if verbose {
		for _, o := range r.Outcomes {
			fmt.Fprintln(w, indent(o.String()))
		}
	}
}

func indent(text string) string {
	return "      " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n      ")
}

// round leaves three digits of a time.
func round(d time.Duration) time.Duration {
	for unit := time.Duration(1); unit < time.Hour; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit)
		}
	}
	return d.Round(time.Second)
}
