package engine

import (
	"context"
	"testing"
	"time"
)

func BenchmarkCall(b *testing.B) {
	e := newEngine(b, Options{})
	p := newPool(b, compileGuest(b, e, guest(b, "basic"), Limits{}), PoolOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	state := &pinger{}
	for _, c := range []struct{ name, f string }{{"empty", "nop"}, {"two host calls", "ping2"}} {
		b.Run(c.name, func(b *testing.B) {
			i := get(b, p)
			f := fn(b, i, c.f)
			deadline := time.Now().Add(time.Hour)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := i.Call(ctx, deadline, f, state); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("two host calls, Get and Put in parallel", func(b *testing.B) {
		f, _ := p.compiled.lookup("ping2")
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			state := &pinger{}
			for pb.Next() {
				i, err := p.Get(ctx)
				if err != nil {
					b.Fatal(err)
				}
				i.Call(ctx, time.Now().Add(time.Second), f, state)
				p.Put(i)
			}
		})
	})
}

// BenchmarkCheck is what each yield of a guest costs in the engine.
func BenchmarkCheck(b *testing.B) {
	i := get(b, newPool(b, compileGuest(b, newEngine(b, Options{}), guest(b, "basic"), Limits{}), PoolOptions{}))
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), i, i))
	defer cancel()
	i.enter(ctx, time.Now().Add(time.Hour), nil)
	defer i.leave(nil)
	i.function(0)
	for b.Loop() {
		i.Check()
	}
}

func BenchmarkInstantiate(b *testing.B) {
	e := newEngine(b, Options{})
	for _, c := range []struct {
		name string
		wasm []byte
	}{{"small", guest(b, "basic")}, {"Go", goGuest(b)}} {
		b.Run(c.name, func(b *testing.B) {
			p := newPool(b, compileGuest(b, e, c.wasm, Limits{}), PoolOptions{Fresh: true})
			for b.Loop() {
				p.Put(take(b, p))
			}
		})
	}
}
