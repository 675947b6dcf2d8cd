package tck

import (
	"slices"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// argumentCases are wrong numbers and absent things.
func argumentCases() []testCase {
	bad := func(c Command, want hostabi.Code) step { return step{Command: c, want: int64(want)} }
	call := func(f string, number uint32, in ...string) Command {
		c := Command{Func: f, Number: number}
		copy(c.In[:], in)
		return c
	}
	const far = 1<<32 - 1
	absent := []step{
		bad(call(hostabi.FuncGetHeader, request, "none"), hostabi.ENOENT),
		bad(call(hostabi.FuncGetHeader, request, ""), hostabi.ENOENT),
		bad(call(hostabi.FuncHeaderValues, request, "none"), hostabi.ENOENT),
		bad(call(hostabi.FuncGetParam, uint32(hostabi.SourceQuery), "none"), hostabi.ENOENT),
		bad(call(hostabi.FuncGetParam, uint32(hostabi.SourceQuery), "Q"), hostabi.ENOENT),
		bad(call(hostabi.FuncParamValues, uint32(hostabi.SourceCookie), "none"), hostabi.ENOENT),
		{Command: call(hostabi.FuncGetParam, uint32(hostabi.SourceQuery), "empty"), want: 0},
		{Command: call(hostabi.FuncParamValues, uint32(hostabi.SourceQuery), "empty"), want: 4},
	}
	var handles []step
	for _, n := range []uint32{2, 3, 255, far} {
		handles = append(handles,
			bad(call(hostabi.FuncStreamRead, n), hostabi.EBADF),
			bad(call(hostabi.FuncStreamWrite, n, "x"), hostabi.EBADF),
			bad(call(hostabi.FuncStreamFlush, n), hostabi.EBADF),
			bad(call(hostabi.FuncStreamClose, n), hostabi.EBADF),
			bad(call(hostabi.FuncGetHeader, n, "accept"), hostabi.EINVAL),
			bad(call(hostabi.FuncHeaderValues, n, "accept"), hostabi.EINVAL),
			bad(call(hostabi.FuncHeaders, n), hostabi.EINVAL),
			bad(call(hostabi.FuncSetHeader, n, "a", "b"), hostabi.EINVAL),
			bad(call(hostabi.FuncAddHeader, n, "a", "b"), hostabi.EINVAL),
			bad(call(hostabi.FuncRemoveHeader, n, "a"), hostabi.EINVAL),
		)
	}
	numbers := []step{
		bad(call(hostabi.FuncLog, 4, "x"), hostabi.EINVAL),
		bad(call(hostabi.FuncLog, far, "x"), hostabi.EINVAL),
		bad(call(hostabi.FuncGetParam, 0, "q"), hostabi.EINVAL),
		bad(call(hostabi.FuncGetParam, 6, "q"), hostabi.EINVAL),
		bad(call(hostabi.FuncGetParam, 256+uint32(hostabi.SourceQuery), "q"), hostabi.EINVAL),
		bad(call(hostabi.FuncParamValues, 6, "q"), hostabi.EINVAL),
		bad(field(0), hostabi.ENOSYS), bad(field(22), hostabi.ENOSYS), bad(field(31), hostabi.ENOSYS),
		bad(field(40), hostabi.ENOSYS), bad(Command{Func: hostabi.FuncGetField, Number: 256 + 1}, hostabi.ENOSYS),
		bad(Command{Func: hostabi.FuncGetField, Number: far}, hostabi.ENOSYS),
		bad(field(hostabi.FieldHeaders), hostabi.EINVAL), bad(field(hostabi.FieldStatus), hostabi.EINVAL),
		bad(call(hostabi.FuncSetAuthContext, 4, "k", "v"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetAuthContext, 256, "k", "v"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetAuthContext, 0, "", "v"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetAuthContext, uint32(hostabi.ValueNumber), "k", "one"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetAuthContext, uint32(hostabi.ValueBoolean), "k", "yes"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetPrincipal, 0, "a\nb"), hostabi.EINVAL),
		bad(Command{Func: hostabi.FuncStreamRead, Number: request}, hostabi.EINVAL),
	}
	mapping := []step{
		bad(call(hostabi.FuncSetField, uint32(hostabi.FieldHost), "h"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetField, 99, "h"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetField, 256+uint32(hostabi.FieldMethod), "PUT"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetField, uint32(hostabi.FieldMethod), "A B"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetField, uint32(hostabi.FieldMethod), ""), hostabi.EINVAL),
		bad(call(hostabi.FuncSetField, uint32(hostabi.FieldPath), "no/slash"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetField, uint32(hostabi.FieldPath), "/a\r\nb"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetField, uint32(hostabi.FieldQuery), "a\x00"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetStatus, 199), hostabi.EINVAL),
		{Command: call(hostabi.FuncSetStatus, 200)},
		{Command: call(hostabi.FuncSetStatus, 599)},
		bad(call(hostabi.FuncSetStatus, 600), hostabi.EINVAL),
		bad(call(hostabi.FuncSetStatus, far), hostabi.EINVAL),
		bad(call(hostabi.FuncSetHeader, request, "a b", "v"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetHeader, request, "", "v"), hostabi.EINVAL),
		bad(call(hostabi.FuncSetHeader, request, "a", "v\r\nX: y"), hostabi.EINVAL),
		bad(call(hostabi.FuncAddHeader, response, "a", "v\x00"), hostabi.EINVAL),
		bad(call(hostabi.FuncAddHeader, response, "a:", "v"), hostabi.EINVAL),
		bad(call(hostabi.FuncRemoveHeader, request, "a\n"), hostabi.EINVAL),
	}
	var framing []step
	for _, name := range []string{"Host", "content-length", "Connection", "Transfer-Encoding", "TE",
		"Trailer", "Upgrade", "Expect", "Keep-Alive", "Proxy-Connection"} {
		for message := range uint32(2) {
			framing = append(framing, bad(call(hostabi.FuncSetHeader, message, name, "1"), hostabi.EPERM),
				bad(call(hostabi.FuncAddHeader, message, name, "1"), hostabi.EPERM),
				bad(call(hostabi.FuncRemoveHeader, message, name), hostabi.EPERM))
		}
	}
	unchanged := func(t *testing.T, p Probe) {
		if got, want := p.Header(false), example().Header; !slices.Equal(got, want) {
			t.Errorf("refused calls changed the headers to %v", got)
		}
		if method, _ := p.Field(hostabi.FieldMethod); method != "GET" {
			t.Errorf("refused calls changed the method to %q", method)
		}
	}
	return []testCase{
		{name: "absent and empty differ", kind: hostabi.Authorize, setup: example(), steps: absent},
		{name: "of Set-Cookie get_header gives the first", kind: hostabi.MapResponse, setup: example(),
			steps: sized(call(hostabi.FuncGetHeader, response, "Set-Cookie"), "a=1")},
		{name: "wrong handles and messages are refused before all else", kind: hostabi.Authorize, setup: example(), steps: handles},
		{name: "wrong numbers are refused", kind: hostabi.Authorize, setup: example(), steps: numbers},
		{name: "what cannot stand in a message is refused", kind: hostabi.MapRequest, setup: example(), steps: mapping, check: unchanged},
		{name: "framing belongs to the host", kind: hostabi.MapRequest, setup: example(), steps: framing, check: unchanged},
	}
}
