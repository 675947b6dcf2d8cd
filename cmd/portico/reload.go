package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/portico-gateway/portico/runtime/admin"
	"github.com/portico-gateway/portico/runtime/config"
)

func reloadCommand() *command {
	c := &command{name: "reload", args: "[-admin ADDRESS] [-token-file FILE]", short: "make a running gateway read its files again",
		long: `
Reload asks a running gateway, through its admin listener, to read the gateway
file and the plugin directory again, and prints what has changed. When anything
is wrong the gateway keeps serving what it served, every mistake is printed, and
the exit status is 1. A gateway does the same by itself when its files change.

The address is -admin, else the environment variable PORTICO_ADMIN. The admin
token is read from -token-file, else from PORTICO_ADMIN_TOKEN.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var address, tokenFile string
		if _, err := c.parse(e, args, 0, func(f *flag.FlagSet) {
			f.StringVar(&address, "admin", cmp.Or(os.Getenv("PORTICO_ADMIN"), config.DefaultAdmin), "`address` of the admin listener, host:port or unix:/path")
			f.StringVar(&tokenFile, "token-file", "", "`file` that holds the admin token")
		}); err != nil {
			return helped(err)
		}
		token, err := readToken(tokenFile)
		if err != nil {
			return err
		}
		result, err := admin.Reload(ctx, address, token)
		if err != nil {
			return err
		}
		for _, line := range result.Changes {
			fmt.Fprintln(e.stdout, line)
		}
		for _, name := range result.Restart {
			fmt.Fprintf(e.stdout, "%s: changed; restart the gateway for it to take effect\n", name)
		}
		fmt.Fprintf(e.stdout, "snapshot %d serves, built in %s\n", result.Snapshot, result.Took.Round(time.Millisecond))
		return nil
	}
	return c
}

// readToken is the admin token: of a file, else of the environment.
func readToken(file string) (string, error) {
	if file == "" {
		return os.Getenv("PORTICO_ADMIN_TOKEN"), nil
	}
	b, err := os.ReadFile(file)
	return strings.TrimSpace(string(b)), err
}
