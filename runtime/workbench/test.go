package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/config"
)

// Result is what came of one case.
type Result struct {
	Name     string
	Line     int // in the file of cases
	Problems []string
	// Trapped says that the plugin trapped and nobody expected that; Bench.Trace
	// then shows where.
	Trapped  bool
	Outcomes []*Outcome
	Written  []string // golden files
	Took     time.Duration
}

// OK reports whether everything came as expected.
func (r *Result) OK() bool { return len(r.Problems) == 0 }

// Test tries one case. update writes its golden files instead of comparing with
// them. What is wrong with the case itself is a problem of the result, too.
func (b *Bench) Test(ctx context.Context, file *config.Cases, c *config.Case, update bool) *Result {
	start := time.Now()
	r := &Result{Name: c.Name, Line: file.Pos(c.Key).Line}
	if err := b.test(ctx, file, c, r, update); err != nil {
		r.Problems = append(r.Problems, err.Error())
	}
	r.Took = time.Since(start)
	return r
}

func (b *Bench) test(ctx context.Context, file *config.Cases, c *config.Case, r *Result, update bool) error {
	own, requests, err := prepare(file, c)
	if err != nil {
		return err
	}
	s, err := b.open(ctx, &own, variant{})
	if c.Refused != "" {
		return b.refused(s, err, c.Refused)
	}
	if err != nil {
		return err
	}
	started := s.record.started()
	for i := range own.Step {
		step := &own.Step[i]
		o := s.step(ctx, &own, step, &requests[i])
		if i == 0 {
			o.Logs = append(started, o.Logs...)
		}
		r.Outcomes = append(r.Outcomes, o)
		problems := o.compare(&step.Expect)
		if step.Expect.Golden != "" {
			more, err := o.golden(file.Resolve(step.Expect.Golden), update, r)
			if err != nil {
				return errors.Join(err, b.retire(s))
			}
			problems = append(problems, more...)
		}
		r.Trapped = r.Trapped || unexpectedTrap(o, &step.Expect)
		for _, p := range problems {
			if len(own.Step) > 1 {
				p = fmt.Sprintf("step %d (line %d): %s", i+1, file.Pos(step.Key).Line, p)
			}
			r.Problems = append(r.Problems, p)
		}
	}
	return b.retire(s)
}

// refused wants that the gateway has refused the plugin: err is why there is no
// scene.
func (b *Bench) refused(s *scene, err error, want string) error {
	var r *refusal
	switch {
	case err == nil:
		return errors.Join(fmt.Errorf("refused: the plugin was loaded, want an error with %q", want), b.retire(s))
	case errors.As(err, &r) && !strings.Contains(r.Error(), want):
		return fmt.Errorf("refused: got %w\nwant an error with %q", err, want)
	case r == nil:
		return err
	}
	return nil
}

// retire closes the scene before s and leaves s until the next: so long the
// engine keeps the compiled module, which both share.
func (b *Bench) retire(s *scene) error {
	last := b.last
	b.last = s
	if last == nil {
		return nil
	}
	return last.close()
}

func unexpectedTrap(o *Outcome, want *config.Expect) bool {
	return o.Failure != nil && o.Failure.Reason == hostabi.Trapped && want.Failure != hostabi.Trapped.String()
}

// step sends one request and gathers what came of it.
func (s *scene) step(ctx context.Context, c *config.Case, step *config.Step, r *config.CaseRequest) *Outcome {
	s.bench.clock.advance(step.After)
	s.bench.backend.expect(c.Backend)
	x, out := s.send(ctx, r)
	return s.observe(x, out)
}

// golden compares with a file, or writes it.
func (o *Outcome) golden(path string, update bool, r *Result) ([]string, error) {
	got := o.String()
	want, err := os.ReadFile(path)
	switch {
	case err == nil && string(want) == got:
		return nil, nil
	case update:
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		r.Written = append(r.Written, path)
		return nil, os.WriteFile(path, []byte(got), 0o644)
	case errors.Is(err, fs.ErrNotExist):
		return []string{fmt.Sprintf("golden: there is no %s; write it with -update", path)}, nil
	case err != nil:
		return nil, err
	}
	return []string{fmt.Sprintf("golden: not as %s says; rewrite it with -update if this is right:\n%s",
		path, diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got, nil))}, nil
}
