package outbound

import (
	"sync"

	"github.com/portico-gateway/portico/hostabi/engine"
)

// breakers are those of the places that a plugin asks. Each plugin has its own:
// one that asks wrongly must not close a host to the others.
type breakers struct {
	o engine.BreakerOptions

	mu      sync.Mutex // guards what follows
	byPlace map[place]*engine.Breaker
}

// maxBreakers bounds the places that are remembered: a wildcard allows any
// number of names.
const maxBreakers = 1024

func (b *breakers) allow(p place) (engine.Permit, bool) { return b.of(p).Allow() }

func (b *breakers) done(p place, permit engine.Permit, o engine.Outcome) { b.of(p).Done(permit, o) }

func (b *breakers) of(p place) *engine.Breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k := b.byPlace[p]; k != nil {
		return k
	}
	if len(b.byPlace) >= maxBreakers {
		b.forget()
	}
	if b.byPlace == nil {
		b.byPlace = map[place]*engine.Breaker{}
	}
	k := engine.NewBreaker(b.o)
	b.byPlace[p] = k
	return k
}

// forget drops the breakers that are closed, or all if none is. The caller holds
// mu. A permit of a breaker that is gone counts for nothing.
func (b *breakers) forget() {
	for p, k := range b.byPlace {
		if s, _ := k.State(); s == engine.BreakerClosed {
			delete(b.byPlace, p)
		}
	}
	if len(b.byPlace) >= maxBreakers {
		clear(b.byPlace)
	}
}
