package tck

import (
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// bodyCases are bodies read and written.
func bodyCases() []testCase {
	ex := example()
	read := func(handle, capacity uint32, want string) step {
		return step{Command: with(Command{Func: hostabi.FuncStreamRead, Number: handle}, capacity),
			want: int64(len(want)), buffer: want + untouched(int(capacity)-len(want))}
	}
	write := func(handle uint32, b string) step {
		return step{Command: Command{Func: hostabi.FuncStreamWrite, Number: handle, In: [2]string{b}}, want: int64(len(b))}
	}
	closing := func(handle uint32, want int64) step {
		return step{Command: Command{Func: hostabi.FuncStreamClose, Number: handle}, want: want}
	}
	refused := func(st step, want hostabi.Code) step {
		st.want, st.buffer = int64(want), untouched(int(st.Keep))
		return st
	}
	body := func(isResponse bool, want string) func(*testing.T, Probe) {
		return func(t *testing.T, p Probe) {
			if got, _, _ := p.Body(isResponse); string(got) != want {
				t.Errorf("the body is %q, want %q", got, want)
			}
		}
	}
	pieces := []step{
		read(request, 3, "the"), read(request, 11, " request's "), read(request, 20, "body"),
		read(request, 20, ""), read(request, 1, ""),
	}
	cs := []testCase{
		{name: "an empty body ends at once", kind: hostabi.Authorize, steps: []step{read(request, 10, "")}},
		{name: "the response's body is read", kind: hostabi.MapResponse, setup: ex,
			steps: []step{read(response, 64, "the response's body"), read(response, 64, "")}, check: body(true, "the response's body")},
		{name: "the first write drops the body that was there", kind: hostabi.MapRequest, setup: ex,
			steps: []step{read(request, 3, "the"), write(request, "new "), write(request, "body"), refused(read(request, 4, ""), hostabi.EPHASE)},
			check: body(false, "new body")},
		{name: "writing nothing drops it too", kind: hostabi.MapResponse, setup: ex,
			steps: []step{write(response, "")}, check: body(true, "")},
		{name: "closing without writing leaves an empty body", kind: hostabi.MapRequest, setup: ex,
			steps: []step{closing(request, 0)}, check: body(false, "")},
		{name: "a closed body is no handle any more", kind: hostabi.MapRequest, setup: ex,
			steps: []step{write(request, "x"), closing(request, 0), refused(read(request, 4, ""), hostabi.EBADF),
				refused(write(request, "y"), hostabi.EBADF), closing(request, int64(hostabi.EBADF)), write(response, "other")},
			check: func(t *testing.T, p Probe) { body(false, "x")(t, p); body(true, "other")(t, p) }},
		{name: "a body that nobody touches stays", kind: hostabi.MapRequest, setup: ex, check: body(false, "the request's body")},
	}
	for _, k := range []hostabi.Kind{hostabi.Authorize, hostabi.MapRequest, hostabi.Integrate} {
		cs = append(cs, testCase{name: "the request's body is read in pieces", kind: k, setup: ex, steps: pieces, check: body(false, "the request's body")})
	}
	return cs
}
