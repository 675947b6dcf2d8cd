package engine

import (
	"context"
	"crypto/rand"
	"encoding/binary"

	"github.com/tetratelabs/wazero/api"
)

// WASI preview 1, as far as a guest without files can use it: clocks, random
// bytes, lines on standard output and error, an empty standard input, sleeping
// and exit; with [Stdio] also arguments, environment and pipes. Everything else
// is there, because the libraries of several languages import it unasked, and
// answers as for a descriptor that is not open.
//
// wazero has a WASI of its own. This one exists because each function that
// can take long must look at the deadline of the call, and because nothing
// behind it can open a file by mistake. See the WASI documentation, "Module:
// wasi_snapshot_preview1".
const wasiModule = "wasi_snapshot_preview1"

// Error numbers of WASI.
const (
	errnoSuccess = 0
	errnoBadf    = 8
	errnoFault   = 21
	errnoInval   = 28
	errnoNosys   = 52
	errnoSpipe   = 70
)

const (
	i32 = api.ValueTypeI32
	i64 = api.ValueTypeI64
)

// wasiFunc is a function that answers with an error number.
type wasiFunc func(i *Instance, args []uint64) (errno uint64)

func wasiFuncs() []HostFunc {
	fns := []HostFunc{
		{Name: "proc_exit", Params: []api.ValueType{i32}, Fn: procExit},
	}
	add := func(name string, fn wasiFunc, params ...api.ValueType) {
		fns = append(fns, HostFunc{
			Name:    name,
			Params:  params,
			Results: []api.ValueType{i32},
			Fn: func(ctx context.Context, _ api.Module, stack []uint64) {
				stack[0] = fn(InstanceOf(ctx), stack)
			},
		})
	}
	add("args_get", stringsGet(argsOf), i32, i32)
	add("args_sizes_get", stringSizesGet(argsOf), i32, i32)
	add("environ_get", stringsGet(envOf), i32, i32)
	add("environ_sizes_get", stringSizesGet(envOf), i32, i32)
	add("clock_res_get", clockRes, i32, i32)
	add("clock_time_get", clockTime, i32, i64, i32)
	add("random_get", randomGet, i32, i32)
	add("sched_yield", schedYield)
	add("poll_oneoff", pollOneoff, i32, i32, i32, i32)
	add("proc_raise", noSys, i32)

	add("fd_close", stdOnly, i32)
	add("fd_fdstat_get", fdstatGet, i32, i32)
	add("fd_fdstat_set_flags", stdOnly, i32, i32)
	add("fd_filestat_get", filestatGet, i32, i32)
	add("fd_read", fdRead, i32, i32, i32, i32)
	add("fd_seek", noSeek, i32, i64, i32, i32)
	add("fd_tell", noSeek, i32, i32)
	add("fd_write", fdWrite, i32, i32, i32, i32)

	for _, f := range wasiFiles {
		add(f.name, badFile, f.params...)
	}
	return fns
}

// wasiFiles are the functions that need an open file, directory or socket.
var wasiFiles = []struct {
	name   string
	params []api.ValueType
}{
	{"fd_advise", []api.ValueType{i32, i64, i64, i32}},
	{"fd_allocate", []api.ValueType{i32, i64, i64}},
	{"fd_datasync", []api.ValueType{i32}},
	{"fd_fdstat_set_rights", []api.ValueType{i32, i64, i64}},
	{"fd_filestat_set_size", []api.ValueType{i32, i64}},
	{"fd_filestat_set_times", []api.ValueType{i32, i64, i64, i32}},
	{"fd_pread", []api.ValueType{i32, i32, i32, i64, i32}},
	{"fd_prestat_dir_name", []api.ValueType{i32, i32, i32}},
	{"fd_prestat_get", []api.ValueType{i32, i32}},
	{"fd_pwrite", []api.ValueType{i32, i32, i32, i64, i32}},
	{"fd_readdir", []api.ValueType{i32, i32, i32, i64, i32}},
	{"fd_renumber", []api.ValueType{i32, i32}},
	{"fd_sync", []api.ValueType{i32}},
	{"path_create_directory", []api.ValueType{i32, i32, i32}},
	{"path_filestat_get", []api.ValueType{i32, i32, i32, i32, i32}},
	{"path_filestat_set_times", []api.ValueType{i32, i32, i32, i32, i64, i64, i32}},
	{"path_link", []api.ValueType{i32, i32, i32, i32, i32, i32, i32}},
	{"path_open", []api.ValueType{i32, i32, i32, i32, i32, i64, i64, i32, i32}},
	{"path_readlink", []api.ValueType{i32, i32, i32, i32, i32, i32}},
	{"path_remove_directory", []api.ValueType{i32, i32, i32}},
	{"path_rename", []api.ValueType{i32, i32, i32, i32, i32, i32}},
	{"path_symlink", []api.ValueType{i32, i32, i32, i32, i32}},
	{"path_unlink_file", []api.ValueType{i32, i32, i32}},
	{"sock_accept", []api.ValueType{i32, i32, i32}},
	{"sock_recv", []api.ValueType{i32, i32, i32, i32, i32, i32}},
	{"sock_send", []api.ValueType{i32, i32, i32, i32, i32}},
	{"sock_shutdown", []api.ValueType{i32, i32}},
}

func badFile(*Instance, []uint64) uint64 { return errnoBadf }

func noSys(*Instance, []uint64) uint64 { return errnoNosys }

func procExit(_ context.Context, _ api.Module, stack []uint64) {
	panic(&stop{kind: ErrExit, code: uint32(stack[0])})
}

// randomChunk is how many random bytes are made between two looks at the
// clock: 0.1 ms of work.
const randomChunk = 64 << 10

func randomGet(i *Instance, args []uint64) uint64 {
	b, ok := i.Bytes(uint32(args[0]), uint32(args[1]))
	if !ok {
		return errnoFault
	}
	for len(b) > randomChunk {
		rand.Read(b[:randomChunk])
		b = b[randomChunk:]
		i.Check()
	}
	rand.Read(b)
	return errnoSuccess
}

func schedYield(i *Instance, _ []uint64) uint64 {
	i.Check()
	return errnoSuccess
}

func (i *Instance) putU32(ptr, v uint32) bool {
	b, ok := i.Bytes(ptr, 4)
	if ok {
		binary.LittleEndian.PutUint32(b, v)
	}
	return ok
}

func (i *Instance) putU64(ptr uint32, v uint64) bool {
	b, ok := i.Bytes(ptr, 8)
	if ok {
		binary.LittleEndian.PutUint64(b, v)
	}
	return ok
}
