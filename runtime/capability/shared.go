package capability

// shared keeps what several leases have in common, by a stable name, as long as
// one of them holds it. State.mu guards it.
type shared[V any] struct {
	byKey map[string]*held[V]
	// end takes leave of a value that nobody holds any more.
	end func(V)
}

type held[V any] struct {
	value V
	n     int
}

func newShared[V any](end func(V)) shared[V] {
	return shared[V]{byKey: map[string]*held[V]{}, end: end}
}

// acquire returns the value of a key, made by make if there is none.
func (s *shared[V]) acquire(key string, make func() V) V {
	h := s.byKey[key]
	if h == nil {
		h = &held[V]{value: make()}
		s.byKey[key] = h
	}
	h.n++
	return h.value
}

func (s *shared[V]) release(key string) {
	h := s.byKey[key]
	if h.n--; h.n > 0 {
		return
	}
	delete(s.byKey, key)
	if s.end != nil {
		s.end(h.value)
	}
}
