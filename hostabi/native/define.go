package native

import (
	"context"
	"math"

	"github.com/tetratelabs/wazero/api"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Define gives e the host modules of the native ABI. Call it once per engine,
// before the first New.
func Define(e *engine.Engine) error {
	byModule := map[string][]engine.HostFunc{}
	var modules []string
	for _, f := range hostabi.Functions {
		module, name := f.Import()
		if byModule[module] == nil {
			modules = append(modules, module)
		}
		byModule[module] = append(byModule[module], engine.HostFunc{
			Name:    name,
			Params:  valueTypes(f.Params),
			Results: valueTypes(f.Result),
			Fn:      linked(f, module),
		})
	}
	for _, module := range modules {
		if err := e.DefineHost(module, byModule[module]); err != nil {
			return err
		}
	}
	return nil
}

// linked is the implementation of a function.
func linked(f hostabi.Func, module string) api.GoModuleFunc {
	if n, ok := capabilityOf(module); ok {
		return linkState(f, n, statefuls[f.Name])
	}
	if do := functions[f.Name]; do != nil {
		return link(f, do)
	}
	return linkLong(clocks[f.Name])
}

// function is a host function that answers with an i32. Arguments lie on s, to
// be read with uint32(s[n]): the upper half is not clean.
type function func(c *call, s []uint64) int32

// functions are the host functions of the core but those that answer with an
// i64.
var functions = map[string]function{
	hostabi.FuncLog:         logLine,
	hostabi.FuncConfigRead:  configRead,
	hostabi.FuncConfigError: configError,
	hostabi.FuncRandom:      random,

	hostabi.FuncGetField:       getField,
	hostabi.FuncSetField:       setField,
	hostabi.FuncGetParam:       getParam,
	hostabi.FuncParamValues:    paramValues,
	hostabi.FuncGetHeader:      getHeader,
	hostabi.FuncHeaderValues:   headerValues,
	hostabi.FuncHeaders:        headers,
	hostabi.FuncSetHeader:      setHeader,
	hostabi.FuncAddHeader:      addHeader,
	hostabi.FuncRemoveHeader:   removeHeader,
	hostabi.FuncGetStatus:      getStatus,
	hostabi.FuncSetStatus:      setStatus,
	hostabi.FuncSetPrincipal:   setPrincipal,
	hostabi.FuncSetAuthContext: setAuthContext,
	hostabi.FuncContextRead:    contextRead,
	hostabi.FuncEventRead:      eventRead,
	hostabi.FuncResultWrite:    resultWrite,
	hostabi.FuncScratchRead:    scratchRead,
	hostabi.FuncScratchWrite:   scratchWrite,

	hostabi.FuncStreamRead:  streamRead,
	hostabi.FuncStreamWrite: streamWrite,
	hostabi.FuncStreamFlush: streamFlush,
	hostabi.FuncStreamClose: streamClose,
}

// clocks are the host functions of the core that answer with an i64. They are allowed
// always, so they need no call.
var clocks = map[string]func(i *engine.Instance) int64{
	hostabi.FuncClockUnixNs: unixNs,
	hostabi.FuncClockMonoNs: monotonicNs,
	hostabi.FuncDeadlineMs:  deadlineMs,
}

// link makes a host function look whether it may be called. The table of
// phases is folded into two bit sets here, so that a call costs no lookup.
func link(f hostabi.Func, do function) api.GoModuleFunc {
	allowed := [2]uint8{phasesOf(f.Name, false), phasesOf(f.Name, true)}
	further := furtherOf(f.Name)
	return func(ctx context.Context, _ api.Module, s []uint64) {
		i := engine.InstanceOf(ctx)
		c, _ := i.Value.(*call)
		if c == nil { // its start functions are running
			c = &call{instance: i, phase: starting, mayCall: math.MaxInt}
		}
		if c.overdrawn() {
			s[0] = api.EncodeI32(eagain)
			return
		}
		message := uint32(0)
		if f.Message {
			if message = uint32(s[0]); message > hostabi.StreamResponse {
				s[0] = api.EncodeI32(further(c, s))
				return
			}
		}
		if allowed[message]&(1<<c.phase) == 0 {
			s[0] = api.EncodeI32(int32(hostabi.EPHASE))
			return
		}
		s[0] = api.EncodeI32(do(c, s))
	}
}

// furtherOf is what a function does with a message or handle from 2 on: bodies
// of requests that the plugin sends are there, no messages.
func furtherOf(name string) function {
	do, code := further[name], hostabi.EINVAL
	switch {
	case do != nil:
		return onHandle(do)
	case name == hostabi.FuncStreamFlush:
		code = hostabi.EBADF
	}
	return func(*call, []uint64) int32 { return int32(code) }
}

func linkLong(do func(i *engine.Instance) int64) api.GoModuleFunc {
	return func(ctx context.Context, _ api.Module, s []uint64) { s[0] = uint64(do(engine.InstanceOf(ctx))) }
}

func valueTypes(letters string) []api.ValueType {
	types := make([]api.ValueType, len(letters))
	for i := range letters {
		types[i] = api.ValueTypeI32
		switch letters[i] {
		case 'l':
			types[i] = api.ValueTypeI64
		case 'd':
			types[i] = api.ValueTypeF64
		}
	}
	return types
}
