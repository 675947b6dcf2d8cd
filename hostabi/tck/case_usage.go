package tck

import (
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// usageCases are about what all calls of a plugin in one request may use up, and
// what requests to other hosts may have together.
func usageCases(s Subject) []testCase {
	plain := s.Peer + "/plain"
	in := func(k hostabi.Kind, name string, used hostabi.Usage, steps ...[]step) testCase {
		return testCase{name: name, kind: k, setup: example(), used: used, steps: slices.Concat(steps...)}
	}
	post := func(n uint32, want int64) step {
		c := on(hostabi.FuncHTTPStart, 0, requestOf("POST", s.Peer+"/echo"))
		c.Cap, c.Fault = n, 16
		return gives(c, want)
	}
	get := func(want int64) step { return gives(start("GET", plain, 0), want) }
	closing := func(handle uint32) step { return gives(on(hostabi.FuncHTTPClose, handle), 0) }
	secrets := func(n int) Command {
		return start("GET", plain, 0, "a", "{secret:"+SecretUse+"}", "b", strings.Repeat("{secret:"+SecretRead+"}", n-1))
	}
	trailer := func(n int, want int64) step {
		return gives(on(hostabi.FuncHTTPSetTrailer, 2, "x-sum", strings.Repeat("v", n-len("x-sum"))), want)
	}
	stream := gives(start("POST", s.Peer+"/echo", hostabi.HTTPStream, "Trailer", "X-Sum"), 2)
	eagain, e2big := int64(hostabi.EAGAIN), int64(hostabi.E2BIG)

	cache := good(s, hostabi.Functions[index[hostabi.FuncCacheGet]], request)
	almost, twice := hostabi.Usage{Requests: MaxRequests - 1}, hostabi.Usage{}
	almost.Capability[hostabi.CapabilityCache] = hostabi.DefaultCapabilityCalls - 1
	twice.Capability[hostabi.CapabilityCache] = 2*hostabi.DefaultCapabilityCalls - 1

	cases := []testCase{
		in(hostabi.MapRequest, "cache goes on from what earlier calls have used up", almost, []step{{Command: cache, atLeast: true}, fails(cache, hostabi.EAGAIN)}),
		in(hostabi.MapResponse, "cache is no use to a guest that never stops, which is stopped", twice, []step{fails(cache, hostabi.EAGAIN), fails(cache, hostabi.EAGAIN)}),
		in(hostabi.Authorize, "a guest that never stops calling is stopped", hostabi.Usage{Calls: 2*hostabi.DefaultCalls + 1}, []step{gives(Command{Func: hostabi.FuncRandom, Cap: 1}, 0)}),
		in(hostabi.MapRequest, "http goes on from the requests of earlier calls", almost, []step{get(2), get(eagain), closing(2), get(eagain)}),
		in(hostabi.MapResponse, "http bounds the bytes of all requests and answers", hostabi.Usage{Bytes: MaxBytes - 2 - 2*int64(len(peerBody))},
			[]step{get(2), readSent(2, 64, peerBody), readSent(2, 64, ""), post(3, 3), get(4), readSent(4, 64, peerBody[:4]), fails(with0(on(hostabi.FuncStreamRead, 4)), hostabi.EAGAIN), get(eagain)}),
		in(hostabi.MapRequest, "http reads an answer that ends at that bound", hostabi.Usage{Bytes: MaxBytes - int64(len(peerBody))},
			[]step{post(uint32(len(peerBody))+1, eagain), get(2), readSent(2, 64, peerBody), readSent(2, 64, ""), get(eagain)}),
		in(hostabi.Integrate, "http bounds the bytes of a body that streams", hostabi.Usage{Bytes: MaxBytes - 3},
			[]step{stream, gives(bulk(hostabi.FuncStreamWrite, 2, 2), 2), gives(bulk(hostabi.FuncStreamWrite, 2, 2), eagain), gives(bulk(hostabi.FuncStreamWrite, 2, 1), 1), gives(bulk(hostabi.FuncStreamWrite, 2, 1), eagain)}),
		in(hostabi.Authorize, "http bounds the bodies that are open together", hostabi.Usage{}, []step{post(MaxRequestBody, 2), post(MaxRequestBody, 3), post(MaxBodies-2*MaxRequestBody-1, 4),
			post(2, eagain), post(1, 5), post(1, eagain), get(6), closing(5), post(1, 7), closing(2), post(MaxRequestBody+1, e2big), post(MaxRequestBody, 8), post(1, eagain)}),
		in(hostabi.Authorize, "http fills 16 secrets in", hostabi.Usage{}, []step{gives(secrets(hostabi.MaxHTTPSecrets-1), 2), gives(secrets(hostabi.MaxHTTPSecrets), 3),
			gives(secrets(hostabi.MaxHTTPSecrets+1), e2big)}),
		in(hostabi.MapRequest, "http sends trailers of 40 KiB", hostabi.Usage{}, []step{stream, trailer(hostabi.MaxHTTPHead-6, 0), trailer(7, e2big), trailer(6, 0), trailer(5, e2big)}),
	}
	cases[0].check = func(t *testing.T, p Probe) {
		if u := p.Usage("conformance"); u.Capability[hostabi.CapabilityCache] != hostabi.DefaultCapabilityCalls+1 || u.Requests != almost.Requests || u.Calls < 2 {
			t.Errorf("the request remembers %+v", u)
		}
	}
	for i := range cases[1:3] {
		cases[1+i].fails, cases[1+i].stopped = hostabi.Exhausted, true
	}
	return cases
}
