package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/portico-gateway/portico/runtime"
)

func routesCommand() *command {
	c := &command{name: "routes", args: "[-file gateway.toml] [-json]", short: "list what answers what, in which order, through which chain",
		long: `
Routes lists the routes of every API in the order in which they are preferred,
each with the URL that reaches it, its authorizer, the mappers that a request
passes, its integration, and the mappers of the response.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var file string
		var asJSON bool
		if _, err := c.parse(e, args, 0, func(f *flag.FlagSet) {
			f.StringVar(&file, "file", DefaultFile, "read this gateway `file`")
			f.BoolVar(&asJSON, "json", false, "print JSON")
		}); err != nil {
			return helped(err)
		}
		g, err := runtime.Open(ctx, runtime.Options{File: file, Check: true})
		if err != nil {
			fmt.Fprintln(e.stderr, err)
			return errSilent
		}
		defer g.Close()
		if asJSON {
			enc := json.NewEncoder(e.stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(g.Routes())
		}
		w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "API\tMETHOD\tURL\tCHAIN")
		for _, r := range g.Routes() {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.API, r.Method, r.URL, strings.Join(r.Chain, " > "))
		}
		return w.Flush()
	}
	return c
}
