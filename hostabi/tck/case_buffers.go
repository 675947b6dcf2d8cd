package tck

import (
	"encoding/binary"
	"slices"

	"github.com/portico-gateway/portico/hostabi"
)

// bufferCases are every function that fills a buffer, around its limits.
func bufferCases() []testCase {
	ex := example()
	read := func(f string, number uint32, name, v string) []step {
		return sized(Command{Func: f, Number: number, In: [2]string{name}}, v)
	}
	in := func(k hostabi.Kind, name string, steps ...[]step) testCase {
		return testCase{name: name + " fills a buffer whole or not at all", kind: k, setup: ex, steps: slices.Concat(steps...)}
	}
	return []testCase{
		in(hostabi.Authorize, "get_field", read(hostabi.FuncGetField, uint32(hostabi.FieldHost), "", "api.example:8443")),
		in(hostabi.Authorize, "get_field of the time", read(hostabi.FuncGetField, uint32(hostabi.FieldTimeUnixMs), "", "1700000000123")),
		in(hostabi.Authorize, "get_param", read(hostabi.FuncGetParam, uint32(hostabi.SourcePath), "id", "a/b")),
		in(hostabi.Authorize, "param_values", read(hostabi.FuncParamValues, uint32(hostabi.SourceQuery), "q", listOf("1", "2"))),
		in(hostabi.Authorize, "get_header", read(hostabi.FuncGetHeader, request, "ACCEPT", "text/html")),
		in(hostabi.Authorize, "get_header of several", read(hostabi.FuncGetHeader, request, "x-many", "1, 2, 3")),
		in(hostabi.Authorize, "get_header of an empty one", read(hostabi.FuncGetHeader, request, "empty", "")),
		in(hostabi.Authorize, "header_values", read(hostabi.FuncHeaderValues, request, "x-many", listOf("1", "2", "3"))),
		in(hostabi.Authorize, "headers", read(hostabi.FuncHeaders, request, "", pairsOf(ex.Header))),
		in(hostabi.MapResponse, "headers of the response", read(hostabi.FuncHeaders, response, "", pairsOf(ex.ResponseHeader))),
		in(hostabi.Authorize, "event_read", read(hostabi.FuncEventRead, 0, "", string(ex.Event))),
		in(hostabi.Authorize, "context_read", sized(Command{Func: hostabi.FuncContextRead, Mask: 1 << hostabi.FieldStage}, "\x0d\x00\x04\x00\x00\x00prod")),
		in(hostabi.Authorize, "scratch_read",
			[]step{{Command: Command{Func: hostabi.FuncScratchWrite, In: [2]string{"kept"}}}},
			read(hostabi.FuncScratchRead, 0, "", "kept")),
	}
}

// sized reads one value with buffers at, below and above its length.
func sized(c Command, v string) (steps []step) {
	for _, capacity := range []int{0, len(v) - 1, len(v), len(v) + 1, len(v) + 100} {
		if capacity < 0 {
			continue
		}
		st := step{Command: c, want: int64(len(v)), buffer: untouched(capacity)}
		st.Cap, st.Keep = uint32(capacity), uint32(capacity)
		if capacity >= len(v) {
			st.buffer = v + untouched(capacity-len(v))
		}
		steps = append(steps, st)
	}
	return steps
}

func listOf(values ...string) string {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return string(b)
}

func pairsOf(fields []hostabi.Field) string {
	var values []string
	for _, f := range fields {
		values = append(values, f.Name, f.Value)
	}
	return listOf(values...)
}
