package project

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// BuildOptions say how a project is built.
type BuildOptions struct {
	// Name is the plugin's; "" is that of the folder.
	Name string
	// Debug keeps line tables and optimizes less, for "portico plugin test".
	Debug bool
	// Output gets what the tools print; nil is nothing.
	Output io.Writer
	// Progress is told each command before it runs; nil is nobody.
	Progress func(command string)
}

// Command is one step of a build.
type Command struct {
	Env  []string
	Args []string
	// Copy, in place of Args, is a file that becomes NAME.wasm.
	Copy string
}

func (c Command) String() string { return strings.Join(append(c.Env, c.Args...), " ") }

// ErrTools reports that tools are missing; the text says which, and how to get
// them.
var ErrTools = errors.New("tools are missing")

// BuildError is a tool that failed.
type BuildError struct {
	Command string
	Output  string
	Err     error
}

// Error is the first lines of what the tool printed.
func (e *BuildError) Error() string {
	return fmt.Sprintf("%s: %v\n%s", e.Command, e.Err, strings.TrimSpace(e.Output))
}

func (e *BuildError) Unwrap() error { return e.Err }

// NameOf is the name of the plugin of the project in dir: the folder's.
func NameOf(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	return filepath.Base(path), err
}

// Build makes the plugin in dir, NAME.wasm or NAME.js, and returns its path.
func Build(ctx context.Context, dir string, o BuildOptions) (string, error) {
	l, err := Of(dir)
	if err != nil {
		return "", err
	}
	if missing := l.Missing(dir); len(missing) > 0 {
		text := make([]string, len(missing))
		for i, m := range missing {
			text[i] = m.String()
		}
		return "", fmt.Errorf("%w:\n%s", ErrTools, strings.Join(text, "\n"))
	}
	if o.Name == "" {
		if o.Name, err = NameOf(dir); err != nil {
			return "", err
		}
	}
	var commands []Command
	if l.build != nil {
		if commands, err = l.build(dir, o.Name, o); err != nil {
			return "", err
		}
	}
	file := filepath.Join(dir, o.Name+l.suffix)
	for _, c := range commands {
		if c.Copy != "" {
			err = place(filepath.Join(dir, c.Copy), file)
		} else {
			err = run(ctx, dir, c, o)
		}
		if err != nil {
			return "", err
		}
	}
	if !exists(file) {
		return "", fmt.Errorf("the build ended well and made no %s; is the project's name %q?", file, o.Name)
	}
	return file, nil
}

func run(ctx context.Context, dir string, c Command, o BuildOptions) error {
	if o.Progress != nil {
		o.Progress(c.String())
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), c.Env...)
	cmd.Stdout = &out
	if o.Output != nil {
		cmd.Stdout = io.MultiWriter(&out, o.Output)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return &BuildError{c.String(), out.String(), err}
	}
	return nil
}

// place puts a file where others may be reading: it is there whole or not at
// all.
func place(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(to), ".portico-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Place copies a plugin's file into a directory that a gateway may be serving.
func Place(from, to string) error { return place(from, to) }
