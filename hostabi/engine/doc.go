// Package engine runs WebAssembly guests under bounds: wazero, with every
// guest stoppable, its memory, tables and stack limited, and its instances
// pooled.
//
// An [Engine] compiles bytes to a [Module], a [Pool] keeps instances of it,
// and an [Instance] runs one call at a time:
//
//	m, err := e.Compile(ctx, wasm, engine.Limits{})
//	p, err := m.NewPool(engine.PoolOptions{Name: "session"})
//	run, _ := m.Func("portico_authorize")
//	…
//	i, err := p.Get(ctx)
//	answer, err := i.Call(ctx, deadline, run, host)
//	p.Put(i)
//
// # Stopping a guest
//
// Package rewrite plants a call of the function yield into every path of a
// guest that could run for longer than about a millisecond. Yield is ordinary
// Go: the garbage collector may stop the goroutine there, and it compares the
// clock with the deadline of the call that is under way, asks that call's
// context, and looks how deep the guest's stack has become. What is to end
// ends by a panic that wazero turns into the call's error. All of it happens
// on the goroutine of the call and touches the state of that one call, so
// there is no watchdog, no timer and no goroutine per call, nothing to race
// with, and no stop that could arrive late and hit the next call on a pooled
// instance. Host functions pass the same test every [checkEvery] calls, and
// those of WASI that can sleep or take long ask it themselves.
//
// # Stack
//
// wazero keeps a guest's stack in a Go slice that it doubles when it is full,
// and traps when it is full at more than 50,000,000 bytes. Yield ends the call
// much earlier, when the slice exceeds [Limits.StackBytes]. Functions pay for
// their frames when they are entered, so that between two yields the stack
// grows by 2 MiB at most, and the slice does not pass twice a limit of 4 MiB
// or more by more than a frame. Frames above a MiB pay as one of a MiB; for
// those, and in [WatchContext], wazero's ceiling is what holds: a slice of
// 100 MB and a frame, beside the one of half that size which it was copied
// from. The instance is dropped with its stack.
//
// # Memory
//
// On Linux a guest's memory is a range of addresses that is reserved to its limit and
// grows in place, see space_linux.go; elsewhere, and where none can be reserved, it is
// on Go's heap. It is given back by who closes the instance, after its last call.
//
// # Locks
//
// Engine.mu, Pool.mu, spaces.mu: no two held at once.
package engine
