package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

func TestReasons(t *testing.T) {
	past := hostabi.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	start := fmt.Errorf("%w: %w", engine.ErrStart, &engine.Error{Kind: engine.ErrDeadline})
	tests := []struct {
		name string
		got  hostabi.Reason
		want hostabi.Reason
		says engine.Outcome
	}{
		{"a start that fails", adapter.ReasonOfGet(past, engine.ErrStart), hostabi.Instantiating, engine.Failed},
		{"a start that used the call's time up", adapter.ReasonOfGet(past, start), hostabi.TimedOut, engine.Failed},
		{"a start that used its own time up", adapter.ReasonOfGet(context.Background(), start), hostabi.Instantiating, engine.Failed},
		{"no instance is free", adapter.ReasonOfGet(past, engine.ErrBusy), hostabi.Busy, engine.Neither},
		{"none became free in time", adapter.ReasonOfGet(past, context.DeadlineExceeded), hostabi.Busy, engine.Neither},
		{"the client did not wait", adapter.ReasonOfGet(past, context.Canceled), hostabi.Canceled, engine.Neither},
		{"the pool is closed", adapter.ReasonOfGet(past, engine.ErrClosed), hostabi.Instantiating, engine.Failed},
		{"a trap", adapter.ReasonOfCall(&engine.Error{Kind: engine.ErrTrap}), hostabi.Trapped, engine.Failed},
		{"a panic of the host", adapter.ReasonOfCall(&engine.Error{Kind: engine.ErrHost}), hostabi.Trapped, engine.Failed},
		{"a deadline", adapter.ReasonOfCall(&engine.Error{Kind: engine.ErrDeadline}), hostabi.TimedOut, engine.Failed},
		{"a client that left", adapter.ReasonOfCall(&engine.Error{Kind: engine.ErrCanceled}), hostabi.Canceled, engine.Neither},
		{"an exit", adapter.ReasonOfCall(&engine.Error{Kind: engine.ErrExit}), hostabi.Exited, engine.Failed},
		{"too much output", adapter.ReasonOfCall(&engine.Error{Kind: engine.ErrOutput}), hostabi.Malformed, engine.Succeeded},
		{"a host that had enough of it", adapter.ReasonOfCall(&engine.Error{Kind: engine.ErrStopped}), hostabi.Exhausted, engine.Failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want || adapter.Outcome(tt.got) != tt.says {
				t.Errorf("got %s, %d for the breaker, want %s, %d", tt.got, adapter.Outcome(tt.got), tt.want, tt.says)
			}
		})
	}
}

func TestLinesAreCutAndCounted(t *testing.T) {
	l := adapter.Lines{Max: 3}
	long := []byte(strings.Repeat("x", adapter.MaxLine))
	for n := range l.Max {
		if text, ok := l.Admit(append(long, 'y')); !ok || text != string(long) {
			t.Fatalf("line %d is %d bytes, %v", n, len(text), ok)
		}
	}
	if text, ok := l.Admit([]byte("one more")); ok || text != "" {
		t.Errorf("line %d is %q", l.Max+1, text)
	}
	if want := (adapter.Lines{Max: 3, Logged: 3, Dropped: 1}); l != want {
		t.Errorf("counted %+v, want %+v", l, want)
	}
}

func TestLoadErrorsSayWhere(t *testing.T) {
	trap := &engine.Error{Kind: engine.ErrTrap, Cause: errors.New("unreachable"), Stack: "a.inner()\na.outer()"}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"problems in one line", adapter.Problems{"one", "two"}, `plugin "p": one; two`},
		{"a trap with its stack", trap, `plugin "p": trap: unreachable in a.inner() < a.outer()`},
		{"one without", &engine.Error{Kind: engine.ErrTrap}, `plugin "p": trap`},
	} {
		err := adapter.NewLoadError("p", tt.err)
		var l *adapter.LoadError
		if err.Error() != tt.want || !errors.As(err, &l) || l.Plugin != "p" {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		if !errors.Is(tt.err, engine.ErrTrap) == errors.Is(err, engine.ErrTrap) {
			t.Errorf("%s: the cause is lost", tt.name)
		}
	}
}

func TestACallThatDidNotReturnIsToldByItsCause(t *testing.T) {
	unreachable, end := errors.New("unreachable"), errors.New("too many")
	for _, tt := range []struct {
		err  engine.Error
		want string
	}{
		{engine.Error{Kind: engine.ErrTrap, Cause: unreachable, Stack: "a.inner()\na.outer()"}, "unreachable in a.inner() < a.outer()"},
		{engine.Error{Kind: engine.ErrTrap, Cause: unreachable}, "unreachable"},
		{engine.Error{Kind: engine.ErrStopped, Cause: end, Stack: "a.f()"}, "too many in a.f()"},
		{engine.Error{Kind: engine.ErrDeadline, Stack: "a.f()"}, "deadline exceeded in a.f()"},
		{engine.Error{Kind: engine.ErrHost, Cause: end}, "panic in a host function: too many"},
	} {
		if err := adapter.Told(&tt.err); err.Error() != tt.want || !errors.Is(err, tt.err.Kind) {
			t.Errorf("got %q, want %q of that kind", err, tt.want)
		}
	}
}

func TestStats(t *testing.T) {
	e, err := engine.New(engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	m, err := e.Compile(t.Context(), []byte("\x00asm\x01\x00\x00\x00"), engine.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	p, err := m.NewPool(engine.PoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var c adapter.Counters
	c.Note(&adapter.Observation{Kind: hostabi.Authorize, HostCalls: 2})
	c.Note(&adapter.Observation{Kind: hostabi.Authorize, Reason: hostabi.Busy, LinesDropped: 3})
	want := adapter.Stats{Failures: map[hostabi.Reason]uint64{hostabi.Busy: 1}, HostCalls: 2, LinesDropped: 3, Instances: p.Stats()}
	want.Calls[hostabi.Authorize] = 2
	if got := c.Stats(p, engine.NewBreaker(engine.BreakerOptions{})); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
