package engine

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

func TestLongCompilationsAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		handler := slog.NewTextHandler(&log, &slog.HandlerOptions{
			ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			},
		})
		e := &Engine{log: slog.New(handler)}
		done := e.reportCompiling("sha256:short", 10)
		time.Sleep(reportEvery - time.Nanosecond)
		done()
		done = e.reportCompiling("sha256:long", 20)
		time.Sleep(2*reportEvery + time.Second)
		done()
		time.Sleep(time.Hour)
		want := `level=WARN msg="module is still being compiled" digest=sha256:long bytes=20 elapsed=10s
level=WARN msg="module is still being compiled" digest=sha256:long bytes=20 elapsed=20s
`
		if got := log.String(); got != want {
			t.Errorf("the log is\n%swant\n%s", got, want)
		}
	})
}

// TestCompilationHoldsUpOnlyCompilations keeps the turn to compile, as a long
// compilation does.
func TestCompilationHoldsUpOnlyCompilations(t *testing.T) {
	e := newEngine(t, Options{})
	p := newPool(t, compileGuest(t, e, guest(t, "basic"), Limits{}), PoolOptions{})
	if err := e.compiling.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	defer e.compiling.Release(1)

	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() {
		_, err := e.Compile(ctx, guest(t, "start"), Limits{})
		waits <- err
	}()
	again := compileGuest(t, e, guest(t, "basic"), Limits{})
	for _, p := range []*Pool{p, newPool(t, again, PoolOptions{})} {
		if got, err := call(t, get(t, p), "answer"); got != 42 || err != nil {
			t.Errorf("answer() = %v, %v, want 42", got, err)
		}
	}
	select {
	case err := <-waits:
		t.Errorf("Compile does not wait for its turn: %v", err)
	default:
	}
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Errorf("Compile: %v, want %v", err, context.Canceled)
	}
}
