// Portico is an API gateway that answers as Amazon API Gateway answers and
// runs WebAssembly modules where that service calls Lambda functions.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// command is one subcommand.
type command struct {
	name, args, short string
	long              string
	sub               []*command // its own commands, whose names follow its own
	run               func(ctx context.Context, e *env, args []string) error
}

// env is what a command may touch of its process.
type env struct {
	stdout, stderr io.Writer
}

// errUsage says that the command line was wrong; its text has been printed.
var errUsage = errors.New("usage")

// errSilent ends with status 1 where everything has been said.
var errSilent = errors.New("failed")

func commands() []*command {
	return []*command{serveCommand(), checkCommand(), routesCommand(), pluginCommand(), reloadCommand(), versionCommand()}
}

func main() { os.Exit(Main()) }

// Main runs the program and returns its exit status: 0, 1 for a failure, 2
// for a wrong command line.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := dispatch(ctx, &env{os.Stdout, os.Stderr}, os.Args[1:])
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	case !errors.Is(err, errSilent):
		fmt.Fprintln(os.Stderr, "portico:", strings.TrimPrefix(err.Error(), "portico: "))
	}
	return 1
}

// dispatch runs the command that args name; without one it serves.
func dispatch(ctx context.Context, e *env, args []string) error {
	name := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		name, args = "help", args[1:]
	}
	if name == "help" {
		return help(ctx, e, args)
	}
	c, rest := find(append([]string{name}, args...))
	if c == nil {
		fmt.Fprintf(e.stderr, "portico: there is no command %q; run \"portico help\"\n", name)
		return errUsage
	}
	if c.run == nil {
		return c.choose(e, rest)
	}
	return c.run(ctx, e, rest)
}

// find looks up the command that args begin with, and gives what follows its
// name.
func find(args []string) (c *command, rest []string) {
	list := commands()
	for len(args) > 0 {
		i := slices.IndexFunc(list, func(c *command) bool { return c.last() == args[0] })
		if i < 0 {
			break
		}
		c, list, args = list[i], list[i].sub, args[1:]
	}
	return c, args
}

// last is the last word of a command's name.
func (c *command) last() string { return c.name[strings.LastIndexByte(c.name, ' ')+1:] }

// choose answers a command that wants one of its own commands.
func (c *command) choose(e *env, args []string) error {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help") {
		c.usage(e.stdout)
		return nil
	}
	if len(args) > 0 {
		fmt.Fprintf(e.stderr, "portico %s: there is no command %q; run \"portico help %s\"\n", c.name, args[0], c.name)
	} else {
		c.usage(e.stderr)
	}
	return errUsage
}

func help(ctx context.Context, e *env, args []string) error {
	if len(args) > 0 {
		c, rest := find(args)
		switch {
		case c == nil || len(rest) > 0:
			fmt.Fprintf(e.stderr, "portico: there is no command %q; run \"portico help\"\n", strings.Join(args, " "))
			return errUsage
		case c.run == nil:
			return c.choose(e, []string{"-h"})
		}
		return c.run(ctx, e, []string{"-h"})
	}
	fmt.Fprint(e.stdout, `Portico is an API gateway with WebAssembly plugins.

Usage:

	portico [command] [flags]

Commands:

`)
	for _, c := range commands() {
		fmt.Fprintf(e.stdout, "	%-8s %s\n", c.name, c.short)
	}
	fmt.Fprint(e.stdout, `
Without a command, portico serves the gateway.toml of this directory.
"portico help COMMAND" says more about one.
`)
	return nil
}

func (c *command) usage(w io.Writer) {
	fmt.Fprintf(w, "usage: portico %s %s\n\n%s\n", c.name, c.args, strings.TrimSpace(c.long))
	if len(c.sub) == 0 {
		return
	}
	fmt.Fprint(w, "\nCommands:\n\n")
	for _, s := range c.sub {
		fmt.Fprintf(w, "	%-8s %s\n", s.last(), s.short)
	}
	fmt.Fprintf(w, "\n\"portico help %s COMMAND\" says more about one.\n", c.name)
}
