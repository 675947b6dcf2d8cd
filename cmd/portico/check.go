package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/portico-gateway/portico/runtime"
	"github.com/portico-gateway/portico/runtime/config"
)

func checkCommand() *command {
	c := &command{name: "check", args: "[-file gateway.toml]", short: "say everything that is wrong with a gateway file",
		long: `
Check reads the gateway file and every plugin that it names, builds what serve
would build, and serves nothing. Each mistake is printed with its file, line and
key. The exit status is 0 when there is none.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var file string
		if _, err := c.parse(e, args, 0, func(f *flag.FlagSet) {
			f.StringVar(&file, "file", DefaultFile, "read this gateway `file`")
		}); err != nil {
			return helped(err)
		}
		g, err := runtime.Open(ctx, runtime.Options{File: file, Check: true})
		if err != nil {
			fmt.Fprintln(e.stderr, err)
			return errSilent
		}
		routes := 0
		for _, a := range g.Config().APIs {
			routes += len(a.Routes)
		}
		fmt.Fprintf(e.stdout, "%s: ok: %s, %s, %s\n", file, count(len(g.Config().APIs), "API"), count(routes, "route"), count(pluginsInUse(g.Config()), "plugin"))
		return g.Close()
	}
	return c
}

// pluginsInUse counts the plugins that a configuration names.
func pluginsInUse(c *config.Config) int {
	names := map[string]bool{}
	for _, r := range c.PluginRefs() {
		names[r.Name] = true
	}
	return len(names)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
