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
	"strings"
	"syscall"
)

// command is one subcommand.
type command struct {
	name, args, short string
	long              string
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
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, e, args)
		}
	}
	fmt.Fprintf(e.stderr, "portico: there is no command %q; run \"portico help\"\n", name)
	return errUsage
}

func help(ctx context.Context, e *env, args []string) error {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				return c.run(ctx, e, []string{"-h"})
			}
		}
		fmt.Fprintf(e.stderr, "portico: there is no command %q; run \"portico help\"\n", args[0])
		return errUsage
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
}
