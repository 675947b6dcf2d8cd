package engine_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi/engine"
)

// A guest is compiled once; every call takes an instance from the pool, with a
// deadline and the state that the host functions of this one call get.
func Example() {
	e, err := engine.New(engine.Options{})
	if err != nil {
		panic(err)
	}
	defer e.Close()
	none := api.GoModuleFunc(func(context.Context, api.Module, []uint64) {})
	err = e.DefineHost("test", []engine.HostFunc{
		{Name: "ping", Params: []api.ValueType{api.ValueTypeI32}, Results: []api.ValueType{api.ValueTypeI32},
			Fn: func(ctx context.Context, mod api.Module, stack []uint64) {
				fmt.Println("ping", stack[0], "from", engine.CallState(ctx, mod))
			}},
		{Name: "read", Params: []api.ValueType{api.ValueTypeI32, api.ValueTypeI32}, Results: []api.ValueType{api.ValueTypeI32}, Fn: none},
		{Name: "panic", Fn: none},
	})
	if err != nil {
		panic(err)
	}
	wasm, err := os.ReadFile("testdata/guests/basic.wasm")
	if err != nil {
		panic(err)
	}
	m, err := e.Compile(context.Background(), wasm, engine.Limits{MemoryPages: 64})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	p, err := m.NewPool(engine.PoolOptions{Name: "basic"})
	if err != nil {
		panic(err)
	}
	defer p.Close()

	i, err := p.Get(context.Background())
	if err != nil {
		panic(err)
	}
	defer p.Put(i)
	f, _ := m.Func("ping2")
	answer, err := i.Call(context.Background(), time.Now().Add(time.Second), f, "request 7")
	fmt.Println(answer, err)
	// Output:
	// ping 7 from request 7
	// ping 8 from request 7
	// 15 <nil>
}
