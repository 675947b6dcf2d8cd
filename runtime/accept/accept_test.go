package accept

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

var proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}

// request is a plain request from peer.
func request(peer string, h ...exchange.Field) *exchange.Exchange {
	x := &exchange.Exchange{Start: time.Unix(0x5e1b4151, 0)}
	x.Request = exchange.Request{
		Method: "GET", RawPath: "/p", Path: "/p", Host: "h", Scheme: "http", Proto: "HTTP/1.1",
		Header: h, Peer: netip.AddrPortFrom(netip.MustParseAddr(peer), 1234), Port: "8080",
	}
	return x
}

func field(name, value string) exchange.Field { return exchange.Field{Name: name, Value: value} }

func TestClient(t *testing.T) {
	type origin struct{ Client, Forwarded, Scheme, Port, Header string }
	xff := func(values ...string) (h []exchange.Field) {
		for _, v := range values {
			h = append(h, field("X-Forwarded-For", v))
		}
		return h
	}
	tests := []struct {
		name, peer string
		header     []exchange.Field
		want       origin
	}{
		{"a peer of its own", "192.0.2.9", nil,
			origin{"192.0.2.9", "192.0.2.9", "http", "8080", ""}},
		{"an untrusted peer's word does not count", "192.0.2.9",
			append(xff("198.51.100.1"), field("X-Forwarded-Proto", "https"), field("X-Forwarded-Port", "443"), field("forwarded", "for=1"),
				field("X-Forwarded-Host", "evil"), field("X-Real-IP", "1.1.1.1"), field("X-Forwarded", "kept"), field("X-Kept-Here", "1")),
			origin{"192.0.2.9", "192.0.2.9", "http", "8080", "X-Forwarded X-Kept-Here"}},
		{"a trusted peer says who the client is", "10.0.0.1",
			append(xff("198.51.100.1"), field("X-Forwarded-Proto", "HTTPS"), field("Forwarded", "for=1"), field("X-Forwarded-Host", "h")),
			origin{"198.51.100.1", "198.51.100.1, 10.0.0.1", "https", "443", "Forwarded X-Forwarded-Host"}},
		{"a trusted peer without a word is the client", "10.0.0.1", nil,
			origin{"10.0.0.1", "10.0.0.1", "http", "8080", ""}},
		{"what the client wrote before the first hop is dropped", "10.0.0.1", xff("1.1.1.1, 198.51.100.1"),
			origin{"198.51.100.1", "198.51.100.1, 10.0.0.1", "http", "8080", ""}},
		{"a chain of trusted hops over several fields", "10.0.0.1", xff("1.1.1.1, 198.51.100.1,10.0.0.3", "10.0.0.2"),
			origin{"198.51.100.1", "198.51.100.1, 10.0.0.3, 10.0.0.2, 10.0.0.1", "http", "8080", ""}},
		{"a chain of trusted hops alone", "10.0.0.1", xff("10.0.0.3, 10.0.0.2"),
			origin{"10.0.0.3", "10.0.0.3, 10.0.0.2, 10.0.0.1", "http", "8080", ""}},
		{"a malformed entry ends the walk", "10.0.0.1", xff("198.51.100.1, unknown, 10.0.0.2"),
			origin{"10.0.0.2", "10.0.0.2, 10.0.0.1", "http", "8080", ""}},
		{"a malformed last entry leaves the peer", "10.0.0.1", xff("198.51.100.1, 1.2.3"),
			origin{"10.0.0.1", "10.0.0.1", "http", "8080", ""}},
		{"empty entries are no entries", "10.0.0.1", xff("198.51.100.1, ,", ""),
			origin{"198.51.100.1", "198.51.100.1, 10.0.0.1", "http", "8080", ""}},
		{"ports are cut off", "10.0.0.1", xff("198.51.100.1:99, [2001:db8:ffff::1]:80"),
			origin{"198.51.100.1", "198.51.100.1, 2001:db8:ffff::1, 10.0.0.1", "http", "8080", ""}},
		{"IPv6 in brackets", "2001:db8:ffff::2", xff("[2001:db8::5]"),
			origin{"2001:db8::5", "2001:db8::5, 2001:db8:ffff::2", "http", "8080", ""}},
		{"IPv4 in brackets is malformed", "10.0.0.1", xff("[198.51.100.1]"),
			origin{"10.0.0.1", "10.0.0.1", "http", "8080", ""}},
		{"IPv4 in IPv6 is IPv4", "10.0.0.1", xff("198.51.100.1, ::ffff:10.0.0.2"),
			origin{"198.51.100.1", "198.51.100.1, 10.0.0.2, 10.0.0.1", "http", "8080", ""}},
		{"a zone is malformed", "10.0.0.1", xff("fe80::1%eth0"),
			origin{"10.0.0.1", "10.0.0.1", "http", "8080", ""}},
		{"of a list of protocols the last counts", "10.0.0.1", []exchange.Field{field("X-Forwarded-Proto", "https, http")},
			origin{"10.0.0.1", "10.0.0.1", "http", "80", ""}},
		{"an unknown protocol does not count", "10.0.0.1", []exchange.Field{field("X-Forwarded-Proto", "gopher")},
			origin{"10.0.0.1", "10.0.0.1", "http", "8080", ""}},
		{"a port of its own", "10.0.0.1", []exchange.Field{field("X-Forwarded-Proto", "https"), field("X-Forwarded-Port", "8443")},
			origin{"10.0.0.1", "10.0.0.1", "https", "8443", ""}},
		{"a port that is none", "10.0.0.1", []exchange.Field{field("X-Forwarded-Port", "65536")},
			origin{"10.0.0.1", "10.0.0.1", "http", "8080", ""}},
	}
	p := New(Options{TrustedProxies: proxies})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, text := range []string{"", tt.peer} { // the front may have made it, or not
				x := request(tt.peer, slices.Clone(tt.header)...)
				x.Request.PeerText = text
				if r := p.Accept(x); r != nil {
					t.Fatalf("refused: %+v", r)
				}
				var names []string
				for _, f := range x.Request.Header {
					names = append(names, f.Name)
				}
				q := &x.Request
				got := origin{q.Client.String(), q.Forwarded, q.Scheme, q.Port, strings.Join(names, " ")}
				if got != tt.want {
					t.Errorf("text %q: origin %+v, want %+v", text, got, tt.want)
				}
			}
		})
	}
}

func TestPortBySchemeWhereThereIsNone(t *testing.T) {
	for scheme, want := range map[string]string{"http": "80", "https": "443"} {
		x := request("192.0.2.9")
		x.Request.Port, x.Request.Scheme = "", scheme
		New(Options{}).Accept(x)
		if x.Request.Port != want {
			t.Errorf("%s: port %q, want %q", scheme, x.Request.Port, want)
		}
	}
}

func TestPeerThatIsUnknown(t *testing.T) {
	x := request("192.0.2.9")
	x.Request.Peer = netip.AddrPort{}
	New(Options{}).Accept(x)
	if x.Request.Forwarded != "" || x.Request.Client.IsValid() {
		t.Errorf("forwarded %q, client %v, want none", x.Request.Forwarded, x.Request.Client)
	}
}

func TestValidPort(t *testing.T) {
	for s, want := range map[string]bool{"": false, "0": false, "1": true, "65535": true, "65536": false, "080": false, "-1": false, "1a": false, "100000": false} {
		if got := validPort(s); got != want {
			t.Errorf("validPort(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	long := strings.Repeat("x", 100)
	tests := []struct {
		name   string
		change func(*exchange.Exchange)
		want   int
	}{
		{"an ordinary request", func(*exchange.Exchange) {}, 0},
		{"an asterisk", func(x *exchange.Exchange) { x.Request.RawPath = "*" }, 400},
		{"an authority", func(x *exchange.Exchange) { x.Request.RawPath = "h:443" }, 400},
		{"no path", func(x *exchange.Exchange) { x.Request.RawPath = "" }, 400},
		{"CONNECT with a path", func(x *exchange.Exchange) { x.Request.Method = "CONNECT" }, 400},
		{"a fragment", func(x *exchange.Exchange) { x.Request.RawPath = "/a#b" }, 400},
		{"NUL in the path", func(x *exchange.Exchange) { x.Request.RawPath = "/a\x00b" }, 400},
		{"UTF-8 in the path", func(x *exchange.Exchange) { x.Request.RawPath = "/ä" }, 400},
		{"a space in the query", func(x *exchange.Exchange) { x.Request.Query = "a b" }, 400},
		{"DEL in the query", func(x *exchange.Exchange) { x.Request.Query = "a\x7f" }, 400},
		{"an encoded NUL is left to later phases", func(x *exchange.Exchange) { x.Request.RawPath = "/a%00b" }, 0},
		{"user info in the host", func(x *exchange.Exchange) { x.Request.Host = "a@b" }, 400},
		{"a slash in the host", func(x *exchange.Exchange) { x.Request.Host = "a/b" }, 400},
		{"an IPv6 host with a port", func(x *exchange.Exchange) { x.Request.Host = "[2001:db8::1]:80" }, 0},
		{"a target at the limit", func(x *exchange.Exchange) { x.Request.RawPath, x.Request.Query = "/"+long[:49], long[:50] }, 0},
		{"a target above the limit", func(x *exchange.Exchange) { x.Request.RawPath, x.Request.Query = "/"+long[:49], long[:51] }, 414},
		{"values at the limit", func(x *exchange.Exchange) {
			x.Request.Header = exchange.Header{field("a", long[:50]), field(long, long[:49])}
		}, 0},
		{"values above the limit", func(x *exchange.Exchange) {
			x.Request.Header = exchange.Header{field("a", long[:50]), field("b", long[:50])}
		}, 431},
		{"values above the limit that are taken out", func(x *exchange.Exchange) { x.Request.Header = exchange.Header{field("X-Forwarded-For", long)} }, 431},
		{"a body at the limit", func(x *exchange.Exchange) { x.Request.Body.SetBytes([]byte(long)) }, 0},
		{"a body above the limit", func(x *exchange.Exchange) { x.Request.Body.SetBytes([]byte(long + "x")) }, 413},
	}
	p := New(Options{MaxHeaderBytes: 100, MaxURLBytes: 100, MaxBodyBytes: 100})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := request("192.0.2.9")
			tt.change(x)
			r := p.Accept(x)
			switch {
			case tt.want == 0 && r != nil:
				t.Errorf("refused with %d", r.Status)
			case tt.want != 0 && (r == nil || r.Status != tt.want || r.Type != exchange.BadProtocol):
				t.Errorf("refusal %+v, want %d of type %s", r, tt.want, exchange.BadProtocol)
			case x.ID == "" || x.ExtendedID == "" || x.Request.Forwarded == "":
				t.Error("ids or address are missing")
			}
		})
	}
}

// TestHeadOfAnAPI holds how each protocol counts a head: REST APIs the values
// alone, HTTP APIs the request line and the names, too.
func TestHeadOfAnAPI(t *testing.T) {
	// "GET /p?q=1 HTTP/1.1", "Host" and "h", "a", and X-Forwarded-For, which is
	// taken out.
	const line, values = len("GET") + len("/p?q=1") + len("HTTP/1.1") + 2, len("h") + len("192.0.2.7")
	const names = len("Host") + len("X-Forwarded-For") + len("a")
	p := New(Options{MaxHeaderBytes: 200, MaxURLBytes: 50})
	for _, tt := range []struct {
		name     string
		protocol exchange.Protocol
		value    int // of "a"
		change   func(*exchange.Request)
		want     int
	}{
		{"REST below its limit", exchange.REST, 199 - values, nil, 0},
		{"REST at its limit", exchange.REST, 200 - values, nil, 0},
		{"REST above its limit", exchange.REST, 201 - values, nil, 431},
		{"HTTP below its limit", exchange.HTTP, 199 - values - names - line, nil, 0},
		{"HTTP at its limit", exchange.HTTP, 200 - values - names - line, nil, 0},
		{"HTTP above its limit", exchange.HTTP, 201 - values - names - line, nil, 431},
		{"HTTP far above its limit", exchange.HTTP, 1000, nil, 431},
		{"too long an URL comes before too long a head", exchange.HTTP, 1, func(q *exchange.Request) { q.RawPath = "/" + strings.Repeat("x", 200) }, 414},
		{"too long a head comes before a bad target", exchange.HTTP, 170, func(q *exchange.Request) { q.RawPath = "*" }, 431},
		{"a bad target of a short head", exchange.HTTP, 1, func(q *exchange.Request) { q.RawPath = "*" }, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := request("192.0.2.9", field("a", strings.Repeat("x", tt.value)), field("X-Forwarded-For", "192.0.2.7"))
			x.Request.Query = "q=1"
			if tt.change != nil {
				tt.change(&x.Request)
			}
			refusal := p.Accept(x)
			x.API = &exchange.API{Protocol: tt.protocol}
			status := 0
			if refusal = p.Resolved(x, refusal); refusal != nil {
				status = refusal.Status
			}
			if status != tt.want {
				t.Errorf("refused with %d, want %d; the head has %d bytes", status, tt.want, x.Request.HeadSize)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	p := New(Options{})
	want := Phase{maxHeader: 10240, maxURL: 10240, maxBody: 10485760}
	if !reflect.DeepEqual(*p, want) {
		t.Errorf("phase %+v, want %+v", *p, want)
	}
}

func TestLimitsBodyOfUnknownLength(t *testing.T) {
	for _, tt := range []struct {
		name string
		size int
		err  error
	}{
		{"below the limit", 99, nil},
		{"at the limit", 100, nil},
		{"above the limit", 101, exchange.ErrTooLarge},
		{"far above the limit", 5000, exchange.ErrTooLarge},
	} {
		for _, slow := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				sent := bytes.Repeat([]byte("x"), tt.size)
				var r io.Reader = bytes.NewReader(sent)
				if slow {
					r = iotest.OneByteReader(r)
				}
				source := &closer{Reader: r}
				x := request("192.0.2.9")
				x.Request.Body.SetStream(source, -1)
				if r := New(Options{MaxBodyBytes: 100}).Accept(x); r != nil {
					t.Fatalf("refused: %+v", r)
				}
				if source.closed {
					t.Fatal("closed before it was read")
				}
				got, err := io.ReadAll(&x.Request.Body)
				if !errors.Is(err, tt.err) || !bytes.Equal(got, sent[:min(tt.size, 100)]) {
					t.Errorf("read %d bytes, %v, want %d, %v", len(got), err, min(tt.size, 100), tt.err)
				}
				x.Request.Body.Close()
				if !source.closed {
					t.Error("not closed")
				}
			})
		}
	}
}

func TestLimitIsSticky(t *testing.T) {
	x := request("192.0.2.9")
	x.Request.Body.SetStream(io.NopCloser(strings.NewReader("abc")), -1)
	New(Options{MaxBodyBytes: 1}).Accept(x)
	_, first := x.Request.Body.Keep(10)
	_, second := x.Request.Body.Keep(10)
	if !errors.Is(first, exchange.ErrTooLarge) || !errors.Is(second, exchange.ErrTooLarge) {
		t.Errorf("Keep failed with %v and %v, want %v", first, second, exchange.ErrTooLarge)
	}
	l := &limited{left: -1}
	if _, err := l.Read(nil); err != exchange.ErrTooLarge {
		t.Errorf("Read = %v, want %v", err, exchange.ErrTooLarge)
	}
}

type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

var (
	uuidForm     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	extendedForm = regexp.MustCompile(`^[A-Za-z0-9_-]{15}=$`)
)

func TestIDs(t *testing.T) {
	p := New(Options{})
	seen := map[string]bool{}
	for range 1000 {
		x := request("192.0.2.9")
		p.Accept(x)
		if !uuidForm.MatchString(x.ID) || !extendedForm.MatchString(x.ExtendedID) {
			t.Fatalf("ids %q and %q", x.ID, x.ExtendedID)
		}
		if seen[x.ID] || seen[x.ExtendedID] {
			t.Fatalf("ids %q and %q were there before", x.ID, x.ExtendedID)
		}
		seen[x.ID], seen[x.ExtendedID] = true, true
	}
}

func TestIDs_hammer(t *testing.T) {
	const workers, requests = 8, 500
	ids := make([][]string, workers)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			p := New(Options{})
			for range requests {
				x := request("192.0.2.9")
				p.Accept(x)
				ids[i] = append(ids[i], x.ID, x.ExtendedID)
			}
		})
	}
	wg.Wait()
	all := slices.Concat(ids...)
	slices.Sort(all)
	if got, want := len(slices.Compact(all)), 2*workers*requests; got != want {
		t.Errorf("%d different ids, want %d", got, want)
	}
}

func TestClientChoosesID(t *testing.T) {
	const chosen = "0190A5F0-0000-7000-8000-00000000000f"
	for sent, want := range map[string]bool{
		chosen:                                 true,
		chosen[:35]:                            false,
		strings.Replace(chosen, "-", "0", 1):   false,
		strings.Replace(chosen, "f", "g", 1):   false,
		"UUID_REPLACED_INVALID_REQUEST_ID":     false,
		"\"0190A5F0-0000-7000-8000-0000000000": false,
	} {
		x := request("192.0.2.9", field("x-amzn-requestid", sent))
		New(Options{}).Accept(x)
		if got := x.ID == sent; got != want || !validUUID(x.ID) || !extendedForm.MatchString(x.ExtendedID) {
			t.Errorf("sent %q, id %q and %q", sent, x.ID, x.ExtendedID)
		}
	}
}

// One allocation: X-Forwarded-For. Ids are made for several requests at once.
func TestAllocations(t *testing.T) {
	p := New(Options{TrustedProxies: proxies})
	x := request("10.0.0.1", field("X-Forwarded-For", "198.51.100.1, 10.0.0.2"), field("Accept", "*/*"))
	header := append(exchange.Header(nil), x.Request.Header...)
	if n := testing.AllocsPerRun(100, func() {
		x.Request.Header = append(x.Request.Header[:0], header...)
		p.Accept(x)
	}); n > 1 {
		t.Errorf("%v allocations, want at most 1", n)
	}
}

// FuzzForwarded: the client is the peer, or an address in X-Forwarded-For
// such that every address to the right of it, and the peer, is a trusted
// proxy's; Forwarded begins with the client, ends with the peer, and holds
// nothing but addresses.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{"", "1.2.3.4", "1.2.3.4, 10.0.0.2", "x, 10.0.0.2:80,[2001:db8:ffff::1]:1, ,::ffff:10.1.1.1"} {
		f.Add("10.0.0.1", s, "10.0.0.9")
	}
	f.Fuzz(func(t *testing.T, peer, first, second string) {
		addr, err := netip.ParseAddr(peer)
		if err != nil || addr.Zone() != "" {
			return
		}
		p := New(Options{TrustedProxies: proxies})
		x := request("10.0.0.1", field("X-Forwarded-For", first), field("X-Forwarded-For", second))
		x.Request.Peer = netip.AddrPortFrom(addr, 1)
		p.Accept(x)
		chain := strings.Split(x.Request.Forwarded, ", ")
		if chain[0] != x.Request.Client.String() || chain[len(chain)-1] != addr.String() {
			t.Fatalf("forwarded %q, client %v, peer %v", x.Request.Forwarded, x.Request.Client, addr)
		}
		entries := strings.Split(first+","+second, ",")
		for i := len(chain) - 1; i > 0; i-- {
			a, err := netip.ParseAddr(chain[i])
			if err != nil || !p.trusts(a) {
				t.Fatalf("forwarded %q: %q is no trusted hop, but was believed", x.Request.Forwarded, chain[i])
			}
			// What it reported is the last entry not used yet.
			for len(entries) > 0 && strings.Trim(entries[len(entries)-1], " \t") == "" {
				entries = entries[:len(entries)-1]
			}
			if len(entries) == 0 {
				t.Fatalf("forwarded %q: %q was reported by nobody", x.Request.Forwarded, chain[i-1])
			}
			got, ok := parseHop(strings.Trim(entries[len(entries)-1], " \t"))
			entries = entries[:len(entries)-1]
			if !ok || got.String() != chain[i-1] {
				t.Fatalf("forwarded %q: %q is not what was reported, %v", x.Request.Forwarded, chain[i-1], got)
			}
		}
	})
}

func BenchmarkAccept(b *testing.B) {
	p := New(Options{TrustedProxies: proxies})
	x := request("10.0.0.1", field("X-Forwarded-For", "198.51.100.1, 10.0.0.2"), field("Accept", "*/*"), field("Authorization", "Bearer x"))
	header := append(exchange.Header(nil), x.Request.Header...)
	b.ReportAllocs()
	for b.Loop() {
		x.Request.Header = append(x.Request.Header[:0], header...)
		p.Accept(x)
	}
}

// BenchmarkAcceptDirect has no proxies, as most gateways.
func BenchmarkAcceptDirect(b *testing.B) {
	p := New(Options{})
	x := request("192.0.2.9", field("User-Agent", "curl/8.5.0"), field("Accept", "*/*"), field("Accept-Encoding", "gzip"), field("Authorization", "Bearer x"))
	x.Request.PeerText, x.Request.RawPath, x.Request.Host = "192.0.2.9", "/orders/4711", "127.0.0.1:8080"
	b.ReportAllocs()
	for b.Loop() {
		p.Accept(x)
	}
}
