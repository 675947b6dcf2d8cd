package runtime_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestEvidenceLoad: reloads under load fail no request, and no answer is made
// of two versions.
func TestEvidenceLoad(t *testing.T) {
	const (
		rate  = 1000 // requests a second
		every = 10 * time.Millisecond
	)
	reloads := scale(50, 1000)
	s := serveVersioned(t)
	version := 1
	for try := 1; ; try++ {
		var took []time.Duration
		got := s.loaded(t, rate, func() {
			for range reloads {
				before := time.Now()
				version++
				if err := s.version(t, version); err != nil {
					t.Error(err)
					break
				}
				took = append(took, time.Since(before))
				time.Sleep(every - time.Since(before))
			}
		})
		shown(t, "reloads under load", "%d reloads (median %s each) under %s", len(took), median(took).Round(100*time.Microsecond), got)
		if got.answered == 0 {
			t.Error("nothing was answered")
		}
		// A machine that others use may not bring the load about at once.
		if !full || t.Failed() || got.brought(rate) {
			break
		}
		if try == 3 {
			t.Errorf("the load was not what it is to be: %s", got)
			break
		}
	}
	eventually(t, "all old snapshots closed", func() bool { return s.metrics()["portico_snapshots_draining"] == 0 })
}

// load is what became of one.
type load struct {
	answered, late, failed int64
	took                   time.Duration
}

func (l load) rate() float64 { return float64(l.answered) / l.took.Seconds() }

// brought says whether the load was one of that many requests a second.
func (l load) brought(rate int) bool {
	return l.rate() >= 0.95*float64(rate) && l.late*100 < l.answered
}

func (l load) String() string {
	return fmt.Sprintf("%.0f requests/s: %d requests, %d started late, %d failed or mixed", l.rate(), l.answered, l.late, l.failed)
}

// loaded asks so many times a second while f runs, and reports every request
// that fails.
func (s *versions) loaded(t *testing.T, rate int, f func()) load {
	const workers = 50
	done := make(chan struct{})
	var running sync.WaitGroup
	var answered, late, failed atomic.Int64
	start := time.Now()
	for w := range workers {
		running.Go(func() {
			for n := w; ; n += workers { // the nth request of all is due n/rate seconds after start
				due := start.Add(time.Duration(n) * time.Second / time.Duration(rate))
				select {
				case <-done:
					return
				case <-time.After(time.Until(due)):
				}
				if time.Since(due) > 100*time.Millisecond {
					late.Add(1)
				}
				if err := s.mixed(); err != nil {
					t.Errorf("after %s: %v", time.Since(start), err)
					failed.Add(1)
					continue
				}
				answered.Add(1)
			}
		})
	}
	end := sync.OnceFunc(func() {
		close(done)
		running.Wait()
	})
	defer end() // f may end the test
	f()
	end()
	return load{answered.Load(), late.Load(), failed.Load(), time.Since(start)}
}
