package engine

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestPoolIsAStack(t *testing.T) {
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{Warm: 3})
	a, b := take(t, p), take(t, p)
	p.Put(a)
	p.Put(b)
	if got := take(t, p); got != b {
		t.Error("Get did not return what was put last")
	} else {
		p.Put(got)
	}
	want := Stats{Live: 3, Idle: 3, Created: 3, MemoryBytes: 3 << 16}
	if got := p.Stats(); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}

// take is get without putting back.
func take(t testing.TB, p *Pool) *Instance {
	t.Helper()
	i, err := p.Get(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// TestGetLetsOthersFinish has a call moved aside on the only processor, as the
// scheduler does with long ones. The next Get waits for it and does not make a
// second instance; one that cannot have it all the same does.
func TestGetLetsOthersFinish(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector shuffles goroutines")
	}
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(1))
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{})
	aside := func() *Instance {
		lent := make(chan *Instance)
		go func() {
			i := take(t, p)
			lent <- i
			goruntime.Gosched()
			p.Put(i)
		}()
		return <-lent
	}
	others := 0 // now and then the goroutine aside is preempted
	for range 100 {
		first := aside()
		i := take(t, p)
		p.Put(i)
		if i != first {
			others++
		}
	}
	if others > 20 {
		t.Errorf("Get made or took another instance %d times of 100", others)
	}
	one, two := take(t, p), take(t, p)
	if got := p.Stats().Created; got < 2 {
		t.Errorf("%d instances were made, want 2", got)
	}
	p.Put(one)
	p.Put(two)
}

func TestPutDropsWhatIsOfNoFurtherUse(t *testing.T) {
	for _, c := range []struct {
		name   string
		o      PoolOptions
		f      string
		params []uint64
		reason dropReason
	}{
		{"after a trap", PoolOptions{}, "trap", nil, dropTrap},
		{"after a stop at its deadline", PoolOptions{}, "nap", nil, dropDeadline},
		{"after a cancellation", PoolOptions{}, "cancel", nil, dropCanceled},
		{"after an exit", PoolOptions{}, "exit", []uint64{0}, dropExit},
		{"after a panic of the host", PoolOptions{}, "panic", nil, dropHost},
		{"grown above the soft mark", PoolOptions{SoftMemory: 4}, "grow", []uint64{4}, dropGrown},
		{"of a fresh pool", PoolOptions{Fresh: true}, "nop", nil, dropFresh},
		{"not when it returned", PoolOptions{}, "nop", nil, keep},
		{"not when it grew up to the soft mark", PoolOptions{SoftMemory: 4}, "grow", []uint64{3}, keep},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), c.o)
			i := take(t, p)
			// The kinds of stops have a test of their own.
			switch c.f {
			case "nap":
				i.broken = ErrDeadline
			case "cancel":
				i.broken = ErrCanceled
			default:
				call(t, i, c.f, c.params...)
			}
			memory := int64(i.MemoryPages()) << 16
			p.Put(i)
			want := Stats{Live: 1, Idle: 1, Created: 1, MemoryBytes: memory}
			if c.reason != keep {
				want = Stats{Created: 1}
				want.Dropped[c.reason] = 1
			}
			if got := p.Stats(); got != want {
				t.Errorf("Stats() = %+v, want %+v", got, want)
			}
			if got := take(t, p); (got == i) != (c.reason == keep) {
				t.Errorf("next Get returned the same instance: %v", got == i)
			} else {
				p.Put(got)
			}
		})
	}
}

func TestDropReasonsHaveNames(t *testing.T) {
	if got := len(DropReasons()); got != int(dropReasons) {
		t.Errorf("%d names for %d reasons", got, dropReasons)
	}
}

func TestFreshInstancesWereNeverCalled(t *testing.T) {
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{Fresh: true, Warm: 2})
	for range 5 {
		i := take(t, p)
		if got, err := call(t, i, "count"); got != 1 || err != nil {
			t.Errorf("count() = %v, %v, want 1", got, err)
		}
		p.Put(i)
	}
}

func TestWaitersAreServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{Max: 1})
		i := take(t, p)
		served := make(chan int, 10)
		for n := range 10 {
			go func() {
				i := take(t, p)
				served <- n
				if n%3 == 1 {
					i.broken = ErrTrap // the next waiter makes its own
				}
				p.Put(i)
			}()
			synctest.Wait()
		}
		if got := p.Stats().Waiting; got != 10 {
			t.Errorf("%d are waiting, want 10", got)
		}
		p.Put(i)
		synctest.Wait()
		for n := range 10 {
			if got := <-served; got != n {
				t.Errorf("number %d was served as number %d", got, n)
			}
		}
		want := Stats{Live: 1, Idle: 1, Created: 4, MemoryBytes: 1 << 16}
		want.Dropped[dropTrap] = 3
		if got := p.Stats(); got != want {
			t.Errorf("Stats() = %+v, want %+v", got, want)
		}
	})
}

func TestWaitEnds(t *testing.T) {
	gone := errors.New("client gone")
	for _, c := range []struct {
		name    string
		timeout time.Duration
		after   time.Duration // of cancellation
		want    error
		took    time.Duration
	}{
		{"by default after a second", 0, time.Hour, ErrBusy, DefaultQueueTimeout},
		{"at its own time", 30 * time.Millisecond, time.Hour, ErrBusy, 30 * time.Millisecond},
		{"at once when there is to be none", -1, time.Hour, ErrBusy, 0},
		{"when its caller is gone", time.Minute, time.Second, gone, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}),
					PoolOptions{Max: 1, QueueTimeout: c.timeout})
				i := take(t, p)
				defer p.Put(i)
				ctx, cancel := context.WithCancelCause(t.Context())
				timer := time.AfterFunc(c.after, func() { cancel(gone) })
				defer timer.Stop()
				begin := time.Now()
				_, err := p.Get(ctx)
				if took := time.Since(begin); !errors.Is(err, c.want) || took != c.took {
					t.Errorf("Get: %v after %v, want %v after %v", err, took, c.want, c.took)
				}
				if got := p.Stats().Waiting; got != 0 {
					t.Errorf("%d are waiting", got)
				}
			})
		})
	}
}

func TestAPlaceThatFailedToFillGoesToTheNextWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fail := false
		p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{
			Max: 1,
			Init: func(context.Context, *Instance) error {
				if fail {
					fail = false
					return errors.New("bad configuration")
				}
				return nil
			},
		})
		i := take(t, p)
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				i, err := p.Get(context.Background())
				errs <- err
				if err == nil {
					p.Put(i)
				}
			}()
			synctest.Wait()
		}
		fail = true
		i.broken = ErrTrap
		p.Put(i)
		if err := <-errs; !errors.Is(err, ErrStart) || err.Error() != "start instance: bad configuration" {
			t.Errorf("first waiter: %v, want %v", err, ErrStart)
		}
		if err := <-errs; err != nil {
			t.Errorf("second waiter: %v", err)
		}
	})
}

func TestCloseWaitsForLentInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{Max: 2, Warm: 2})
		a, b := take(t, p), take(t, p)
		waiter := make(chan error, 1)
		go func() {
			_, err := p.Get(context.Background())
			waiter <- err
		}()
		synctest.Wait()
		var closed atomic.Int32
		for range 2 { // two that close
			go func() {
				p.Close()
				closed.Add(1)
			}()
		}
		synctest.Wait()
		if err := <-waiter; !errors.Is(err, ErrClosed) {
			t.Errorf("who waited got %v, want %v", err, ErrClosed)
		}
		if _, err := p.Get(context.Background()); !errors.Is(err, ErrClosed) {
			t.Errorf("Get: %v, want %v", err, ErrClosed)
		}
		if got, err := call(t, a, "answer"); got != 42 || err != nil {
			t.Errorf("a lent instance answers %v, %v", got, err)
		}
		p.Put(a)
		synctest.Wait()
		if closed.Load() != 0 {
			t.Error("Close returned while an instance was lent")
		}
		p.Put(b)
		synctest.Wait()
		if closed.Load() != 2 {
			t.Errorf("%d of 2 Closes returned", closed.Load())
		}
		want := Stats{Created: 2}
		want.Dropped[dropClosed] = 2
		if got := p.Stats(); got != want {
			t.Errorf("Stats() = %+v, want %+v", got, want)
		}
	})
}

func TestNewPoolFailsWhenItsFirstInstanceDoes(t *testing.T) {
	e := newEngine(t, Options{})
	bad := errors.New("bad configuration")
	for _, c := range []struct {
		guest string
		o     PoolOptions
		kind  error
		want  string
	}{
		{"start_trap", PoolOptions{Name: "p"}, ErrTrap, `pool "p": start instance: _initialize: trap: unreachable`},
		{"segment_outside", PoolOptions{Name: "p"}, ErrStart, ""},
		{"basic", PoolOptions{Name: "p", Init: func(context.Context, *Instance) error { return bad }}, bad,
			`pool "p": start instance: bad configuration`},
	} {
		t.Run(c.guest, func(t *testing.T) {
			p, err := compileGuest(t, e, guest(t, c.guest), Limits{}).NewPool(c.o)
			if p != nil || !errors.Is(err, ErrStart) || !errors.Is(err, c.kind) || c.want != "" && err.Error() != c.want {
				t.Errorf("NewPool: %v, want %q", err, c.want)
			}
		})
	}
	if n := len(e.pools); n != 0 {
		t.Errorf("the engine still has %d pools", n)
	}
}

func TestInitHasTheDeadlineOfTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := time.Now().Add(3 * time.Second)
		newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "start"), Limits{}), PoolOptions{
			StartTimeout: 3 * time.Second,
			Init: func(ctx context.Context, i *Instance) error {
				if got, ok := ctx.Deadline(); !ok || !got.Equal(want) {
					t.Errorf("deadline is %v, want %v", got, want)
				}
				// The start section ran, then _initialize.
				if got, err := call(t, i, "n"); got != 12 || err != nil {
					t.Errorf("n() = %v, %v, want 12", got, err)
				}
				i.Value = "configured"
				return nil
			},
		})
	})
}

func TestIdleInstancesAreGivenBack(t *testing.T) {
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{Max: 20, Warm: 2})
	var lent []*Instance
	for range 20 {
		lent = append(lent, take(t, p))
	}
	for _, i := range lent {
		p.Put(i)
	}
	var idle []int
	for range 5 {
		for range trimEvery {
			a, b, c := take(t, p), take(t, p), take(t, p)
			p.Put(a)
			p.Put(b)
			p.Put(c)
		}
		idle = append(idle, p.Stats().Idle)
	}
	// Three are needed; what nobody needed goes by halves.
	if want := "[7 3 3 3 3]"; fmt.Sprint(idle) != want {
		t.Errorf("idle instances are %v, want %v", idle, want)
	}
}

func TestPutRefusesWhatIsNotLent(t *testing.T) {
	m := compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{})
	p, other := newPool(t, m, PoolOptions{}), newPool(t, m, PoolOptions{})
	i := take(t, p)
	for name, put := range map[string]func(){
		"to another pool": func() { other.Put(i) },
		"twice":           func() { p.Put(i); p.Put(i) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Put %s did not panic", name)
				}
			}()
			put()
		}()
		if i.lent.CompareAndSwap(false, true) {
			p.idle = nil // as if it had not been put
		}
	}
	p.Put(i)
}
