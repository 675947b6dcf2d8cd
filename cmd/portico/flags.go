package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// DefaultFile is the gateway file of commands that are told no other.
const DefaultFile = "gateway.toml"

// parse reads the flags of a command and gives the arguments that are left.
// It prints help and mistakes itself; the error is errUsage, or flag.ErrHelp
// where help was asked for.
func (c *command) parse(e *env, args []string, maxArgs int, define func(*flag.FlagSet)) ([]string, error) {
	set := flag.NewFlagSet(c.name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	define(set)
	// Flags may stand behind arguments.
	var rest []string
	err := set.Parse(args)
	for err == nil && set.NArg() > 0 {
		rest = append(rest, set.Arg(0))
		err = set.Parse(set.Args()[1:])
	}
	if err == nil && len(rest) > maxArgs {
		err = fmt.Errorf("unexpected argument %q", rest[maxArgs])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.usage(e.stdout)
		flags(e.stdout, set)
		return nil, flag.ErrHelp
	case err != nil:
		fmt.Fprintf(e.stderr, "portico %s: %v; run \"portico help %s\"\n", c.name, err, c.name)
		return nil, errUsage
	}
	return rest, nil
}

func flags(w io.Writer, set *flag.FlagSet) {
	first := true
	set.VisitAll(func(f *flag.Flag) {
		if first {
			fmt.Fprint(w, "\nFlags:\n\n")
			first = false
		}
		name, usage := flag.UnquoteUsage(f)
		if name != "" {
			name = " " + name
		}
		fmt.Fprintf(w, "	-%s%s\n		%s", f.Name, name, usage)
		if f.DefValue != "" && f.DefValue != "false" {
			fmt.Fprintf(w, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
}

// helped turns a request for help into success.
func helped(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}
