package runtime_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-gateway/portico/internal/dnstest"
	"github.com/portico-gateway/portico/internal/hostile"
	"github.com/portico-gateway/portico/runtime"
)

// Statuses of testdata/ask.wat for codes.
const (
	eperm     = 424
	eagain    = 427
	etimedout = 428
	econn     = 429
	e2big     = 430

	eabort = 432
)

// callTime is what a call of the plugin has, askTime what one request of it has,
// patientTime what one of the other plugin has.
const callTime, askTime, patientTime = 1500 * time.Millisecond, 500 * time.Millisecond, 10 * time.Second

// outside stands for the internet: an address of loopback that plugins are
// granted, while 127.0.0.1, where the inner server is, is not.
const outside = "127.0.0.2"

// besieged is a gateway with two plugins that ask a hostile server.
type besieged struct {
	*stand
	hostile *hostile.Server
	inner   string       // port of the inner server
	reached atomic.Int32 // requests that it got
	port    string       // of the hostile server
	rebound atomic.Bool  // rebind.example is the inner server now
}

func besiege(t *testing.T) *besieged {
	b := &besieged{}
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { b.reached.Add(1) }))
	t.Cleanup(inner.Close)
	_, b.inner, _ = net.SplitHostPort(inner.Listener.Addr().String())
	if l, err := net.Listen("tcp", outside+":0"); err != nil {
		t.Skipf("this system has no second address of loopback: %v", err)
	} else {
		l.Close()
	}
	b.hostile = hostile.Start(t, outside+":0", "http://inner.example:"+b.inner+"/")
	_, b.port, _ = net.SplitHostPort(b.hostile.Address)
	settings := func(timeout time.Duration) string {
		return fmt.Sprintf(`
capabilities = ["http", "secrets"]
secrets = { key = "use" }
[http]
hosts = ["http://*.hostile.example:%[1]s", "http://rebind.example:%[1]s", "http://inner.example:%[2]s", "http://rebind.example:%[2]s"]
addresses = ["%[3]s"]
timeout = "%[4]s"
max_response = "1MiB"
`, b.port, b.inner, outside, timeout)
	}
	dir := files(t, fmt.Sprintf(`
[secrets]
key = { file = "key" }
[apis.a]
protocol = "http"
[[apis.a.routes]]
route = "GET /ask"
integration = { type = "plugin", plugin = "ask", timeout = "%[1]s" }
[[apis.a.routes]]
route = "GET /other"
integration = { type = "plugin", plugin = "other", timeout = "%[2]s" }
`, callTime, patientTime), "ask", "ask.toml", settings(askTime), "other=ask", "other.toml", settings(patientTime))
	write(t, filepath.Join(dir, "key"), "s3cret\n")
	resolver := dnstest.Resolver(t, func(name string) []netip.Addr {
		if name == "inner.example" || name == "rebind.example" && b.rebound.Load() {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
		}
		return []netip.Addr{netip.MustParseAddr(outside)}
	})
	b.stand = serve(t, dir, func(o *runtime.Options) { o.Resolver = resolver })
	return b
}

// ask has a plugin ask a host.
func (b *besieged) ask(path, host, behaviour string) (status int, body string, took time.Duration) {
	b.t.Helper()
	to := "http://" + host + behaviour
	before := time.Now()
	resp, err := b.client.Get("http://" + b.addr + path + "?to=" + url.QueryEscape(to))
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(text), time.Since(before)
}

// TestHostileServersGetNothingThrough: whatever a host does that a plugin asks,
// the inner server is not reached, no call outlives its deadline, and the other
// plugin does not notice.
func TestHostileServersGetNothingThrough(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for timeouts")
	}
	b := besiege(t)
	slack := 2 * time.Second // a busy machine
	tests := []struct {
		behaviour string
		status    int
	}{
		{"/never-answers", etimedout}, {"/trickles-head", etimedout}, {"/trickles-body", eabort},
		{"/endless-fields", e2big}, {"/endless-interim", e2big}, {"/endless-body", e2big}, {"/bomb", 200},
		{"/redirects", eperm}, {"/resets", econn}, {"/closes", econn}, {"/garbage", econn}, {"/switches", econn},
		{"/smuggles", 200}, {"/two-lengths", econn}, {"/ok", 200},
	}

	var others sync.WaitGroup
	stop := make(chan struct{})
	var asked, worst atomic.Int64
	others.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			status, body, took := b.ask("/other", "good.hostile.example:"+b.port, "/ok")
			if status != 200 || body != "ok" {
				t.Errorf("the other plugin got %d %q", status, body)
			}
			asked.Add(1)
			worst.Store(max(worst.Load(), int64(took)))
		}
	})
	for i, tt := range tests {
		host := fmt.Sprintf("h%d.hostile.example:%s", i, b.port) // each has a breaker
		status, body, took := b.ask("/ask", host, tt.behaviour)
		if status == http.StatusServiceUnavailable {
			status = eabort // the guest was stopped before it could say so: HTTP APIs have 503 for that
		}
		if status != tt.status || len(body) > 1<<20 || took > callTime+slack {
			t.Errorf("%s gave %d and %d bytes after %v, want %d", tt.behaviour, status, len(body), took, tt.status)
		}
		shown(t, "hostile host, "+tt.behaviour[1:], "%d, %7d bytes, %v", status, len(body), took.Round(time.Millisecond))
	}

	// A name that was fine when it was looked at is refused when it is dialled.
	for i, want := range []int{200, eperm, 200, eperm} {
		b.rebound.Store(i%2 == 1)
		port := []string{b.port, b.inner}[i%2]
		if status, _, _ := b.ask("/ask", "rebind.example:"+port, "/ok"); status != want {
			t.Errorf("request %d to a name that rebinds gave %d, want %d", i, status, want)
		}
	}
	if status, _, _ := b.ask("/ask", "unlisted.example:"+b.port, "/ok"); status != eperm {
		t.Errorf("a host that is not listed gave %d", status)
	}

	// One that keeps failing is left alone.
	var last time.Duration
	for i := range 7 {
		want := etimedout
		if i >= 5 {
			want = eagain
		}
		status, _, took := b.ask("/ask", "dead.hostile.example:"+b.port, "/never-answers")
		if status != want {
			t.Errorf("request %d to a host that never answers gave %d, want %d", i, status, want)
		}
		last = took
	}
	close(stop)
	others.Wait()
	shown(t, "hostile host, left alone", "%d, after %v", eagain, last.Round(time.Millisecond))
	shown(t, "meanwhile, the other plugin", "%d requests, all answered, the slowest after %v", asked.Load(), time.Duration(worst.Load()).Round(time.Millisecond))
	if asked.Load() == 0 || time.Duration(worst.Load()) > slack {
		t.Errorf("the other plugin asked %d times, the slowest took %v", asked.Load(), time.Duration(worst.Load()))
	}
	if n := b.reached.Load(); n > 0 {
		t.Errorf("the inner server was reached %d times", n)
	}
	eventually(t, "all connections to the hostile server end", func() bool { return b.hostile.Open() == 0 })
	b.counted()
}

// counted compares the metrics of the plugin that was attacked.
func (b *besieged) counted() {
	b.t.Helper()
	families, err := b.Gatherer().Gather()
	if err != nil {
		b.t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "portico_plugin_http_") {
			continue
		}
		for _, m := range f.Metric {
			labels := map[string]string{}
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			if labels["plugin"] == "ask" && f.GetName() != "portico_plugin_http_seconds_total" {
				got[strings.TrimSuffix(f.GetName()+" "+labels["outcome"], " ")] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	const requests = "portico_plugin_http_requests_total "
	want := map[string]float64{
		requests + "answered": 5, requests + "refused": 4, requests + "timeout": 8,
		requests + "failed": 5, requests + "too_large": 3, requests + "breaker": 2, "portico_plugin_http_open": 0,
	}
	// The body that trickles ends by whichever comes first: the call's deadline,
	// or its client, which has the 503 by then.
	if late := got[requests+"answered"] == 6 && got[requests+"timeout"] == 7; late {
		want[requests+"answered"], want[requests+"timeout"] = 6, 7
	}
	if !maps.Equal(got, want) {
		b.t.Errorf("counted\n%v, want\n%v", sorted(got), sorted(want))
	}
}

func sorted(m map[string]float64) (list []string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, fmt.Sprintf("%s %v", k, m[k]))
	}
	return list
}

// TestHostsAreRevokedByAReload: what the operator takes back is gone with the next
// request.
func TestHostsAreRevokedByAReload(t *testing.T) {
	b := besiege(t)
	host := "a.hostile.example:" + b.port
	if status, body, _ := b.ask("/ask", host, "/ok"); status != 200 || body != "ok" {
		t.Fatalf("at first it gave %d %q", status, body)
	}
	write(t, b.plugin("ask.toml"), strings.Replace(string(b.read("ask.toml")), "*.hostile.example", "*.other.example", 1))
	b.reload()
	if status, _, _ := b.ask("/ask", host, "/ok"); status != eperm {
		t.Errorf("a host that is no longer listed gave %d, want %d", status, eperm)
	}
	write(t, b.plugin("ask.toml"), strings.ReplaceAll(string(b.read("other.toml")), outside, "10.0.0.1"))
	b.reload()
	if status, _, _ := b.ask("/ask", host, "/ok"); status != eperm {
		t.Errorf("an address that is no longer granted gave %d, want %d", status, eperm)
	}
	if status, _, _ := b.ask("/other", host, "/ok"); status != 200 {
		t.Errorf("the other plugin got %d", status)
	}
}

func (b *besieged) read(name string) []byte {
	b.t.Helper()
	text, err := os.ReadFile(b.plugin(name))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}
