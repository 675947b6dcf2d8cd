package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// TestPool_hammer has many goroutines use one small pool in every way, closes
// it under them, and looks whether the books balance.
func TestPool_hammer(t *testing.T) {
	e := newEngine(t, Options{})
	m := compileGuest(t, e, guest(t, "basic"), Limits{})
	for round := range 5 {
		p := newPool(t, m, PoolOptions{Max: 3, QueueTimeout: time.Millisecond, SoftMemory: 3, Fresh: round == 4})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 200 {
					hammer(t, p)
				}
			})
		}
		wg.Go(func() {
			for range 100 {
				if s := p.Stats(); s.Live > 3 || s.Idle > s.Live {
					t.Errorf("Stats() = %+v", s)
				}
			}
			if round%2 == 1 {
				p.Close()
			}
		})
		wg.Wait()
		p.Close()
		s := p.Stats()
		var dropped uint64
		for _, n := range s.Dropped {
			dropped += n
		}
		if s.Live != 0 || s.Idle != 0 || s.Waiting != 0 || s.MemoryBytes != 0 || dropped != s.Created {
			t.Errorf("after Close, Stats() = %+v", s)
		}
	}
}

func hammer(t *testing.T, p *Pool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if rand.IntN(8) == 0 {
		cancel()
	}
	i, err := p.Get(ctx)
	if err != nil {
		if !errors.Is(err, ErrBusy) && !errors.Is(err, ErrClosed) && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		return
	}
	defer p.Put(i)
	state := &pinger{}
	switch rand.IntN(6) {
	case 0:
		if _, err := call(t, i, "trap"); !errors.Is(err, ErrTrap) {
			t.Error(err)
		}
	case 1:
		if _, err := call(t, i, "grow", 1); err != nil {
			t.Error(err)
		}
	default:
		f := fn(t, i, "ping2")
		if got, err := i.Call(context.Background(), time.Time{}, f, state); got != 17 || err != nil || state.pings != 2 {
			t.Errorf("ping2() = %v, %v with %d pings", got, err, state.pings)
		}
	}
}

// TestEngine_hammer compiles, pools, calls and closes equal and different
// modules at the same time.
func TestEngine_hammer(t *testing.T) {
	e := newEngine(t, Options{CacheDir: t.TempDir() + "/cache"})
	guests := [][]byte{guest(t, "basic"), guest(t, "start"), guest(t, "bombs")}
	var wg sync.WaitGroup
	for n := range 6 {
		wg.Go(func() {
			for k := range 10 {
				m, err := e.Compile(context.Background(), guests[(n+k)%len(guests)], Limits{})
				if err != nil {
					t.Error(err)
					return
				}
				p, err := m.NewPool(PoolOptions{})
				m.Close()
				if err != nil {
					t.Error(err)
					return
				}
				i, err := p.Get(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := i.Call(context.Background(), time.Now().Add(time.Minute), 0, nil, make([]uint64, i.compiled.funcs[0].params)...); err != nil && !errors.Is(err, ErrTrap) {
					t.Error(err)
				}
				p.Put(i)
				p.Close()
			}
		})
	}
	wg.Wait()
	if len(e.modules) != 0 || len(e.pools) != 0 {
		t.Errorf("the engine still has %d modules and %d pools", len(e.modules), len(e.pools))
	}
}
