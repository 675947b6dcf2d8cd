package outbound

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/internal/dnstest"
	"github.com/portico-gateway/portico/internal/hostile"
)

// inner is a server that no plugin may reach, on an address of its own.
func inner(t *testing.T) (url string, hits *atomic.Int32) {
	hits = &atomic.Int32{}
	s := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	return s.URL, hits
}

// outside stands for the internet: an address of loopback that is granted, while
// 127.0.0.1 is not.
var outside = netip.MustParsePrefix("127.0.0.2/32")

const callTime = 400 * time.Millisecond

func TestAHostileServerGetsNothingThrough(t *testing.T) {
	innerURL, hits := inner(t)
	s := hostile.Start(t, "127.0.0.2:0", innerURL)
	base := "http://" + s.Address
	eabort := context.DeadlineExceeded // what a host makes EABORT of
	tests := []struct {
		path string
		want result // Body is compared where there is no error
		err  error
	}{
		{"/never-answers", result{}, hostabi.ETIMEDOUT},
		{"/trickles-head", result{}, hostabi.ETIMEDOUT},
		{"/trickles-body", result{Status: 200}, eabort},
		{"/endless-fields", result{}, hostabi.E2BIG},
		{"/endless-interim", result{}, hostabi.E2BIG},
		{"/endless-body", result{Status: 200}, hostabi.E2BIG},
		{"/redirects", result{}, hostabi.EPERM},
		{"/resets", result{Status: 200}, hostabi.ECONN},
		{"/closes", result{}, hostabi.ECONN},
		{"/garbage", result{}, hostabi.ECONN},
		{"/switches", result{}, hostabi.ECONN},
		{"/smuggles", result{Status: 200, Body: "ok"}, nil},
		{"/two-lengths", result{}, hostabi.ECONN},
		{"/ok", result{Status: 200, Body: "ok"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			c := newClient(t, newPool(t, PoolOptions{}), Options{Hosts: []Host{hostOf(t, base), {Scheme: "http", Name: "127.0.0.1", Port: "1"}},
				Addresses: []netip.Prefix{outside, netip.MustParsePrefix("127.0.0.1/32")}, Timeout: callTime / 2, MaxResponse: 1 << 20, Redirects: 5})
			ctx, cancel := context.WithTimeout(context.Background(), callTime)
			defer cancel()
			r := get(t, base+tt.path)
			r.Redirects = true
			before := time.Now()
			got, _ := do(ctx, c, r)
			if took := time.Since(before); took > callTime+2*time.Second {
				t.Errorf("it took %v", took)
			}
			if tt.err != nil {
				got.Body = ""
			}
			tt.want.Err = tt.err
			if got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if hits.Load() > 0 {
		t.Error("the inner server was reached")
	}
	for wait := time.Now(); s.Open() > 0; time.Sleep(time.Millisecond) {
		if time.Since(wait) > 5*time.Second {
			t.Fatalf("%d connections outlived their requests", s.Open())
		}
	}
}

func TestABombStaysPacked(t *testing.T) {
	s := hostile.Start(t, "127.0.0.1:0", "")
	c := newClient(t, newPool(t, PoolOptions{}), Options{Hosts: []Host{hostOf(t, "http://"+s.Address)}, Addresses: []netip.Prefix{loopback}, MaxResponse: 1 << 20})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, h := do(context.Background(), c, get(t, "http://"+s.Address+"/bomb"))
	runtime.ReadMemStats(&after)
	encoding, _ := h.Get("content-encoding")
	if got.Err != nil || len(got.Body) > hostile.BombSize/500 || encoding != "gzip" {
		t.Errorf("got %d bytes of %q, %v", len(got.Body), encoding, got.Err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > hostile.BombSize/4 {
		t.Errorf("%d bytes were allocated for it", took)
	}
	t.Logf("a bomb of %d bytes came as %d", hostile.BombSize, len(got.Body))
}

// A name that was fine when it was looked at and is another address when it is
// dialled: the address decides, at each dial.
func TestANameThatRebindsIsRefused(t *testing.T) {
	innerURL, hits := inner(t)
	s := hostile.Start(t, "127.0.0.2:0", innerURL)
	_, innerPort, _ := net.SplitHostPort(strings.TrimPrefix(innerURL, "http://"))
	var answers atomic.Pointer[[]netip.Addr]
	say := func(list ...string) {
		var a []netip.Addr
		for _, s := range list {
			a = append(a, netip.MustParseAddr(s))
		}
		answers.Store(&a)
	}
	resolver := dnstest.Resolver(t, func(string) []netip.Addr { return *answers.Load() })
	_, port, _ := net.SplitHostPort(s.Address)
	good, evil := "http://rebind.example:"+port, "http://rebind.example:"+innerPort
	c := newClient(t, newPool(t, PoolOptions{Resolver: resolver}), Options{Hosts: []Host{hostOf(t, good), hostOf(t, evil)}, Addresses: []netip.Prefix{outside}, Redirects: 3})
	tests := []struct {
		name    string
		answers []string
		url     string
		want    error
	}{
		{"the address that is granted", []string{"127.0.0.2"}, good + "/ok", nil},
		{"loopback a moment later", []string{"127.0.0.1"}, good + "/ok", hostabi.EPERM},
		{"loopback alone", []string{"127.0.0.1"}, evil + "/", hostabi.EPERM},
		{"loopback beside what nobody listens at", []string{"127.0.0.2", "127.0.0.1"}, evil + "/", hostabi.ECONN},
		{"loopback before what is granted", []string{"127.0.0.1", "127.0.0.2"}, good + "/ok", nil},
		{"a private network", []string{"10.0.0.1", "192.168.0.1"}, good + "/ok", hostabi.EPERM},
		{"a metadata service", []string{"169.254.169.254"}, good + "/ok", hostabi.EPERM},
		{"unspecified, which is loopback to a kernel", []string{"0.0.0.0"}, evil + "/", hostabi.EPERM},
		{"no address at all", nil, good + "/ok", hostabi.ECONN},
		{"the first again", []string{"127.0.0.2"}, good + "/ok", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			say(tt.answers...)
			if got, _ := do(context.Background(), c, get(t, tt.url)); got.Err != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if hits.Load() > 0 {
		t.Errorf("the inner server was reached %d times", hits.Load())
	}
}

// A host that takes connections and never speaks TLS: what it is dialled for ends
// with the request.
func TestADialEndsWithItsRequest(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	closed := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			closed <- err
			return
		}
		defer conn.Close()
		_, err = io.Copy(io.Discard, conn) // until the client closes
		closed <- err
	}()
	url := fmt.Sprintf("https://%s/", l.Addr())
	c := newClient(t, newPool(t, PoolOptions{}), Options{Hosts: []Host{hostOf(t, url)}, Addresses: []netip.Prefix{loopback}, Timeout: 50 * time.Millisecond})
	if got, _ := do(context.Background(), c, get(t, url)); !is(got.Err, hostabi.ETIMEDOUT) {
		t.Errorf("got %v", got)
	}
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Error("the connection outlived its request")
	}
}

// While one plugin is held up by a host, another one's requests go through.
func TestOtherPluginsDoNotNoticeAHostileServer(t *testing.T) {
	s := hostile.Start(t, "127.0.0.1:0", "")
	p := newPool(t, PoolOptions{})
	o := Options{Hosts: []Host{hostOf(t, "http://"+s.Address)}, Addresses: []netip.Prefix{loopback}, Timeout: time.Minute}
	victim, other := newClient(t, p, o), newClient(t, p, o)
	ctx, cancel := context.WithCancel(context.Background())
	for range 100 {
		x, err := victim.Start(ctx, get(t, "http://"+s.Address+"/never-answers"))
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
	}
	for i := range 50 {
		if got, _ := do(context.Background(), other, get(t, "http://"+s.Address+"/ok")); got != (result{200, "ok", nil}) {
			t.Fatalf("request %d gave %v", i, got)
		}
	}
	cancel()
}
