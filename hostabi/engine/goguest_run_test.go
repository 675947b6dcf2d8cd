package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestGoGuest runs what the standard Go toolchain makes, with its collector,
// scheduler and many data segments.
func TestGoGuest(t *testing.T) {
	e := newEngine(t, Options{})
	begin := time.Now()
	m := compileGuest(t, e, goGuest(t), Limits{})
	t.Logf("compiled in %v", time.Since(begin).Round(time.Millisecond))
	var lines []string
	p := newPool(t, m, PoolOptions{Output: func(_ *Instance, stderr bool, line []byte) {
		lines = append(lines, fmt.Sprint(stderr, " ", string(line)))
	}})
	i := take(t, p)
	for f, want := range map[string]uint64{"decide": 1, "recurse": 300, "scan": 300 * 10} {
		if got, err := call(t, i, f, 300); got != want || err != nil {
			t.Errorf("%s(300) = %v, %v, want %v", f, got, err, want)
		}
	}
	if _, err := call(t, i, "say"); err != nil {
		t.Error(err)
	}
	p.Put(i)

	i = take(t, p)
	if _, err := call(t, i, "explode"); !errors.Is(err, ErrTrap) {
		t.Errorf("explode: %v, want %v", err, ErrTrap)
	}
	p.Put(i)
	if got, want := strings.Join(lines, "\n"), "false to stdout\ntrue to stderr\ntrue without end\ntrue panic: went wrong"; !strings.HasPrefix(got, want) {
		t.Errorf("lines are\n%s\nwant\n%s", got, want)
	}
	if took := stopAfter(t, p, "spin", 50*time.Millisecond); took > 2*time.Second {
		t.Errorf("spin was stopped after %v", took)
	}
	i = take(t, p)
	_, err := call(t, i, "recurse", 1<<30)
	t.Logf("recursion without end: %v, stack %d KiB, memory %d MiB", err, i.StackBytes()>>10, i.MemoryPages()>>4)
	if err == nil {
		t.Error("recursion without end returned")
	}
	p.Put(i)
}
