package tck

import (
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// Handles that opening gives.
const (
	answered = hostabi.FirstHandle + iota // its answer has been read
	streamed                              // its body is open
)

// opening sends the two requests that functions with a handle are tried on.
func opening(s Subject) []step {
	return []step{
		{Command: start("GET", s.Peer+"/plain", 0), want: answered},
		readSent(answered, 64, peerBody),
		readSent(answered, 64, ""),
		{Command: start("POST", s.Peer+"/echo", hostabi.HTTPStream, "Trailer", "X-Sum"), want: streamed},
	}
}

// lead is what must come before a function is called.
func lead(s Subject, f hostabi.Func) []step {
	switch f.Name {
	case hostabi.FuncHTTPWait, hostabi.FuncHTTPStatus, hostabi.FuncHTTPHeaders, hostabi.FuncHTTPGetHeader,
		hostabi.FuncHTTPTrailers, hostabi.FuncHTTPSetTrailer, hostabi.FuncHTTPClose:
		return opening(s)
	}
	return nil
}

func requestOf(method, url string, header ...string) string {
	return listOf(append([]string{method, url}, header...)...)
}

func start(method, url string, flags uint32, header ...string) Command {
	return Command{Func: hostabi.FuncHTTPStart, Number: flags, In: [2]string{requestOf(method, url, header...)}}
}

// ask is a request whose answer is waited for.
func ask(method, url string, flags uint32, header ...string) Command {
	c := start(method, url, flags, header...)
	c.Func = hostabi.FuncHTTPRequest
	return c
}

func handles(list ...uint32) string {
	var b []byte
	for _, h := range list {
		b = binary.LittleEndian.AppendUint32(b, h)
	}
	return string(b)
}

func readSent(handle, capacity uint32, want string) step {
	return step{Command: with(Command{Func: hostabi.FuncStreamRead, Number: handle}, capacity),
		want: int64(len(want)), buffer: want + untouched(int(capacity)-len(want))}
}

func on(f string, handle uint32, in ...string) Command {
	c := Command{Func: f, Number: handle}
	copy(c.In[:], in)
	return c
}

func gives(c Command, want int64) step { return step{Command: c, want: want} }

func fails(c Command, want hostabi.Code) step { return step{Command: c, want: int64(want)} }

// httpCases are requests and what is wrong with them.
func httpCases(s Subject) []testCase {
	plain := s.Peer + "/plain"
	peer, err := url.Parse(s.Peer)
	if err != nil {
		panic(err)
	}
	in := func(k hostabi.Kind, name string, steps ...[]step) testCase {
		return testCase{name: "http " + name, kind: k, setup: example(), steps: slices.Concat(steps...)}
	}
	var malformed, owned []step
	for _, c := range []Command{
		on(hostabi.FuncHTTPStart, 0), on(hostabi.FuncHTTPStart, 0, "\x04\x00\x00\x00GET"), on(hostabi.FuncHTTPStart, 0, listOf("GET")),
		on(hostabi.FuncHTTPStart, 0, requestOf("GET", plain)+"\x00"), on(hostabi.FuncHTTPStart, 0, "\xff\xff\xff\xff"),
		start("", plain, 0), start("G T", plain, 0), start("CONNECT", plain, 0), start("GET", "", 0), start("GET", "/plain", 0),
		start("GET", "//peer.example/", 0), start("GET", "ftp://peer.example/", 0), start("GET", "http:/plain", 0), start("GET", "http://", 0),
		start("GET", "http://user@peer.example/", 0), start("GET", plain+"#part", 0), start("GET", plain+"#", 0), start("GET", plain+" x", 0),
		start("GET", plain+"\r\nX: y", 0), start("GET", plain+"\x7f", 0), start("GET", plain+"ä", 0), start("GET", "http://a%2eb/", 0),
		start("GET", "http://peer.example:0/", 0), start("GET", "http://peer.example:65536/", 0), start("GET", "http://peer.example:x/", 0),
		start("GET", "http://[fe80::1%25eth0]/", 0), start("GET", "http://[peer]/", 0),
		start("GET", plain, 0, "", "v"), start("GET", plain, 0, "a b", "v"), start("GET", plain, 0, "a", "v\r\nb: c"), start("GET", plain, 0, "a", "\x00"),
		start("GET", plain, 0, "Trailer", "X-Sum"), start("GET", plain, hostabi.HTTPStream, "Trailer", "a b"),
		start("GET", plain, hostabi.HTTPStream, "Trailer", ""), start("GET", plain, hostabi.HTTPStream, "Trailer", "Content-Length"),
		start("GET", plain, 4), start("GET", plain, 1<<31), ask("GET", plain, hostabi.HTTPStream),
		{Func: hostabi.FuncHTTPStart, Mask: 1 << 63, In: [2]string{requestOf("GET", plain)}},
		{Func: hostabi.FuncHTTPStart, Number: hostabi.HTTPStream, In: [2]string{requestOf("POST", plain), "body"}},
		start("GET", plain, 0, "X-In", "{secret:"+SecretUse),
	} {
		malformed = append(malformed, fails(c, hostabi.EINVAL))
	}
	for _, name := range []string{"Host", "content-length", "Connection", "Transfer-Encoding", "TE", "Upgrade", "Expect", "Keep-Alive",
		"Proxy-Connection", "proxy-authorization", "Proxy-"} {
		owned = append(owned, fails(start("GET", plain, 0, name, "1"), hostabi.EPERM))
	}
	body := func(n uint32, want int64) step {
		c := on(hostabi.FuncHTTPRequest, 0, requestOf("POST", s.Peer+"/echo"))
		c.Cap, c.Fault = n, 16
		return gives(c, want)
	}
	flood := func(n int, want int64) []step {
		var header []string
		for range n {
			header = append(header, "x", "")
		}
		return []step{gives(start("GET", plain, 0, header...), want)}
	}
	head := func(n int, want int64) []step {
		n -= len("GET") + len(plain) + len("x")
		return []step{gives(start("GET", plain, 0, "x", strings.Repeat("v", n)), want)}
	}
	echoed := func(handle uint32, in string, steps ...step) []step {
		return slices.Concat(steps, sized(on(hostabi.FuncHTTPGetHeader, handle, "X-IN"), in))
	}
	var many, open []step
	for i := range MaxRequests {
		h := uint32(hostabi.FirstHandle + i)
		many = append(many, gives(start("GET", plain, 0), int64(h)), gives(on(hostabi.FuncHTTPClose, h), 0))
	}
	for i := range hostabi.MaxHTTPOpen {
		open = append(open, gives(start("GET", s.Peer+"/hang", 0), int64(hostabi.FirstHandle+i)))
	}
	eagain := fails(start("GET", plain, 0), hostabi.EAGAIN)
	return []testCase{
		in(hostabi.Authorize, "answers with status, headers and body", []step{gives(ask("GET", plain, 0), 2), gives(on(hostabi.FuncHTTPStatus, 2), 200)},
			sized(on(hostabi.FuncHTTPHeaders, 2), listOf("Content-Length", "5", "Content-Type", "text/plain", "X-Empty", "", "X-Many", "1", "X-Many", "2")),
			sized(on(hostabi.FuncHTTPGetHeader, 2, "content-TYPE"), "text/plain"), sized(on(hostabi.FuncHTTPGetHeader, 2, "x-many"), "1, 2"),
			sized(on(hostabi.FuncHTTPGetHeader, 2, "x-empty"), ""), []step{fails(on(hostabi.FuncHTTPGetHeader, 2, "none"), hostabi.ENOENT),
				fails(on(hostabi.FuncHTTPGetHeader, 2, ""), hostabi.ENOENT), readSent(2, 2, "he"), readSent(2, 64, "llo"), readSent(2, 64, ""), readSent(2, 64, "")}),
		in(hostabi.MapRequest, "answers with trailers when the body has ended", []step{gives(ask("GET", s.Peer+"/trailers", 0), 2),
			fails(on(hostabi.FuncHTTPTrailers, 2), hostabi.EPHASE), readSent(2, 64, peerBody), fails(on(hostabi.FuncHTTPTrailers, 2), hostabi.EPHASE), readSent(2, 64, "")},
			sized(on(hostabi.FuncHTTPTrailers, 2), listOf("X-Sum", "5"))),
		in(hostabi.MapResponse, "sends a body", []step{gives(on(hostabi.FuncHTTPRequest, 0, requestOf("PUT", s.Peer+"/echo?a=%2F", "X-In", "1", "x-in", "2"), "a body"), 2),
			readSent(2, 64, "a body")}, echoed(2, "1;2"), sized(on(hostabi.FuncHTTPGetHeader, 2, "X-Asked"), "PUT /echo?a=%2F")),
		in(hostabi.Integrate, "has any status as an answer", []step{gives(ask("GET", s.Peer+"/status/404", 0), 2), gives(on(hostabi.FuncHTTPStatus, 2), 404),
			gives(ask("GET", s.Peer+"/status/599", 0), 3), gives(on(hostabi.FuncHTTPStatus, 3), 599), gives(ask("GET", s.Peer+"/status/204", 0), 4),
			gives(on(hostabi.FuncHTTPStatus, 4), 204), readSent(4, 8, "")}),
		in(hostabi.Authorize, "refuses a malformed request", malformed),
		in(hostabi.Authorize, "leaves framing to the host", owned),
		in(hostabi.Authorize, "refuses what is not in the list", []step{fails(start("GET", "http://elsewhere.example/", 0), hostabi.EPERM),
			fails(start("GET", strings.Replace(s.Peer, "http:", "https:", 1), 0), hostabi.EPERM), fails(start("GET", "http://"+peer.Hostname()+":1/", 0), hostabi.EPERM),
			fails(start("GET", "http://x."+peer.Host, 0), hostabi.EPERM), fails(start("GET", "http://[::1]:1/", 0), hostabi.EPERM),
			gives(start("GET", strings.Replace(plain, "http:", "HTTP:", 1), 0), 2)}),
		in(hostabi.Authorize, "fills secrets in", echoed(2, SecretUseValue, gives(ask("GET", s.Peer+"/echo", 0, "X-In", "{secret:"+SecretUse+"}"), 2)),
			echoed(3, "Bearer "+SecretReadValue+"!", gives(ask("GET", s.Peer+"/echo", 0, "X-In", "Bearer {secret:"+SecretRead+"}!"), 3)),
			echoed(4, "{secret}", gives(ask("GET", s.Peer+"/echo", 0, "X-In", "{secret}"), 4)),
			[]step{fails(start("GET", plain, 0, "X-In", "{secret:none}"), hostabi.ENOENT), fails(start("GET", plain, 0, "X-In", "{secret:}"), hostabi.ENOENT)}),
		in(hostabi.Integrate, "bounds the body that is sent", []step{body(MaxRequestBody-1, 2), body(MaxRequestBody, 3), body(MaxRequestBody+1, int64(hostabi.E2BIG))}),
		in(hostabi.Integrate, "bounds the fields that are sent", flood(hostabi.MaxHTTPFields-1, 2), flood(hostabi.MaxHTTPFields, 3), flood(hostabi.MaxHTTPFields+1, int64(hostabi.E2BIG))),
		in(hostabi.Integrate, "sends a head below its bound", head(hostabi.MaxHTTPHead-1, 2)),
		in(hostabi.Integrate, "sends a head at its bound", head(hostabi.MaxHTTPHead, 2)),
		in(hostabi.Integrate, "refuses a head over its bound", head(hostabi.MaxHTTPHead+1, int64(hostabi.E2BIG))),
		in(hostabi.Integrate, "bounds the answer", []step{gives(ask("GET", fmt.Sprint(s.Peer, "/bytes/", MaxResponseBody), 0), 2),
			fails(ask("GET", fmt.Sprint(s.Peer, "/bytes/", MaxResponseBody+1), 0), hostabi.E2BIG), gives(ask("GET", s.Peer+"/fields/399", 0), 4),
			fails(ask("GET", s.Peer+"/fields/400", 0), hostabi.E2BIG), gives(ask("GET", fmt.Sprint(s.Peer, "/head/", hostabi.MaxHTTPHead-22), 0), 6),
			fails(ask("GET", fmt.Sprint(s.Peer, "/head/", hostabi.MaxHTTPHead-21), 0), hostabi.E2BIG)}),
		in(hostabi.Authorize, "bounds the requests in a request of a client", many, []step{eagain, eagain}),
		in(hostabi.Authorize, "bounds the requests that are open", open, []step{eagain, gives(on(hostabi.FuncHTTPClose, 5), 0),
			gives(start("GET", plain, 0), hostabi.FirstHandle+hostabi.MaxHTTPOpen), eagain}),
		in(hostabi.Authorize, "has failures as answers", []step{fails(ask("GET", s.Peer+"/reset", 0), hostabi.ECONN), gives(start("GET", s.Peer+"/reset", 0), 3),
			fails(on(hostabi.FuncHTTPStatus, 3), hostabi.ECONN), fails(on(hostabi.FuncHTTPHeaders, 3), hostabi.ECONN), fails(on(hostabi.FuncHTTPGetHeader, 3, "a"), hostabi.ECONN),
			{Command: with(on(hostabi.FuncStreamRead, 3), 8), want: int64(hostabi.ECONN), buffer: untouched(8)}, fails(on(hostabi.FuncHTTPTrailers, 3), hostabi.EPHASE),
			gives(ask("GET", s.Peer+"/half", 0), 4), readSent(4, 8, peerBody), fails(with0(on(hostabi.FuncStreamRead, 4)), hostabi.ECONN)}),
		in(hostabi.Authorize, "bounds the time of an answer", []step{
			fails(Command{Func: hostabi.FuncHTTPRequest, Mask: 20, In: [2]string{requestOf("GET", s.Peer+"/hang")}}, hostabi.ETIMEDOUT),
			gives(Command{Func: hostabi.FuncHTTPStart, Mask: 20, In: [2]string{requestOf("GET", s.Peer+"/hang")}}, 3), fails(on(hostabi.FuncHTTPStatus, 3), hostabi.ETIMEDOUT),
			gives(Command{Func: hostabi.FuncHTTPRequest, Mask: 1<<63 - 1, In: [2]string{requestOf("GET", plain)}}, 4)}),
	}
}

// with0 gives a command a buffer that is not looked at.
func with0(c Command) Command {
	c.Cap = 8
	return c
}
