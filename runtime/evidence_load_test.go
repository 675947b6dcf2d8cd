package runtime_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestEvidenceLoad: reloads under load fail no request, and no answer is made
// of two versions.
func TestEvidenceLoad(t *testing.T) {
	const (
		rate    = 1000 // requests a second
		workers = 50
		every   = 10 * time.Millisecond // at least, between reloads
	)
	reloads := scale(50, 1000)
	s := serveVersioned(t)
	done := make(chan struct{})
	var running sync.WaitGroup
	var answered, late, failed atomic.Int64
	start := time.Now()
	for w := range workers {
		running.Go(func() {
			for n := w; ; n += workers { // the nth request of all is due n/rate seconds after start
				due := start.Add(time.Duration(n) * time.Second / rate)
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
	var took []time.Duration
	for n := 2; n < reloads+2; n++ {
		before := time.Now()
		if err := s.version(t, n); err != nil {
			t.Error(err)
			break
		}
		took = append(took, time.Since(before))
		time.Sleep(every - time.Since(before))
	}
	close(done)
	running.Wait()
	elapsed := time.Since(start).Seconds()
	got := float64(answered.Load()) / elapsed
	shown(t, "reloads under load", "%d reloads (median %s each) under %.0f requests/s: %d requests, %d started late, %d failed or mixed",
		reloads, median(took).Round(100*time.Microsecond), got, answered.Load(), late.Load(), failed.Load())
	if answered.Load() == 0 {
		t.Error("nothing was answered")
	}
	eventually(t, "all old snapshots closed", func() bool { return s.metrics()["portico_snapshots_draining"] == 0 })
}
