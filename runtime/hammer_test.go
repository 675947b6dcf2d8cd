package runtime_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestReload_hammer reloads while requests, scrapes and questions run; with
// -race it looks for what they share.
func TestReload_hammer(t *testing.T) {
	s := serveVersioned(t)
	done := make(chan struct{})
	var running sync.WaitGroup
	loop := func(f func() error) {
		running.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := f(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 4 {
		loop(s.mixed)
	}
	loop(func() error { _, err := s.Gatherer().Gather(); return err })
	loop(func() error {
		if r := s.Routes(); len(r) != 3 || !strings.HasSuffix(r[0].URL, "/both") {
			return fmt.Errorf("routes: %+v", r)
		}
		s.Plugins()
		if last := s.LastReload(); last.Snapshot < 1 || s.Config() == nil {
			return fmt.Errorf("last reload: %+v", last)
		}
		return nil
	})
	loop(func() error { // beside those that change something
		_, _ = s.Reload(context.Background()) // it may meet the broken file
		return nil
	})
	for n := 2; n < 40; n++ {
		if err := s.version(t, n); err != nil {
			t.Error(err)
		}
		write(t, s.dir+"/gateway.toml", "broken")
		if _, err := s.Reload(context.Background()); err == nil {
			t.Error("a broken file was accepted")
		}
		write(t, s.dir+"/gateway.toml", s.text(n))
	}
	close(done)
	running.Wait()
}
