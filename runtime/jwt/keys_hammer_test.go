package jwt

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// TestKeys_hammer verifies from many goroutines while keys come and go and the
// clock leaps over every age: whatever is answered is one of the few things that
// can be.
func TestKeys_hammer(t *testing.T) {
	a, b := signers()[0], signers()[1]
	s := &source{document: document(a.public)}
	var mu sync.Mutex
	at := time.Unix(1_800_000_000, 0)
	k := keysOf(t, s, RegistryOptions{Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}})
	v := verifier(t, Options{Keys: k, Now: clock})
	tokens := []string{a.sign(good), b.sign(good)}
	stop := make(chan struct{})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				switch _, err := v.Verify(context.Background(), tokens[i%2]); err {
				case nil, hostabi.TokenKey, hostabi.ECONN:
				default:
					t.Errorf("it gave %v", err)
					return
				}
				k.registry.Stats()
			}
		})
	}
	documents := [][]byte{document(a.public), document(a.public, b.public), document(b.public), []byte("{}")}
	for i := range 300 {
		s.set(documents[i%len(documents)], nil)
		mu.Lock()
		at = at.Add([]time.Duration{Every, refreshAfter, Life, Kept}[i/4%4])
		mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	close(stop)
	all.Wait()
	if n := s.count(); n > 300 {
		t.Errorf("%d fetches, at most one for each time that was made possible", n)
	}
}
