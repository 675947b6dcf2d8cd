package tck

import (
	"slices"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// headerCases are lists and how they change.
func headerCases() []testCase {
	set := func(f string, message uint32, name, v string) step {
		return step{Command: Command{Func: f, Number: message, In: [2]string{name, v}}}
	}
	want := func(response bool, h hostabi.Header) func(*testing.T, Probe) {
		return func(t *testing.T, p Probe) {
			if got := p.Header(response); !slices.Equal(got, h) {
				t.Errorf("the header list is %v, want %v", got, h)
			}
		}
	}
	ex := example()
	return []testCase{
		{name: "cookies are joined as one", kind: hostabi.Authorize, setup: ex,
			steps: sized(Command{Func: hostabi.FuncGetHeader, In: [2]string{"COOKIE"}}, "c=1; c=2")},
		{name: "set_header replaces all at the place of the first", kind: hostabi.MapRequest, setup: ex,
			steps: slices.Concat([]step{set(hostabi.FuncSetHeader, request, "X-many", "9")},
				sized(Command{Func: hostabi.FuncHeaderValues, In: [2]string{"x-MANY"}}, listOf("9"))),
			check: want(false, hostabi.Header{ex.Header[0], {Name: "X-many", Value: "9"}, ex.Header[2], ex.Header[4], ex.Header[5], ex.Header[7]})},
		{name: "add_header appends", kind: hostabi.MapRequest, setup: ex,
			steps: []step{set(hostabi.FuncAddHeader, request, "x-many", "4"), set(hostabi.FuncAddHeader, request, "x-many", "")},
			check: want(false, append(slices.Clone(ex.Header), hostabi.Field{Name: "x-many", Value: "4"}, hostabi.Field{Name: "x-many", Value: ""}))},
		{name: "remove_header removes all", kind: hostabi.MapRequest, setup: ex,
			steps: []step{set(hostabi.FuncRemoveHeader, request, "x-many", ""), set(hostabi.FuncRemoveHeader, request, "none", "")},
			check: want(false, hostabi.Header{ex.Header[0], ex.Header[2], ex.Header[4], ex.Header[5], ex.Header[7]})},
		{name: "the response's list is another", kind: hostabi.MapResponse, setup: ex,
			steps: []step{set(hostabi.FuncAddHeader, response, "Set-Cookie", "c=3"), set(hostabi.FuncRemoveHeader, response, "content-type", "")},
			check: want(true, hostabi.Header{ex.ResponseHeader[1], ex.ResponseHeader[2], {Name: "Set-Cookie", Value: "c=3"}})},
		{name: "values may hold any visible byte", kind: hostabi.MapRequest, setup: ex,
			steps: slices.Concat([]step{set(hostabi.FuncSetHeader, request, "x", "\t\x80\xff é")},
				sized(Command{Func: hostabi.FuncGetHeader, In: [2]string{"x"}}, "\t\x80\xff é"))},
	}
}
