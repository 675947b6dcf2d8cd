package tck

import (
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// sentCases are handles: several at once, streams, and redirects.
func sentCases(s Subject) []testCase {
	in := func(k hostabi.Kind, name string, steps ...[]step) testCase {
		return testCase{name: "http " + name, kind: k, setup: example(), steps: slices.Concat(steps...)}
	}
	wait := func(ms uint64, list string) Command {
		return Command{Func: hostabi.FuncHTTPWait, Mask: ms, In: [2]string{list}}
	}
	write := func(handle uint32, b string) step {
		return gives(on(hostabi.FuncStreamWrite, handle, b), int64(len(b)))
	}
	closing := func(handle uint32) step { return gives(on(hostabi.FuncStreamClose, handle), 0) }
	stream := func(want int64, header ...string) step {
		return gives(start("POST", s.Peer+"/echo", hostabi.HTTPStream, header...), want)
	}
	written := func(n uint32, want int64) step { return gives(bulk(hostabi.FuncStreamWrite, 2, n), want) }
	asked := func(handle uint32, want string) []step {
		return sized(on(hostabi.FuncHTTPGetHeader, handle, "x-asked"), want)
	}
	follow := func(method, path string, handle int64, body string) step {
		c := ask(method, s.Peer+path, hostabi.HTTPRedirects, "X-In", "kept")
		c.In[1] = body
		return gives(c, handle)
	}
	var closed []step
	for _, h := range []uint32{0, 1, 2, 3, 4, 1<<32 - 1} { // 2 was closed; 3 and 4 never were
		for _, c := range []Command{on(hostabi.FuncHTTPStatus, h), on(hostabi.FuncHTTPHeaders, h), on(hostabi.FuncHTTPGetHeader, h, "a"),
			on(hostabi.FuncHTTPTrailers, h), on(hostabi.FuncHTTPSetTrailer, h, "a", "b"), on(hostabi.FuncHTTPClose, h), wait(0, handles(h))} {
			closed = append(closed, fails(c, hostabi.EBADF))
		}
		if h > 1 {
			closed = append(closed, fails(with0(on(hostabi.FuncStreamRead, h)), hostabi.EBADF), fails(on(hostabi.FuncStreamWrite, h, "x"), hostabi.EBADF),
				fails(on(hostabi.FuncStreamClose, h), hostabi.EBADF), fails(on(hostabi.FuncStreamFlush, h), hostabi.EBADF))
		}
	}
	many := strings.Repeat(handles(2), hostabi.MaxHTTPWait)
	return []testCase{
		in(hostabi.Authorize, "waits for the first of several", []step{gives(start("GET", s.Peer+"/hang", 0), 2), gives(start("GET", s.Peer+"/plain", 0), 3),
			gives(start("GET", s.Peer+"/reset", 0), 4), gives(wait(0, handles(2, 3)), 3), gives(wait(0, handles(3, 2, 3)), 3), gives(wait(0, handles(2, 4)), 4),
			fails(wait(20, handles(2)), hostabi.ETIMEDOUT), fails(wait(20, handles(2, 2)), hostabi.ETIMEDOUT), gives(wait(1<<63-1, handles(2, 4)), 4)}),
		in(hostabi.Authorize, "waits within bounds", []step{gives(ask("GET", s.Peer+"/plain", 0), 2), gives(wait(0, many[4:]), 2), gives(wait(0, many), 2),
			fails(wait(0, many+handles(2)), hostabi.EINVAL), fails(wait(0, ""), hostabi.EINVAL), fails(wait(0, handles(2)+"\x02"), hostabi.EINVAL),
			fails(wait(1<<63, handles(2)), hostabi.EINVAL), fails(wait(0, handles(2, 3)), hostabi.EBADF), fails(wait(0, handles(0)), hostabi.EBADF)}),
		in(hostabi.MapRequest, "streams a body and reads the answer", []step{stream(2), write(2, "some"), write(2, ""), write(2, " body"), closing(2),
			readSent(2, 64, "some body"), readSent(2, 64, "")}, asked(2, "POST /echo")),
		in(hostabi.MapResponse, "ends a streamed body with trailers", []step{stream(2, "Trailer", "X-Sum, x-other"), write(2, "body"),
			fails(on(hostabi.FuncHTTPSetTrailer, 2, "x-third", "1"), hostabi.EINVAL), fails(on(hostabi.FuncHTTPSetTrailer, 2, "x-sum", "a\nb"), hostabi.EINVAL),
			fails(on(hostabi.FuncHTTPSetTrailer, 2, "", "1"), hostabi.EINVAL), gives(on(hostabi.FuncHTTPSetTrailer, 2, "x-SUM", "4"), 0), closing(2),
			fails(on(hostabi.FuncHTTPSetTrailer, 2, "x-sum", "5"), hostabi.EBADF)}, sized(on(hostabi.FuncHTTPGetHeader, 2, "x-sum"), "4")),
		in(hostabi.Integrate, "knows which bodies are open", []step{stream(2), closing(2), fails(on(hostabi.FuncStreamWrite, 2, "x"), hostabi.EBADF),
			fails(on(hostabi.FuncStreamClose, 2), hostabi.EBADF), gives(start("GET", s.Peer+"/plain", 0), 3), fails(on(hostabi.FuncStreamWrite, 3, "x"), hostabi.EBADF),
			fails(on(hostabi.FuncStreamClose, 3), hostabi.EBADF), fails(on(hostabi.FuncHTTPSetTrailer, 3, "x-sum", "5"), hostabi.EBADF),
			fails(on(hostabi.FuncStreamRead, 3), hostabi.EINVAL), readSent(3, 8, peerBody)}),
		in(hostabi.Integrate, "bounds a streamed body", []step{stream(2), written(MaxRequestBody-1, MaxRequestBody-1), written(2, int64(hostabi.E2BIG)),
			written(1, 1), written(1, int64(hostabi.E2BIG)), closing(2), gives(on(hostabi.FuncHTTPStatus, 2), 200)}),
		in(hostabi.Authorize, "refuses pointers outside of memory in streams", []step{stream(2), gives(start("GET", s.Peer+"/plain", 0), 3),
			fails(Command{Func: hostabi.FuncStreamWrite, Number: 2, In: [2]string{strings.Repeat("x", 32)}, Fault: 1, At: 1<<32 - 16}, hostabi.EFAULT),
			fails(Command{Func: hostabi.FuncStreamRead, Number: 3, Cap: 32, Fault: 4, At: 1<<32 - 16}, hostabi.EFAULT)}),
		in(hostabi.Authorize, "forgets a handle that was closed", []step{gives(ask("GET", s.Peer+"/plain", 0), 2), gives(on(hostabi.FuncHTTPClose, 2), 0)}, closed,
			[]step{gives(start("GET", s.Peer+"/plain", 0), 3)}),
		in(hostabi.Authorize, "does not follow redirects unasked", []step{gives(ask("GET", s.Peer+"/to/302", 0), 2), gives(on(hostabi.FuncHTTPStatus, 2), 302)},
			sized(on(hostabi.FuncHTTPGetHeader, 2, "location"), "/echo?302")),
		in(hostabi.Authorize, "follows redirects that are allowed", []step{follow("GET", "/to/302", 2, "")}, asked(2, "GET /echo?302"),
			sized(on(hostabi.FuncHTTPGetHeader, 2, "x-in"), "kept"), []step{follow("POST", "/to/303", 3, "body")}, asked(3, "GET /echo?303"),
			[]step{readSent(3, 8, ""), follow("POST", "/to/307", 4, "body")}, asked(4, "POST /echo?307"), []step{readSent(4, 8, "body")},
			[]step{follow("GET", "/twice", 5, ""), gives(on(hostabi.FuncHTTPStatus, 5), 302), fails(ask("GET", s.Peer+"/away", hostabi.HTTPRedirects), hostabi.EPERM)}),
	}
}
