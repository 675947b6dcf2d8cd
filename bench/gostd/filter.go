package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// filter runs an authorizer and a request mapper in front of a handler, the
// way a careful person would with wazero at hand: host functions without
// reflection, instances in a sync.Pool.
type filter struct {
	next              http.Handler
	authorize, mapper sync.Pool
}

// config is what session.wasm reads as its configuration.
const config = `{"tokens":{"let-me-in":"acme"}}`

// call is the request that an instance works on.
type call struct {
	request *http.Request
	tenant  string
}

type callKey struct{}

// instance is one instance and the stack of its calls.
type instance struct {
	fn    api.Function
	stack [1]uint64
}

func newFilter(dir string, next http.Handler) (*filter, error) {
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	if err := hostModule(ctx, r); err != nil {
		return nil, err
	}
	f := &filter{next: next}
	for name, export := range map[string]string{"session": "portico_authorize", "add-tenant": "portico_map_request"} {
		wasm, err := os.ReadFile(filepath.Join(dir, name+".wasm"))
		if err != nil {
			return nil, err
		}
		compiled, err := r.CompileModule(ctx, wasm)
		if err != nil {
			return nil, err
		}
		open := func() any {
			m, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
			if err != nil {
				panic(err)
			}
			if configure := m.ExportedFunction("portico_configure"); configure != nil {
				if _, err := configure.Call(ctx); err != nil {
					panic(err)
				}
			}
			return &instance{fn: m.ExportedFunction(export)}
		}
		if name == "session" {
			f.authorize.New = open
		} else {
			f.mapper.New = open
		}
	}
	return f, nil
}

func (f *filter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{request: r}
	ctx := context.WithValue(r.Context(), callKey{}, c)
	switch run(ctx, &f.authorize) {
	case 1:
	case 2:
		http.Error(w, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
		return
	default:
		http.Error(w, `{"message":"Forbidden"}`, http.StatusForbidden)
		return
	}
	run(ctx, &f.mapper)
	f.next.ServeHTTP(w, r)
}

func run(ctx context.Context, pool *sync.Pool) int32 {
	i := pool.Get().(*instance)
	if err := i.fn.CallWithStack(ctx, i.stack[:]); err != nil {
		return -1
	}
	answer := int32(uint32(i.stack[0]))
	pool.Put(i)
	return answer
}

// hostModule defines what the two guests import.
func hostModule(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder("portico_core_v1")
	i32 := func(n int) []api.ValueType {
		types := make([]api.ValueType, n)
		for i := range types {
			types[i] = api.ValueTypeI32
		}
		return types
	}
	def := func(name string, params int, fn func(ctx context.Context, m api.Memory, p []uint64) int32) {
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, m api.Module, stack []uint64) {
			stack[0] = uint64(uint32(fn(ctx, m.Memory(), stack)))
		}), i32(params), i32(1)).Export(name)
	}
	text := func(m api.Memory, ptr, size uint64) string {
		p, _ := m.Read(uint32(ptr), uint32(size))
		return string(p)
	}
	put := func(m api.Memory, v string, ptr, limit uint64) int32 {
		if len(v) <= int(uint32(limit)) {
			m.WriteString(uint32(ptr), v)
		}
		return int32(len(v))
	}
	of := func(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }
	def("config_read", 2, func(_ context.Context, m api.Memory, p []uint64) int32 { return put(m, config, p[0], p[1]) })
	def("config_error", 2, func(context.Context, api.Memory, []uint64) int32 { return 0 })
	def("get_header", 5, func(ctx context.Context, m api.Memory, p []uint64) int32 {
		v := of(ctx).request.Header.Get(text(m, p[1], p[2]))
		if v == "" {
			return -1
		}
		return put(m, v, p[3], p[4])
	})
	def("set_principal", 2, func(context.Context, api.Memory, []uint64) int32 { return 0 })
	def("set_auth_context", 5, func(ctx context.Context, m api.Memory, p []uint64) int32 {
		of(ctx).tenant = text(m, p[3], p[4])
		return 0
	})
	def("get_param", 5, func(ctx context.Context, m api.Memory, p []uint64) int32 {
		return put(m, of(ctx).tenant, p[3], p[4])
	})
	def("set_header", 5, func(ctx context.Context, m api.Memory, p []uint64) int32 {
		of(ctx).request.Header.Set(text(m, p[1], p[2]), text(m, p[3], p[4]))
		return 0
	})
	def("remove_header", 3, func(ctx context.Context, m api.Memory, p []uint64) int32 {
		of(ctx).request.Header.Del(text(m, p[1], p[2]))
		return 0
	})
	_, err := b.Instantiate(ctx)
	return err
}
