package command_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Processes at one time see their own events, whatever the others do.
func TestCalls_hammer(t *testing.T) {
	log := &record{}
	p := load(t, newEngine(t), moods(t), command.Options{Instances: 4, QueueTimeout: soon, Log: log.logger(),
		Breaker: engine.BreakerOptions{Failures: 1 << 30}})
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for turn := range 50 {
				event := fmt.Sprintf("e%d/%d/%s", n, turn, strings.Repeat("x", 100*turn))
				if got := call(p, hostabi.Integrate, about(event)); got.Result != event {
					t.Errorf("got %.100q for %.100q", fmt.Sprint(got), event)
				}
				for _, bad := range []string{"3", "t", "f"} {
					call(p, hostabi.Authorize, about(bad))
				}
				p.Stats()
			}
		})
	}
	all.Wait()
	s := p.Stats()
	if s.Instances.Live != 0 || s.Instances.MemoryBytes != 0 || s.Instances.Created != 1600 {
		t.Errorf("the instances are %+v, want 1600 that are gone", s.Instances)
	}
	if s.Failures[hostabi.Exited] != 400 || s.Failures[hostabi.Trapped] != 400 || len(s.Failures) != 2 {
		t.Errorf("failures are %v", s.Failures)
	}
}
