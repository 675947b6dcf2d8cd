package plugin

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// Loads, calls, changes, broken files and readers of the state at once: each
// set answers with the plugins it was made of until it is closed, and nothing
// is left.
func TestDirectory_hammer(t *testing.T) {
	s := newScene(t, Options{Quiet: time.Millisecond}, "a.wasm", "0", "b.wasm", "0", "c.wasm", "0")
	s.broken = map[string]error{"broken": errors.New("it is broken")}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var wg sync.WaitGroup
	var loads atomic.Int64
	names := []string{"a", "b", "c"}
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				set, err := s.Load(ctx, names[:1+rand.IntN(3)])
				if err != nil {
					continue
				}
				loads.Add(1)
				for _, p := range set.All() {
					if answer, err := p.Call(ctx, hostabi.Authorize, nil); answer != 1 || err != nil {
						t.Errorf("Call = %d, %v, want 1", answer, err)
					}
				}
				var closing sync.WaitGroup
				closing.Go(set.Close)
				set.Close()
				closing.Wait()
			}
		})
	}
	wg.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			content := fmt.Sprint(n)
			if n%5 == 0 {
				content = "broken"
			}
			s.write(names[n%3]+".wasm", content, "other.toml", content)
			time.Sleep(3 * time.Millisecond)
		}
	})
	wg.Go(func() {
		for ctx.Err() == nil {
			for _, p := range s.Stats() {
				if p.Versions < 1 {
					t.Errorf("Stats lists %s without a version", p.Name)
				}
			}
			s.Status()
			time.Sleep(time.Millisecond)
		}
	})
	wg.Go(func() { s.Watch(ctx, []string{"gateway.toml"}, func() { loads.Add(1) }) })
	wg.Wait()
	if loads.Load() == 0 {
		t.Error("nothing was loaded")
	}
	if len(s.shared) != 0 || len(s.live) != 0 || len(s.Directory.past) != 0 {
		t.Errorf("%d shared, %d live, %d sums are left, want none", len(s.shared), len(s.live), len(s.Directory.past))
	}
}
