package outbound

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/internal/dnstest"
	"github.com/portico-gateway/portico/internal/freeport"
)

// echo answers with what it was sent.
func echo(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	h := r.Header.Clone()
	h.Del("Content-Length")
	fmt.Fprintf(w, "%s %s %s %v trailers=%v length=%d %s", r.Method, r.Host, r.URL.RequestURI(), h, r.Trailer, r.ContentLength, b)
}

func TestARequestIsSentAsItWasWritten(t *testing.T) {
	s := serve(t, echo)
	c := to(t, s, Options{Secret: func(string) ([]byte, error) { return []byte("s3"), nil }})
	host := strings.TrimPrefix(s.URL, "http://")
	tests := []struct {
		name string
		r    hostabi.HTTPRequest
		want string
	}{
		{"a GET has a name and nothing else of ours", get(t, s.URL+"/a%2Fb?c=%20"), "GET " + host + " /a%2Fb?c=%20 map[User-Agent:[portico]] trailers=map[] length=0 "},
		{"an empty path is /", get(t, s.URL), "GET " + host + " / map[User-Agent:[portico]] trailers=map[] length=0 "},
		{"a body has a length", hostabi.HTTPRequest{Method: "POST", URL: parse(t, s.URL), Body: []byte("body")},
			"POST " + host + " / map[User-Agent:[portico]] trailers=map[] length=4 body"},
		{"fields keep their order and may repeat", hostabi.HTTPRequest{Method: "PUT", URL: parse(t, s.URL),
			Header: hostabi.Header{{Name: "x-a", Value: "1"}, {Name: "User-agent", Value: "me"}, {Name: "X-A", Value: "{secret:k}"}}},
			"PUT " + host + " / map[User-Agent:[me] X-A:[1 s3]] trailers=map[] length=0 "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := do(context.Background(), c, tt.r)
			if want := (result{200, tt.want, nil}); got != want {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func TestABodyStreamsBothWays(t *testing.T) {
	for _, kind := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(kind, func(t *testing.T) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Trailer", "X-Sum, X-Proto")
				rc := http.NewResponseController(w)
				_ = rc.EnableFullDuplex()
				_ = rc.Flush()
				n := 0
				b := make([]byte, 100)
				for {
					m, err := r.Body.Read(b)
					n += m
					_, _ = w.Write(bytes.ToUpper(b[:m]))
					_ = rc.Flush()
					if err != nil {
						break
					}
				}
				w.Header().Set("X-Sum", fmt.Sprint(n, " ", r.Trailer.Get("X-Told")))
				w.Header().Set("X-Proto", r.Proto)
			}))
			s.EnableHTTP2 = kind == "HTTP/2.0"
			if s.EnableHTTP2 {
				s.StartTLS()
			} else {
				s.Start()
			}
			t.Cleanup(s.Close)
			c := to(t, s, Options{})
			x, err := c.Start(context.Background(), hostabi.HTTPRequest{Method: "POST", URL: parse(t, s.URL), Stream: true, Trailers: []string{"x-told"}})
			if err != nil {
				t.Fatal(err)
			}
			defer x.Close()
			got := ""
			b := make([]byte, 100)
			for _, part := range []string{"one ", "two ", "three"} {
				if n, err := x.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
				n, err := x.Read(b)
				if err != nil {
					t.Fatal(err)
				}
				got += string(b[:n])
			}
			if x.Trailer() != nil {
				t.Error("there are trailers before the end")
			}
			if err := x.SetTrailer("x-told", "yes"); err != nil {
				t.Fatal(err)
			}
			if err := x.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if n, err := x.Read(b); n != 0 || err != io.EOF {
				t.Fatal(n, err)
			}
			want := hostabi.Header{{Name: "X-Proto", Value: kind}, {Name: "X-Sum", Value: "13 yes"}}
			if got != "ONE TWO THREE" || fmt.Sprint(x.Trailer()) != fmt.Sprint(want) {
				t.Errorf("got %q and %v, want %v", got, x.Trailer(), want)
			}
		})
	}
}

func TestRedirectsAreCheckedAndStripped(t *testing.T) {
	other := serve(t, echo)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		to := r.URL.Query().Get("to")
		switch r.URL.Path {
		case "/echo":
			echo(w, r)
			return
		case "/loop":
			to = "/loop"
		}
		w.Header().Set("Location", strings.ReplaceAll(to, "OTHER", other.URL))
		status := 302
		fmt.Sscan(r.URL.Query().Get("status"), &status)
		w.WriteHeader(status)
	})
	secret := func(string) ([]byte, error) { return []byte("s3"), nil }
	c := to(t, s, Options{Hosts: []Host{hostOf(t, other.URL)}, Redirects: 2, Secret: secret})
	own, foreign := strings.TrimPrefix(s.URL, "http://"), strings.TrimPrefix(other.URL, "http://")
	full := hostabi.Header{{Name: "Authorization", Value: "Bearer x"}, {Name: "X-Api-Key", Value: "k"}, {Name: "Cookie", Value: "c"},
		{Name: "Accept", Value: "text/plain"}, {Name: "Accept-Language", Value: "{secret:k}"}, {Name: "Content-Type", Value: "text/x"}}
	all := "map[Accept:[text/plain] Accept-Language:[s3] Authorization:[Bearer x] Content-Type:[text/x] Cookie:[c] User-Agent:[portico] X-Api-Key:[k]]"
	tests := []struct {
		name, method, query string
		want                string // of the answer; "" for a 3xx
		err                 error
	}{
		{"within a host all fields stay", "GET", "to=/echo", "GET " + own + " /echo " + all + " trailers=map[] length=0 ", nil},
		{"to another host go those that do not say who asks", "GET", "to=OTHER/x%23part", "GET " + foreign + " /x map[Accept:[text/plain] Content-Type:[text/x] User-Agent:[portico]] trailers=map[] length=0 ", nil},
		{"a POST goes on as GET", "POST", "to=/echo", "GET " + own + " /echo " + strings.Replace(all, " Content-Type:[text/x]", "", 1) + " trailers=map[] length=0 ", nil},
		{"307 keeps the method and the body", "POST", "status=307&to=/echo", "POST " + own + " /echo " + all + " trailers=map[] length=4 body", nil},
		{"308 does not take a body elsewhere", "POST", "status=308&to=OTHER/", "", nil},
		{"303 of another method goes on as GET", "DELETE", "status=303&to=/echo", "GET " + own + " /echo " + strings.Replace(all, " Content-Type:[text/x]", "", 1) + " trailers=map[] length=0 ", nil},
		{"300 is an answer", "GET", "status=300&to=/echo", "", nil},
		{"no Location is an answer", "GET", "to=", "", nil},
		{"a host that is not listed", "GET", "to=http://unlisted.example/", "", hostabi.EPERM},
		{"an address of the list on another port", "GET", "to=http://127.0.0.1:1/", "", hostabi.EPERM},
		{"a user in the target", "GET", "to=http://me@" + own + "/echo", "", hostabi.EPERM},
		{"another scheme", "GET", "to=file:///etc/passwd", "", hostabi.EPERM},
		{"what is no URL", "GET", "to=http://a%20b/%25zz", "", hostabi.EPERM},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := hostabi.HTTPRequest{Method: tt.method, URL: parse(t, s.URL+"/?"+tt.query), Header: full, Redirects: true}
			if tt.method == "POST" {
				r.Body = []byte("body")
			}
			got, _ := do(context.Background(), c, r)
			if tt.err != nil || tt.want == "" {
				if !is(got.Err, hostabi.EPERM) && tt.err != nil || tt.err == nil && (got.Err != nil || got.Status/100 != 3) {
					t.Errorf("got %v, want %v", got, tt.err)
				}
				return
			}
			if want := (result{200, tt.want, nil}); got != want {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
	for _, r := range []hostabi.HTTPRequest{
		{Method: "GET", URL: parse(t, s.URL+"/?to=/echo")}, // not asked for
		{Method: "GET", URL: parse(t, s.URL+"/loop"), Redirects: true},
	} {
		if got, h := do(context.Background(), c, r); got.Status != 302 || got.Err != nil || !h.Has("location") {
			t.Errorf("%s gave %v", r.URL, got)
		}
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		if r.URL.Path == "/known" {
			w.Header().Set("Content-Length", fmt.Sprint(n))
		}
		if r.Method != "HEAD" {
			_, _ = io.WriteString(w, strings.Repeat("x", n))
		}
	})
	c := to(t, s, Options{MaxResponse: 10_000})
	for _, path := range []string{"/known", "/chunked"} {
		for n, want := range map[int]error{0: nil, 9_999: nil, 10_000: nil, 10_001: hostabi.E2BIG, 50_000: hostabi.E2BIG} {
			got, _ := do(context.Background(), c, get(t, fmt.Sprint(s.URL, path, "?n=", n)))
			if got.Err != want || want == nil && len(got.Body) != n || len(got.Body) > 10_000 {
				t.Errorf("%s of %d bytes gave %d and %v, want %v", path, n, len(got.Body), got.Err, want)
			}
		}
	}
	r := get(t, s.URL+"/known?n=50000")
	r.Method = "HEAD"
	if got, h := do(context.Background(), c, r); got.Err != nil || got.Status != 200 || !h.Has("content-length") {
		t.Errorf("HEAD of much gave %v", got)
	}
	if got, want := counts(c.o.Stats), map[string]uint64{"answered": 7, "too_large": 4}; !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestALargeHeadIsTheSameOverHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := 0
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		for i := range n {
			w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("v", 1000))
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	c := to(t, s, Options{})
	// What goes far beyond ends the connection (RFC 9113, section 10.5.1).
	for n, want := range map[int]error{30: nil, 42: hostabi.E2BIG, 200: hostabi.ECONN} {
		if got, _ := do(context.Background(), c, get(t, fmt.Sprint(s.URL, "/?n=", n))); got.Err != want {
			t.Errorf("%d KiB gave %v, want %v", n, got.Err, want)
		}
	}
}

func TestATimeoutBoundsTheHeadAndNotTheBody(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			<-r.Context().Done()
			return
		}
		_ = http.NewResponseController(w).Flush()
		time.Sleep(150 * time.Millisecond)
		_, _ = io.WriteString(w, "at last")
	})
	c := to(t, s, Options{Timeout: 100 * time.Millisecond})
	if got, _ := do(context.Background(), c, get(t, s.URL+"/late")); !is(got.Err, hostabi.ETIMEDOUT) {
		t.Errorf("an answer that is late gave %v", got)
	}
	if got, _ := do(context.Background(), c, get(t, s.URL+"/slow")); got != (result{200, "at last", nil}) {
		t.Errorf("a body that is slow gave %v", got)
	}
	r := get(t, s.URL+"/late")
	r.Timeout = time.Hour // the operator's holds
	if got, _ := do(context.Background(), c, r); !is(got.Err, hostabi.ETIMEDOUT) {
		t.Errorf("a longer timeout gave %v", got)
	}
	r.Timeout = time.Millisecond
	before := time.Now()
	if got, _ := do(context.Background(), c, r); !is(got.Err, hostabi.ETIMEDOUT) || time.Since(before) > 90*time.Millisecond {
		t.Errorf("a shorter timeout gave %v after %v", got, time.Since(before))
	}
	if got, want := counts(c.o.Stats), map[string]uint64{"answered": 1, "timeout": 3}; !maps.Equal(got, want) || c.o.Stats.Open() != 0 {
		t.Errorf("counted %v and %d open, want %v", got, c.o.Stats.Open(), want)
	}
}

// A host that fails is left alone; another one, and another plugin, are not.
func TestEachHostHasABreakerForEachPlugin(t *testing.T) {
	good := serve(t, echo)
	dead, err := freeport.Local()
	if err != nil {
		t.Fatal(err)
	}
	deadURL := "http://" + dead
	p := newPool(t, PoolOptions{})
	o := Options{Hosts: []Host{hostOf(t, good.URL), hostOf(t, deadURL)}, Addresses: []netip.Prefix{loopback}}
	c, other := newClient(t, p, o), newClient(t, p, o)
	for i := range 7 {
		want := hostabi.ECONN
		if i >= 5 {
			want = hostabi.EAGAIN
		}
		if got, _ := do(context.Background(), c, get(t, deadURL)); !is(got.Err, want) {
			t.Errorf("request %d gave %v, want %v", i, got.Err, want)
		}
	}
	if got, _ := do(context.Background(), c, get(t, good.URL)); got.Err != nil {
		t.Errorf("the other host gave %v", got)
	}
	if got, _ := do(context.Background(), other, get(t, deadURL)); !is(got.Err, hostabi.ECONN) {
		t.Errorf("the other plugin got %v", got)
	}
	if got, want := counts(c.o.Stats), map[string]uint64{"answered": 1, "failed": 5, "breaker": 2}; !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestBreakersAreBounded(t *testing.T) {
	var b breakers
	b.o.Failures = 1
	for i := range 3 * maxBreakers {
		p := place{"https", fmt.Sprint(i), "443"}
		permit, _ := b.allow(p)
		o := engine.Succeeded
		if i < maxBreakers/2 || i > 2*maxBreakers {
			o = engine.Failed
		}
		b.done(p, permit, o)
		if len(b.byPlace) > maxBreakers {
			t.Fatalf("%d places are remembered", len(b.byPlace))
		}
	}
	if _, ok := b.allow(place{"https", fmt.Sprint(3*maxBreakers - 1), "443"}); ok {
		t.Error("the last host that failed is forgotten")
	}
}

// Connections are kept, and belong to the grants under which they were made.
func TestConnectionsAreSharedAmongEqualGrantsAlone(t *testing.T) {
	var dialled atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	name := "http://kept.example:" + parse(t, s.URL).Port()
	p := newPool(t, PoolOptions{Resolver: dnstest.Resolver(t, func(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1")} })})
	hosts := []Host{hostOf(t, name)}
	granted := newClient(t, p, Options{Hosts: hosts, Addresses: []netip.Prefix{loopback}})
	same := newClient(t, p, Options{Hosts: hosts, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}, Redirects: 3})
	wider := newClient(t, p, Options{Hosts: hosts, Addresses: []netip.Prefix{loopback, netip.MustParsePrefix("10.0.0.0/8")}})
	none := newClient(t, p, Options{Hosts: hosts})
	for i, tt := range []struct {
		c       *Client
		dialled int32
		err     error
	}{{granted, 1, nil}, {granted, 1, nil}, {same, 1, nil}, {none, 1, hostabi.EPERM}, {wider, 2, nil}, {none, 2, hostabi.EPERM}} {
		if got, _ := do(context.Background(), tt.c, get(t, name)); got.Err != tt.err || dialled.Load() != tt.dialled {
			t.Errorf("request %d gave %v with %d connections, want %v with %d", i, got.Err, dialled.Load(), tt.err, tt.dialled)
		}
	}
}

func TestTheEnvironmentsProxyIsNotAsked(t *testing.T) {
	s := serve(t, echo)
	tr := NewPool(PoolOptions{}).newTransport(newGuard(nil))
	if tr.Proxy != nil {
		t.Error("there is a proxy")
	}
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	if got, _ := do(context.Background(), to(t, s, Options{}), get(t, s.URL)); got.Err != nil {
		t.Error(got.Err)
	}
}

func TestACertificateThatIsNotTrustedIsNoConnection(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	s.StartTLS()
	t.Cleanup(s.Close)
	c := newClient(t, newPool(t, PoolOptions{RootCAs: x509.NewCertPool()}), Options{Hosts: []Host{hostOf(t, s.URL)}, Addresses: []netip.Prefix{loopback}})
	if got, _ := do(context.Background(), c, get(t, s.URL)); !is(got.Err, hostabi.ECONN) {
		t.Errorf("got %v", got)
	}
}

// What is logged names the host and nothing that may be secret.
func TestFailuresAreLoggedOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		r := reporter{log: slog.New(slog.NewTextHandler(&log, nil))}
		for range 5 {
			r.failed(place{"https", "a.example", "443"}, hostabi.ETIMEDOUT)
		}
		time.Sleep(reportEvery)
		r.failed(place{"http", "b.example", "81"}, &refused{"10.0.0.1", "private"})
		got := log.String()
		if strings.Count(got, "\n") != 2 || !strings.Contains(got, "host=https://a.example error=ETIMEDOUT\n") ||
			!strings.Contains(got, `host=http://b.example:81 error="address 10.0.0.1 is private" not_logged=4`) {
			t.Errorf("logged\n%s", got)
		}
	})
}

// A host that answers in no protocol may send back what it was sent, and net/http
// quotes it.
func TestNoSecretIsLoggedThatAHostSentBack(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, r.Header.Get("Authorization")+"\r\n")
	})
	var log bytes.Buffer
	c := to(t, server, Options{Log: slog.New(slog.NewTextHandler(&log, nil)),
		Secret: func(string) ([]byte, error) { return []byte("s3cret"), nil },
		Redact: func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("s3cret"), []byte("[redacted]")) }})
	q := get(t, server.URL)
	q.Header.Add("Authorization", "Bearer {secret:key}")
	if got, _ := do(t.Context(), c, q); !is(got.Err, hostabi.ECONN) {
		t.Errorf("got %+v, want ECONN", got)
	}
	if text := log.String(); strings.Contains(text, "s3cret") || !strings.Contains(text, "[redacted]") {
		t.Errorf("logged\n%s", text)
	}
}

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

func TestADoubleStandsInForTheNetworkAlone(t *testing.T) {
	p := newPool(t, PoolOptions{RoundTrip: roundTrip(func(q *http.Request) (*http.Response, error) {
		if q.URL.Path == "/gone" {
			return nil, hostabi.ETIMEDOUT
		}
		return &http.Response{StatusCode: 201, Body: io.NopCloser(strings.NewReader(q.Header.Get("Authorization"))), Header: http.Header{}}, nil
	})})
	c := newClient(t, p, Options{Hosts: []Host{{Scheme: "https", Name: "a.example.com", Port: "443"}},
		Secret: func(string) ([]byte, error) { return []byte("s3cret"), nil }})
	q := get(t, "https://a.example.com/")
	q.Header.Add("Authorization", "Bearer {secret:key}")
	if got, _ := do(t.Context(), c, q); got != (result{Status: 201, Body: "Bearer s3cret"}) {
		t.Errorf("got %+v, want the secret filled in", got)
	}
	if got, _ := do(t.Context(), c, get(t, "https://b.example.com/")); !is(got.Err, hostabi.EPERM) {
		t.Errorf("a host that is not listed: %+v, want EPERM", got)
	}
	if got, _ := do(t.Context(), c, get(t, "https://a.example.com/gone")); !is(got.Err, hostabi.ETIMEDOUT) {
		t.Errorf("got %+v, want ETIMEDOUT", got)
	}
}
