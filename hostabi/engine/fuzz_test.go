package engine

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

var mutated = []string{"basic", "spin", "bombs", "start", "wasi"}

// trial runs mutants on one engine beside a guest that must stay well.
type trial struct {
	e     *Engine
	well  *Pool
	wasm  [][]byte
	valid int
	all   int
}

func newTrial(t testing.TB) *trial {
	e := newEngine(t, Options{})
	tr := &trial{e: e, well: newPool(t, compileGuest(t, e, guest(t, "basic"), Limits{}), PoolOptions{})}
	for _, name := range mutated {
		tr.wasm = append(tr.wasm, guest(t, name))
	}
	return tr
}

// run compiles, instantiates and calls one mutant, as long as it lets us.
func (tr *trial) run(t *testing.T, wasm []byte, deadline time.Duration) {
	t.Helper()
	tr.all++
	m, err := tr.e.Compile(context.Background(), wasm, Limits{MemoryPages: 528})
	if err == nil {
		tr.valid++
		tr.call(t, m, deadline)
		m.Close()
	}
	i := take(t, tr.well)
	defer tr.well.Put(i)
	state := &pinger{}
	got, err := i.Call(context.Background(), time.Time{}, fn(t, i, "ping2"), state)
	if got != 17 || err != nil || state.pings != 2 {
		t.Fatalf("the other guest answers %v, %v", got, err)
	}
}

func (tr *trial) call(t *testing.T, m *Module, deadline time.Duration) {
	p, err := m.NewPool(PoolOptions{StartTimeout: 100 * time.Millisecond, Output: func(*Instance, bool, []byte) {}})
	if err != nil {
		return
	}
	defer p.Close()
	for f, g := range m.compiled.funcs {
		i, err := p.Get(context.Background())
		if err != nil {
			return
		}
		begin := time.Now()
		i.Call(context.Background(), begin.Add(deadline), Func(f), nil, make([]uint64, g.params)...)
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s was stopped after %v", g.name, took)
		}
		p.Put(i)
	}
}

// TestMutantsAreMostlyValid holds the mutator to its purpose: a fuzzer of
// modules that the validator refuses tests the validator only.
func TestMutantsAreMostlyValid(t *testing.T) {
	tr := newTrial(t)
	r := rand.New(rand.NewPCG(1, 2))
	rounds := 60
	if evidence() {
		rounds = 2000
	}
	for n := range rounds {
		tr.run(t, mutant(r, tr.wasm[n%len(tr.wasm)], 1+n%8, 0), time.Millisecond)
	}
	t.Logf("%d of %d mutants are valid", tr.valid, tr.all)
	if tr.valid*2 < tr.all {
		t.Errorf("only %d of %d mutants are valid", tr.valid, tr.all)
	}
}

// FuzzCompile: whatever module is compiled, started and called, the process
// survives, the call ends, and a guest beside it answers as before.
func FuzzCompile(f *testing.F) {
	for g := range mutated {
		f.Add(byte(g), uint64(g), byte(g), byte(0))
		f.Add(byte(g), uint64(100+g), byte(8), byte(g))
	}
	tr := newTrial(f)
	f.Fuzz(func(t *testing.T, which byte, seed uint64, changes, wild byte) {
		r := rand.New(rand.NewPCG(seed, 0))
		tr.run(t, mutant(r, tr.wasm[int(which)%len(tr.wasm)], int(changes%64), int(wild%4)), time.Millisecond)
	})
}
