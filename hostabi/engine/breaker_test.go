package engine

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// script drives a breaker: f and s are calls that fail and succeed, n one that
// says nothing, x a call that must be refused; digits advance the clock by
// that many seconds.
func script(t *testing.T, b *Breaker, now *time.Time, text string) {
	t.Helper()
	for n, c := range text {
		switch {
		case c >= '0' && c <= '9':
			*now = now.Add(time.Duration(c-'0') * time.Second)
			continue
		case c == ' ':
			continue
		}
		p, ok := b.Allow()
		if ok == (c == 'x') {
			t.Fatalf("step %d of %q: Allow() = %v", n, text, ok)
		}
		switch c {
		case 'f':
			b.Done(p, Failed)
		case 's':
			b.Done(p, Succeeded)
		case 'n':
			b.Done(p, Neither)
		}
	}
}

func TestBreaker(t *testing.T) {
	for _, c := range []struct {
		name   string
		script string
		want   BreakerState
		opened uint64
	}{
		{"stays closed under fewer failures", "ff s ff", BreakerClosed, 0},
		{"opens at five failures", "fffff x", BreakerOpen, 1},
		{"does not open when failures are fewer than half of the calls", "fssfssfssfssfssfss", BreakerClosed, 0},
		{"opens when failures are half of the calls", "fsfsfsfsf x", BreakerOpen, 1},
		{"does not count successes before the first failure", "ssssssssssssssssssss fffff x", BreakerOpen, 1},
		{"forgets failures after the window", "ffff 91 ffff", BreakerClosed, 0},
		{"counts what says nothing for nothing", "ffffnnnnn", BreakerClosed, 0},
		{"lets a probe through after a second", "fffff x 1 s", BreakerClosed, 1},
		{"doubles the back-off when the probe fails", "fffff 1 f 1 x 1 f 3 x 1 f 7 x 1 f x", BreakerOpen, 1},
		{"has a longest back-off", "fffff 1 f 2 f 4 f 8 f 9 x 1 s", BreakerClosed, 1},
		{"starts over after a success", "fffff 1 f 2 s fffff x 1 s", BreakerClosed, 2},
		{"takes the next call as probe when the first said nothing", "fffff 1 n s", BreakerClosed, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := time.Unix(1e9, 0)
			b := NewBreaker(BreakerOptions{MaxBackoff: 10 * time.Second, Now: func() time.Time { return now }})
			script(t, b, &now, c.script)
			if got, opened := b.State(); got != c.want || opened != c.opened {
				t.Errorf("State() = %v, %d, want %v, %d", got, opened, c.want, c.opened)
			}
		})
	}
}

func TestBreakerHasOneProbe(t *testing.T) {
	now := time.Unix(1e9, 0)
	b := NewBreaker(BreakerOptions{Now: func() time.Time { return now }})
	before, _ := b.Allow()
	script(t, b, &now, "fffff 1")
	probe, ok := b.Allow()
	if !ok {
		t.Fatal("no probe")
	}
	if _, ok := b.Allow(); ok {
		t.Error("a second probe")
	}
	if s, _ := b.State(); s.String() != "half-open" {
		t.Errorf("state is %v, want half-open", s)
	}
	// A call from before it opened is not the probe.
	b.Done(before, Succeeded)
	b.Done(Permit{}, Succeeded)
	if s, _ := b.State(); s != BreakerHalfOpen {
		t.Errorf("state is %v, want half-open", s)
	}
	b.Done(probe, Succeeded)
	if s, _ := b.State(); s != BreakerClosed {
		t.Errorf("state is %v, want closed", s)
	}
	b.Done(probe, Failed) // twice: it counts for nothing
	script(t, b, &now, "ffff s")
}

func TestBreaker_hammer(t *testing.T) {
	var clock atomic.Int64
	b := NewBreaker(BreakerOptions{Now: func() time.Time { return time.Unix(0, clock.Add(int64(time.Millisecond))) }})
	var probes, allowed atomic.Int64
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := range 5000 {
				p, ok := b.Allow()
				if !ok {
					continue
				}
				allowed.Add(1)
				half := b.closed.Load() != p.w && b.isProbe(p)
				if half && probes.Add(1) > 1 {
					t.Error("two probes at once")
				}
				o := Outcome((n/50 + g) % 3)
				if half {
					probes.Add(-1)
				}
				b.Done(p, o)
			}
		})
	}
	wg.Wait()
	if _, opened := b.State(); opened == 0 || allowed.Load() == 0 {
		t.Errorf("it opened %d times, %d calls were allowed", opened, allowed.Load())
	}
	if b.mu.TryLock() {
		b.mu.Unlock()
	} else {
		t.Error("the lock is held")
	}
}

func (b *Breaker) isProbe(p Permit) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.probe == p.w
}

func TestClosedBreakerDoesNotAllocate(t *testing.T) {
	b := NewBreaker(BreakerOptions{})
	if n := testing.AllocsPerRun(1000, func() {
		p, _ := b.Allow()
		b.Done(p, Succeeded)
	}); n != 0 {
		t.Errorf("a call allocates %v times", n)
	}
}
