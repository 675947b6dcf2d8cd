package throttle

import (
	"strconv"
	"sync"
	"testing"

	"golang.org/x/time/rate"
)

// xtable is what one would write around x/time/rate.
type xtable struct {
	limit int // rate and burst
	mu    sync.RWMutex
	keys  map[string]*rate.Limiter
}

func (x *xtable) allow(key string) bool {
	x.mu.RLock()
	l := x.keys[key]
	x.mu.RUnlock()
	if l == nil {
		x.mu.Lock()
		if l = x.keys[key]; l == nil {
			l = rate.NewLimiter(rate.Limit(x.limit), x.limit)
			x.keys[key] = l
		}
		x.mu.Unlock()
	}
	return l.Allow()
}

func keys(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "client-" + strconv.Itoa(i)
	}
	return list
}

func BenchmarkOneKey(b *testing.B) {
	for _, c := range []struct {
		name string
		take func(b *testing.B) func()
	}{
		{"bucket", func(b *testing.B) func() { k := NewBucket(limit(b, 1000, 1000)); return func() { k.Take(1) } }},
		{"table", func(b *testing.B) func() {
			k := NewTable(limit(b, 1000, 1000), Options{})
			return func() { k.Take("key", 1) }
		}},
		{"x-time-rate", func(b *testing.B) func() { k := rate.NewLimiter(1000, 1000); return func() { k.Allow() } }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			take := c.take(b)
			for b.Loop() {
				take()
			}
		})
		b.Run(c.name+"/parallel", func(b *testing.B) {
			take := c.take(b)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					take()
				}
			})
		})
	}
}

func BenchmarkManyKeys(b *testing.B) {
	list := keys(100_000)
	for _, c := range []struct {
		name string
		take func(b *testing.B) func(key string)
	}{
		{"table", func(b *testing.B) func(string) {
			k := NewTable(limit(b, 1000, 1000), Options{})
			return func(key string) { k.Take(key, 1) }
		}},
		{"x-time-rate", func(b *testing.B) func(string) {
			k := &xtable{limit: 1000, keys: map[string]*rate.Limiter{}}
			return func(key string) { k.allow(key) }
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			take := c.take(b)
			i := 0
			for b.Loop() {
				take(list[i%len(list)])
				i += 7919
			}
		})
		b.Run(c.name+"/parallel", func(b *testing.B) {
			take := c.take(b)
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i += 7919 {
					take(list[i%len(list)])
				}
			})
		})
	}
}
