package front

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
)

func TestRequest(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{
			"fields are ordered by name and keep the order of their values",
			"GET /a/b?x=1&x=2 HTTP/1.1\r\nX-B: 1\r\nhost: h:80\r\nx-a: 2\r\nX-B:  3 \r\n\r\n",
			"GET path=\"/a/b\" query=\"x=1&x=2\" host=\"h:80\" http HTTP/1.1\nX-A: 2\nX-B: 1\nX-B: 3\nbody=\"\"",
		},
		{
			"the path stays as it was sent",
			"GET /a%2Fb//c/../%7e?a=%20 HTTP/1.1\r\nHost: h\r\n\r\n",
			"GET path=\"/a%2Fb//c/../%7e\" query=\"a=%20\" host=\"h\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"a path of two slashes names no host",
			"GET //evil/x HTTP/1.1\r\nHost: h\r\n\r\n",
			"GET path=\"//evil/x\" query=\"\" host=\"h\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"the host of an absolute target replaces the field",
			"GET http://other:81/p?q HTTP/1.1\r\nHost: h\r\n\r\n",
			"GET path=\"/p\" query=\"q\" host=\"other:81\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"an absolute target without a path has the root",
			"GET http://other?q=/ HTTP/1.1\r\nHost: h\r\n\r\n",
			"GET path=\"/\" query=\"q=/\" host=\"other\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"an absolute target of a host alone has the root",
			"GET http://other HTTP/1.1\r\nHost: h\r\n\r\n",
			"GET path=\"/\" query=\"\" host=\"other\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"an asterisk comes through as it is",
			"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
			"OPTIONS path=\"*\" query=\"\" host=\"h\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"half a preface of HTTP/2 comes through as a request",
			"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
			"PRI path=\"*\" query=\"\" host=\"\" http HTTP/2.0\nbody=\"\"",
		},
		{
			"an authority comes through as it is",
			"CONNECT other:443 HTTP/1.1\r\nHost: h\r\n\r\n",
			"CONNECT path=\"other:443\" query=\"\" host=\"other:443\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"framing fields and those that Connection names are removed",
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, x-hop\r\nConnection: TE\r\nTE: trailers\r\n" +
				"X-Hop: 1\r\nKeep-Alive: 5\r\nProxy-Connection: close\r\nX-End: 2\r\nUpgrade: websocket\r\n\r\n",
			"GET path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nX-End: 2\nbody=\"\"",
		},
		{
			"an upgrade is taken out of the fields",
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n",
			"GET path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nSec-Websocket-Key: k\nupgrade=\"websocket\"\nbody=\"\"",
		},
		{
			"an upgrade to h2c is ignored, with its settings",
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
			"GET path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nbody=\"\"",
		},
		{
			"an upgrade of a request with a body is ignored",
			"POST / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nx",
			"POST path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nbody=\"x\"",
		},
		{
			"HTTP/1.0 needs no host and cannot upgrade",
			"GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
			"GET path=\"/\" query=\"\" host=\"\" http HTTP/1.0\nbody=\"\"",
		},
		{
			"a body of known length",
			"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
			"POST path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nbody=\"abc\"",
		},
		{
			"a chunked body with announced trailers",
			"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n",
			"POST path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nbody=\"abc\" trailer=[{\"X-T\" \"1\"}]",
		},
		{
			"a chunked body that breaks off fails the read",
			"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab?\r\nxx\r\n",
			"POST path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nbody=\"ab?\" error=\"invalid byte in chunk length\"",
		},
		{
			"an expectation is not a field",
			"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
			"POST path=\"/\" query=\"\" host=\"h\" http HTTP/1.1\nexpects continue\nbody=\"ok\"",
		},
	}
	got := make(chan string, 1)
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		got <- describe(x)
		x.Sink.WriteHead(200, exchange.Header{{Name: "Connection", Value: "close"}}, 0, false)
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := roundTrip(t, addr, tt.raw)
			select {
			case got := <-got:
				if got != tt.want {
					t.Errorf("request:\n%s\nwant:\n%s", got, tt.want)
				}
			default:
				t.Fatalf("no request, but the answer %q", answer)
			}
		})
	}
}

// A client is asked for its body once, and one of HTTP/1.0 not at all.
func TestExpectationsAreMetOnce(t *testing.T) {
	passes := false // an upstream's own 100, before the body is read
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		if passes {
			x.Sink.Interim(100, nil)
		}
		io.ReadAll(&x.Request.Body)
		x.Sink.WriteHead(204, exchange.Header{{Name: "Connection", Value: "close"}}, 0, false)
	})
	for _, tt := range []struct {
		proto  string
		passes bool
		want   int
	}{{"HTTP/1.1", false, 1}, {"HTTP/1.1", true, 1}, {"HTTP/1.0", false, 0}, {"HTTP/1.0", true, 0}} {
		passes = tt.passes
		answer := roundTrip(t, addr, "POST / "+tt.proto+"\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok")
		if n := strings.Count(answer, "100 Continue"); n != tt.want || !strings.Contains(answer, " 204 ") {
			t.Errorf("%s, passes %v: %q", tt.proto, tt.passes, answer)
		}
	}
}

// What net/http answers itself, as the package comment lists it.
func TestRequestsThatAreNotSeen(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"no request line", "\x00\x01 is no request line\r\n\r\n", "HTTP/1.1 400"},
		{"a control byte in the target", "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 400"},
		{"NUL in the target", "GET /\x00 HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 400"},
		{"a broken escape in the path", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 400"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400"},
		{"a malformed host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "HTTP/1.1 400"},
		{"two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 400"},
		{"NUL in a value", "GET / HTTP/1.1\r\nHost: h\r\nA: b\x00\r\n\r\n", "HTTP/1.1 400"},
		{"a space before the colon", "GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n", "HTTP/1.1 400"},
		{"an unknown transfer coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501"},
		{"an unknown version", "GET / HTTP/3.0\r\nHost: h\r\n\r\n", "HTTP/1.1 505"},
		{"an unknown expectation", "GET / HTTP/1.1\r\nHost: h\r\nExpect: magic\r\n\r\n", "HTTP/1.1 417"},
		{"an endless head", "GET / HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("a", 80<<10) + "\r\n\r\n", "HTTP/1.1 431"},
	}
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		t.Errorf("request seen: %s", describe(x))
		answer(x, 200, "")
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := roundTrip(t, addr, tt.raw); !strings.HasPrefix(got, tt.want) {
				t.Errorf("answer %q, want %q", got, tt.want)
			}
		})
	}
}

// A head just below the bound is seen: what the accept phase refuses leaves
// through the gateway's door.
func TestLargeHeadsAreSeen(t *testing.T) {
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		x.Sink.WriteHead(431, exchange.Header{{Name: "Connection", Value: "close"}, {Name: "X-Ours", Value: "1"}}, 0, false)
	})
	raw := "GET /" + strings.Repeat("p", 30<<10) + " HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("a", 30<<10) + "\r\n\r\n"
	if got := roundTrip(t, addr, raw); !strings.Contains(got, "X-Ours: 1") {
		t.Errorf("answer %q, want our own", got)
	}
}

func TestFillsPeer(t *testing.T) {
	type ends struct{ peer, client, port string }
	got := make(chan ends, 1)
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		q := &x.Request
		got <- ends{q.Peer.String(), q.Client.String(), q.Port}
		if x.Start.IsZero() {
			t.Error("no start")
		}
		x.Sink.WriteHead(200, exchange.Header{{Name: "Connection", Value: "close"}}, 0, false)
	})
	c := dial(t, addr)
	c.Write([]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
	want := ends{c.LocalAddr().String(), "127.0.0.1", addr[strings.LastIndex(addr, ":")+1:]}
	if got := <-got; got != want {
		t.Errorf("ends %+v, want %+v", got, want)
	}
}

// FuzzTarget: a path and a query make up their target again, and a path
// starts with "/" unless the target has neither form that names one.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/", "/a?b?c", "*", "h:443", "http://h/p?q", "http://h?q", "http://h", "//x", "http:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		path, query := splitTarget(target)
		whole := path
		if query != "" {
			whole += "?" + query
		}
		trimmed := strings.TrimSuffix(target, "?")
		if !strings.HasSuffix(trimmed, strings.TrimPrefix(strings.TrimSuffix(whole, "?"), "/")) {
			t.Errorf("splitTarget(%q) = %q, %q", target, path, query)
		}
		if !strings.HasPrefix(path, "/") && (strings.HasPrefix(target, "/") || strings.Contains(target, "://")) {
			t.Errorf("splitTarget(%q) has the path %q", target, path)
		}
	})
}
