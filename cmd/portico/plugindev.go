package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/portico-gateway/portico/runtime/admin"
	"github.com/portico-gateway/portico/runtime/config"
	"github.com/portico-gateway/portico/runtime/workbench/project"
)

func pluginDevCommand() *command {
	c := &command{name: "plugin dev", args: "[-file gateway.toml] [-admin ADDRESS] [-token-file FILE] [-debug] [DIR]", short: "build at each save, into a gateway that runs",
		long: `
Plugin dev builds the plugin of the folder DIR, or of this one, copies it into the
plugin directory of the gateway file, and has the gateway that serves it take it
over. It does so again whenever a source is saved, and prints the time from the
save until the plugin served, or the first error. NAME.toml goes along when the
plugin directory has none. The gateway runs apart: "portico serve".

The admin address is -admin, else that of the gateway file; the admin token is
read from -token-file, else from PORTICO_ADMIN_TOKEN.`}
	c.run = func(ctx context.Context, e *env, args []string) error {
		var d devRun
		rest, err := c.parse(e, args, 1, func(f *flag.FlagSet) {
			f.StringVar(&d.file, "file", DefaultFile, "the gateway `file` that is served")
			f.StringVar(&d.admin, "admin", os.Getenv("PORTICO_ADMIN"), "`address` of its admin listener, host:port or unix:/path")
			f.StringVar(&d.tokenFile, "token-file", "", "`file` that holds the admin token")
			f.BoolVar(&d.debug, "debug", false, "keep the lines of the source, and optimize less")
		})
		if err != nil {
			return helped(err)
		}
		d.dir = "."
		if len(rest) == 1 {
			d.dir = rest[0]
		}
		return d.run(ctx, e)
	}
	return c
}

// devRun is one "portico plugin dev".
type devRun struct {
	dir, file, admin, tokenFile string
	debug                       bool
	token                       string
}

func (d *devRun) run(ctx context.Context, e *env) error {
	product, err := project.Product(d.dir)
	if err != nil {
		return err
	}
	c, err := config.Load(d.file)
	if err != nil {
		fmt.Fprintln(e.stderr, err)
		if errors.Is(err, os.ErrNotExist) {
			fmt.Fprintln(e.stderr, `portico: name the gateway file with "portico plugin dev -file FILE"`)
		}
		return errSilent
	}
	if d.token, err = readToken(d.tokenFile); err != nil {
		return err
	}
	d.admin = cmp.Or(d.admin, c.Server.Admin)
	name := strings.TrimSuffix(filepath.Base(product), filepath.Ext(product))
	to := c.Resolve(c.Plugins.Directory)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if err := layDown(filepath.Join(d.dir, name+".toml"), filepath.Join(to, name+".toml")); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "watching %s; %s goes to %s. Ctrl-C ends.\n", d.dir, filepath.Base(product), to)
	o := project.DevOptions{Dir: d.dir, To: to, Live: d.live, Build: project.BuildOptions{Debug: d.debug},
		Event: func(r project.Round) { d.tell(e, name, r) }}
	if d.admin == config.AdminOff {
		o.Live = nil
	}
	return project.Dev(ctx, o)
}

// layDown copies the settings of a project where there are none.
func layDown(from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return nil
	}
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	return project.Place(from, to)
}

// live has the gateway read its files, and looks what it made of this one.
func (d *devRun) live(ctx context.Context, file string) (note string, err error) {
	if _, err := admin.Reload(ctx, d.admin, d.token); err != nil {
		return "", err
	}
	list, err := admin.Plugins(ctx, d.admin, d.token)
	if err != nil {
		return "", err
	}
	wasm, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(wasm)
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	for _, p := range list {
		switch {
		case p.Name != name:
		case len(p.Problems) > 0:
			return "", errors.New(strings.Join(p.Problems, "\n"))
		case p.Digest != "sha256:"+hex.EncodeToString(sum[:]):
			return "", fmt.Errorf("the gateway at %s has another %s; does it serve %s?", d.admin, filepath.Base(file), d.file)
		case p.State != "loaded":
			return fmt.Sprintf("no route of %s uses it yet", d.file), nil
		default:
			return "", nil
		}
	}
	return "", fmt.Errorf("the gateway at %s does not see %s; does it serve %s?", d.admin, file, d.file)
}

// tell prints how a round ended.
func (d *devRun) tell(e *env, name string, r project.Round) {
	what := "built"
	if r.Changed != "" {
		if rel, err := filepath.Rel(d.dir, r.Changed); err == nil {
			r.Changed = rel
		}
		what = r.Changed + " saved"
	}
	at := time.Now().Format(time.TimeOnly)
	var b *project.BuildError
	switch {
	case errors.As(r.Err, &b):
		fmt.Fprintf(e.stdout, "%s %s: the build fails after %s\n%s\n", at, what, round(r.Built), indent(head(b.Output)))
	case r.Err != nil:
		fmt.Fprintf(e.stdout, "%s %s: not live\n%s\n", at, what, indent(head(r.Err.Error())))
	case r.Note != "":
		fmt.Fprintf(e.stdout, "%s %s: in the gateway after %s (build %s); %s\n", at, what, round(r.Live), round(r.Built), r.Note)
	default:
		fmt.Fprintf(e.stdout, "%s %s: %s is live after %s (build %s)\n", at, what, name, round(r.Live), round(r.Built))
	}
}

// head is the part of a tool's output that has the first error.
func head(text string) string {
	const most = 12
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	return strings.Join(lines, "\n")
}
