package main

import (
	"context"
	"flag"
	"fmt"
	goruntime "runtime"
	"runtime/debug"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

func versionCommand() *command {
	c := &command{name: "version", args: "", short: "print the version",
		long: `Version prints the version of Portico, of its plugin ABI, and of Go.`}
	c.run = func(_ context.Context, e *env, args []string) error {
		if _, err := c.parse(e, args, 0, func(*flag.FlagSet) {}); err != nil {
			return helped(err)
		}
		fmt.Fprintf(e.stdout, "portico %s, plugin ABI %d, %s %s/%s\n", version(), hostabi.Version, goruntime.Version(), goruntime.GOOS, goruntime.GOARCH)
		return nil
	}
	return c
}

// version is the module's, or the commit's of a build from a clone.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := strings.TrimSuffix(info.Main.Version, "+incompatible")
	if v == "" {
		v = "(devel)"
	}
	return v
}
