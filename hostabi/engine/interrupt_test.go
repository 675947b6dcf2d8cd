package engine

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goruntime "runtime"
)

// spinners are the ways not to end. For the first mustShow of them the median
// is bounded, too.
const mustShow = 5

var spinners = []struct{ name, f string }{
	{"endless loop", "loop"},
	{"2^34 calls of a function that calls itself", "recursion"},
	{"loop of 32 MiB fills", "fills"},
	{"straight line of 32 MiB fills", "straight"},
	{"endless host calls", "host"},

	{"2^34 calls in a chain without recursion", "chain"},
	{"loop over cold memory", "cold"},
	{"loop of 32 MiB copies", "copies"},
	{"loop of memory.grow 0", "grows"},
	{"loop of table fills", "tables"},
	{"host calls that take 0.1 ms each", "slow_host"},
	{"random bytes by 32 MiB", "random"},
	{"sched_yield", "yields"},
	{"writes to a closed descriptor", "closed"},
	{"lines of a MiB", "writes"},
	{"sleep of an hour", "sleep"},
	{"naps of a nanosecond", "naps"},
}

// evidence asks for the long form.
func evidence() bool { return os.Getenv("PORTICO_EVIDENCE") == "full" }

// stopping says how often each guest is stopped and how long that may take: in
// the ordinary form, in that of the short evidence, in the full one.
type stopping struct {
	rounds, tries   int
	median, longest time.Duration
}

func stoppingForm() stopping {
	switch {
	case evidence():
		return stopping{rounds: 20, tries: 1, median: 100 * time.Millisecond, longest: 2 * time.Second}
	case os.Getenv("PORTICO_EVIDENCE") == "short":
		return stopping{rounds: 5, tries: 2, median: 200 * time.Millisecond, longest: 2 * time.Second}
	}
	// The machine may be busy; a hang would last for ever.
	return stopping{rounds: 2, tries: 1, median: 20 * time.Second, longest: 20 * time.Second}
}

// TestDeadlineStopsAnyGuest stops each guest at a deadline of 50 ms, while the
// collector runs all the time and an instance of another module answers.
func TestDeadlineStopsAnyGuest(t *testing.T) {
	const timeout = 50 * time.Millisecond
	form := stoppingForm()
	e := newEngine(t, Options{})
	spin := newPool(t, compileGuest(t, e, guest(t, "spin"), Limits{}), PoolOptions{})
	other := newPool(t, compileGuest(t, e, guest(t, "basic"), Limits{}), PoolOptions{})
	collections, answers := disturb(t, other)

	t.Logf("%-44s %9s %9s %9s", "guest, stopped at 50 ms", "median", "longest", "answers")
	for n, s := range spinners {
		for try := 1; ; try++ {
			before := answers.Load()
			median, longest := stopOften(t, spin, s.f, timeout, form.rounds)
			met := answers.Load() - before
			t.Logf("%-44s %9v %9v %9d", s.name, median.Round(100*time.Microsecond), longest.Round(100*time.Microsecond), met)
			slow := longest > form.longest || n < mustShow && median > form.median
			if slow && try < form.tries {
				continue
			}
			if slow {
				t.Errorf("%s: stopped after %v, in the median %v; want at most %v and %v", s.name, longest, median, form.longest, form.median)
			}
			if form.rounds > 2 && met == 0 {
				t.Errorf("%s: no other call was answered meanwhile", s.name)
			}
			break
		}
	}
	if collections.Load() == 0 || answers.Load() == 0 {
		t.Errorf("%d collections ended and %d other calls were answered meanwhile", collections.Load(), answers.Load())
	}
	t.Logf("%d collections", collections.Load())
}

// stopOften stops a guest some times.
func stopOften(t *testing.T, p *Pool, f string, timeout time.Duration, rounds int) (median, longest time.Duration) {
	t.Helper()
	var took []time.Duration
	for range rounds {
		took = append(took, stopAfter(t, p, f, timeout))
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)-1]
}

// stopAfter measures a call that ends by its deadline.
func stopAfter(t *testing.T, p *Pool, f string, timeout time.Duration) time.Duration {
	t.Helper()
	i, err := p.Get(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Put(i)
	begin := time.Now()
	_, err = i.Call(context.Background(), begin.Add(timeout), fn(t, i, f), nil)
	took := time.Since(begin)
	if !errors.Is(err, ErrDeadline) {
		t.Fatalf("%s: %v after %v, want %v", f, err, took, ErrDeadline)
	}
	if took < timeout {
		t.Errorf("%s: stopped after %v, before its deadline", f, took)
	}
	return took
}

// disturb collects garbage and calls another module until the test ends.
func disturb(t *testing.T, p *Pool) (collections, answers *atomic.Int64) {
	collections, answers = new(atomic.Int64), new(atomic.Int64)
	done := make(chan struct{})
	var wg sync.WaitGroup
	loop := func(count *atomic.Int64, pause time.Duration, f func()) {
		wg.Go(func() {
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for {
				select {
				case <-done:
					return
				case <-tick.C:
					f()
					count.Add(1)
				}
			}
		})
	}
	loop(collections, 5*time.Millisecond, goruntime.GC)
	answer, _ := p.compiled.lookup("answer")
	loop(answers, time.Millisecond, func() {
		i, err := p.Get(context.Background())
		if err != nil {
			t.Error(err)
			return
		}
		defer p.Put(i)
		if got, err := i.Call(context.Background(), time.Time{}, answer, nil); got != 42 || err != nil {
			t.Errorf("the other guest: %v, %v", got, err)
		}
	})
	t.Cleanup(func() {
		close(done)
		wg.Wait()
	})
	return collections, answers
}

func TestCancellationStopsAGuest(t *testing.T) {
	for _, f := range []string{"loop", "host", "sleep"} {
		t.Run(f, func(t *testing.T) {
			i := start(t, "spin", Limits{})
			ctx, cancel := context.WithCancelCause(t.Context())
			timer := time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("client gone")) })
			defer timer.Stop()
			_, err := i.Call(ctx, time.Now().Add(time.Minute), fn(t, i, f), nil)
			if !errors.Is(err, ErrCanceled) || !errors.Is(err, context.Canceled) {
				t.Errorf("error is %v, want %v", err, ErrCanceled)
			}
		})
	}
}

func TestDeadlineOfTheCallersContextStopsAGuest(t *testing.T) {
	i := start(t, "spin", Limits{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := i.Call(ctx, time.Time{}, fn(t, i, "loop"), nil); !errors.Is(err, ErrDeadline) {
		t.Errorf("error is %v, want %v", err, ErrDeadline)
	}
}

func TestClosingTheEngineStopsCalls(t *testing.T) {
	for _, f := range []string{"loop", "sleep"} {
		t.Run(f, func(t *testing.T) {
			e := newEngine(t, Options{})
			p := newPool(t, compileGuest(t, e, guest(t, "spin"), Limits{}), PoolOptions{})
			i, err := p.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(20*time.Millisecond, func() { e.Close() })
			defer timer.Stop()
			if _, err := i.Call(t.Context(), time.Time{}, fn(t, i, f), nil); !errors.Is(err, ErrCanceled) || !errors.Is(err, ErrClosed) {
				t.Errorf("error is %v, want %v by %v", err, ErrCanceled, ErrClosed)
			}
			p.Put(i)
		})
	}
}

// TestDeadlinesDoNotReachTheNextCall gives an instance a call that ends just
// about its deadline, and right after it one that has time.
func TestDeadlinesDoNotReachTheNextCall(t *testing.T) {
	i := start(t, "bombs", Limits{})
	f := fn(t, i, "depth")
	began := time.Now()
	if _, err := i.Call(t.Context(), time.Time{}, f, nil, 5000); err != nil {
		t.Fatal(err)
	}
	took := cmp.Or(time.Since(began), time.Microsecond)
	for n := range 200 {
		deadline := time.Now().Add(took * time.Duration(n) / 100)
		if _, err := i.Call(t.Context(), deadline, f, nil, 5000); err != nil {
			if !errors.Is(err, ErrDeadline) {
				t.Fatal(err)
			}
			i.broken = nil // wazero's instance is as good as before
		}
		if got, err := i.Call(t.Context(), time.Now().Add(time.Minute), f, nil, 5000); got != 5000 || err != nil {
			t.Fatalf("next call: %v, %v", got, err)
		}
	}
}

func TestWatchContextStopsALoop(t *testing.T) {
	e := newEngine(t, Options{Interrupt: WatchContext})
	p := newPool(t, compileGuest(t, e, guest(t, "spin"), Limits{}), PoolOptions{})
	stopAfter(t, p, "loop", 20*time.Millisecond)
	i := get(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(20*time.Millisecond, cancel)
	defer timer.Stop()
	if _, err := i.Call(ctx, time.Now().Add(time.Minute), fn(t, i, "loop"), nil); !errors.Is(err, ErrCanceled) {
		t.Errorf("error is %v, want %v", err, ErrCanceled)
	}
}

func TestStoppedInsideAStartSection(t *testing.T) {
	m := compileGuest(t, newEngine(t, Options{}), guest(t, "start_loop"), Limits{})
	_, err := m.NewPool(PoolOptions{StartTimeout: 20 * time.Millisecond})
	if !errors.Is(err, ErrStart) || !errors.Is(err, ErrDeadline) {
		t.Errorf("error is %v, want %v by %v", err, ErrStart, ErrDeadline)
	}
}
