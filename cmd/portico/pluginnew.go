package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/portico-gateway/portico/runtime/workbench/project"
)

func pluginNewCommand() *command {
	c := &command{name: "plugin new", args: "-lang LANGUAGE -kind KIND NAME", short: "begin a plugin: a folder that builds at once, with a test",
		long: `
Plugin new makes the folder NAME with the sources of a small plugin, cases for
"portico plugin test", the language's own build file and a copy of its SDK. It
needs no network. It says which tools the language needs and which of them are
missing here.`}
	c.run = func(_ context.Context, e *env, args []string) error {
		var lang, kind string
		rest, err := c.parse(e, args, 1, func(f *flag.FlagSet) {
			f.StringVar(&lang, "lang", "", "`language`: "+strings.Join(project.Names(), ", "))
			f.StringVar(&kind, "kind", "authorizer", "`kind` of plugin: "+strings.Join(project.Kinds, ", "))
		})
		if err != nil {
			return helped(err)
		}
		if len(rest) == 0 || lang == "" {
			return c.wants(e)
		}
		l, err := project.Named(lang)
		if err != nil {
			return err
		}
		dir := rest[0]
		if err := project.New(dir, filepath.Base(dir), kind, l); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s is a plugin in %s; it begins in %s\n", dir, l.Title, filepath.Join(dir, filepath.FromSlash(l.Begins(filepath.Base(dir)))))
		if missing := l.Missing(dir); len(missing) > 0 {
			fmt.Fprint(e.stdout, "\nBefore it can be built:\n\n")
			for _, m := range missing {
				fmt.Fprintf(e.stdout, "	%s\n", m)
			}
		}
		fmt.Fprintf(e.stdout, "\nNext:\n\n	cd %s\n	portico plugin build\n	portico plugin test\n", dir)
		return nil
	}
	return c
}
