package runtime_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime"
)

// clusterForm is how three gateways are tried: in short form with a limit that a
// busy machine can exhaust. Of the bounds, high is what the documented one comes
// to, rate * (window + 0.1 s) + burst, and what the clock of clients adds; below,
// whoever takes is starved on a busy machine.
type clusterForm struct {
	rate, burst int
	span        time.Duration // of a window
	length      time.Duration // of a load that has many windows
	workers     int           // for each gateway
	low, high   float64       // parts of the limit in any window
	noise       float64       // the part by which two loads differ
	tries       int
}

func formOfCluster() clusterForm {
	f := clusterForm{rate: 100, burst: 30, span: 3 * time.Second, length: 5 * time.Second, workers: 2, low: 0.8, high: 1.2, noise: 0.1, tries: 3}
	if os.Getenv("PORTICO_EVIDENCE") == "full" {
		f = clusterForm{rate: 1000, burst: 50, span: 10 * time.Second, length: 30 * time.Second, workers: 4, low: 0.97, high: 1.02, tries: 3}
	}
	return f
}

// lease is the most that one gateway may hold: two leases of what the limit gives
// in 50 ms, or of an eighth of the burst.
func (f clusterForm) lease() int { return 2 * max(f.rate/20, f.burst/8) }

// gatewayProcess is a child: the gateway of a directory until its standard input
// ends, which it does when the test does.
func gatewayProcess(dir string) {
	fail := func(err error) {
		fmt.Println("error", err)
		os.Exit(1)
	}
	g, err := runtime.Open(context.Background(), runtime.Options{File: filepath.Join(dir, "gateway.toml")})
	if err != nil {
		fail(err)
	}
	server, err := g.Listen()
	if err != nil {
		fail(err)
	}
	fmt.Println(server.Addrs()[0])
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := server.Serve(); err != nil {
		fail(err)
	}
}

// member is a gateway process under load, and what it admitted.
type member struct {
	cmd *exec.Cmd
	url string

	mu       sync.Mutex // guards what follows
	admitted []time.Time
	refused  int
	failed   string
}

// cluster is three gateways on one Redis, each under more load than the limit.
type cluster struct {
	t       *testing.T
	f       clusterForm
	redis   *redisProcess
	members []*member
	stop    func()
}

func newCluster(t *testing.T, f clusterForm, policy string) *cluster {
	t.Helper()
	c := &cluster{t: t, f: f, redis: redisServer(t)}
	for range 3 {
		dir := files(t, fmt.Sprintf("[store]\nredis = %q\npolicy = %q\n[apis.a]\nprotocol = \"http\"\n[[apis.a.routes]]\nroute = \"GET /\"\n"+
			"integration = { type = \"plugin\", plugin = \"take\" }\n", c.redis.address, policy), "take", "take.toml",
			fmt.Sprintf("capabilities = [\"throttle\"]\nthrottle.requests = { rate = %d, burst = %d }\n", f.rate, f.burst))
		c.members = append(c.members, c.start(dir))
	}
	ctx, cancel := context.WithCancel(context.Background())
	var load sync.WaitGroup
	transport := &http.Transport{MaxIdleConnsPerHost: f.workers}
	client := &http.Client{Transport: transport}
	for _, m := range c.members {
		for range f.workers {
			load.Go(func() { m.load(ctx, client) })
		}
	}
	c.stop = sync.OnceFunc(func() {
		cancel()
		load.Wait()
		transport.CloseIdleConnections()
	})
	t.Cleanup(c.stop)
	time.Sleep(1500 * time.Millisecond) // a heartbeat, so that each knows of three
	return c
}

// start starts the gateway of a directory as a process.
func (c *cluster) start(dir string) *member {
	c.t.Helper()
	m := &member{cmd: exec.Command(os.Args[0])}
	m.cmd.Env = append(os.Environ(), "PORTICO_TEST_GATEWAY="+dir)
	in, err := m.cmd.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	out, err := m.cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := m.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = in.Close()
		_ = m.cmd.Process.Kill()
		_ = m.cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(line, "error") {
		c.t.Fatalf("the gateway says %q, %v", line, err)
	}
	m.url = "http://" + strings.TrimSpace(line) + "/"
	return m
}

// load asks for as much as it gets.
func (m *member) load(ctx context.Context, client *http.Client) {
	for ctx.Err() == nil {
		status, err := m.get(ctx, client)
		m.mu.Lock()
		switch {
		case err != nil:
			m.failed = err.Error()
		case status == http.StatusOK:
			m.admitted = append(m.admitted, time.Now())
		case status == http.StatusTooManyRequests:
			m.refused++
		default:
			m.failed = fmt.Sprint("status ", status)
		}
		m.mu.Unlock()
		if err != nil || status != http.StatusOK {
			time.Sleep(4 * time.Millisecond)
		}
	}
}

func (m *member) get(ctx context.Context, client *http.Client) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// between counts what was admitted.
func (m *member) between(from, to time.Time) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, at := range m.admitted {
		if !at.Before(from) && at.Before(to) {
			n++
		}
	}
	return n
}

// limit is what the limit gives in the form's span.
func (f clusterForm) limit() float64 { return float64(f.rate) * f.span.Seconds() }

// windows are the least and the most that all admitted in any window.
func (c *cluster) windows(from, to time.Time) (least, most int) {
	const step = 10 * time.Millisecond
	slots := make([]int, to.Sub(from)/step)
	for _, m := range c.members {
		m.mu.Lock()
		for _, at := range m.admitted {
			if i := at.Sub(from) / step; at.After(from) && int(i) < len(slots) {
				slots[i]++
			}
		}
		m.mu.Unlock()
	}
	wide, n := int(c.f.span/step), 0
	least = 1 << 60
	for i := range slots {
		n += slots[i]
		if i >= wide {
			n -= slots[i-wide]
		}
		if i >= wide-1 {
			least, most = min(least, n), max(most, n)
		}
	}
	return least, most
}

// measure loads the gateways for a span and returns what each admitted, and all of
// them, as parts of the limit, and how many requests were refused.
func (c *cluster) measure() (each []float64, all float64, refused int) {
	from := time.Now()
	for _, m := range c.members {
		m.mu.Lock()
		refused -= m.refused
		m.mu.Unlock()
	}
	time.Sleep(c.f.span)
	to := time.Now()
	for _, m := range c.members {
		m.mu.Lock()
		refused += m.refused
		m.mu.Unlock()
		part := float64(m.between(from, to)) / to.Sub(from).Seconds() / float64(c.f.rate)
		each = append(each, part)
		all += part
	}
	return each, all, refused
}

// tried runs a test that a busy machine can fail until it passes, some times.
func tried(t *testing.T, times int, test func(t *testing.T) []string) {
	t.Helper()
	for i := range times {
		wrong := test(t)
		if len(wrong) == 0 {
			return
		}
		if i == times-1 {
			t.Error(strings.Join(wrong, "\n"))
		} else {
			t.Logf("try %d: %s", i+1, strings.Join(wrong, "; "))
		}
	}
}

// Three gateway processes on one Redis admit one limit, and what the one that is
// killed costs is at most what it has leased.
func TestThreeGatewayProcessesShareOneLimit(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("it measures time")
	}
	f := formOfCluster()
	tried(t, f.tries, func(t *testing.T) (wrong []string) {
		c := newCluster(t, f, "share")
		defer c.stop()
		from := time.Now()
		time.Sleep(f.length)
		killed := time.Now()
		if err := c.members[0].cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(f.length)
		least, most := c.windows(from, killed)
		after, mostAfter := c.windows(killed.Add(-f.span), time.Now())
		t.Logf("any %v admit %.1f to %.1f %% of %d/s; while one is killed %.1f to %.1f %%", f.span, 100*float64(least)/f.limit(),
			100*float64(most)/f.limit(), f.rate, 100*float64(after)/f.limit(), 100*float64(mostAfter)/f.limit())
		if float64(least) < f.low*f.limit() || float64(max(most, mostAfter)) > f.high*f.limit() {
			wrong = append(wrong, fmt.Sprintf("windows admit %d to %d, want %.0f to %.0f", least, max(most, mostAfter), f.low*f.limit(), f.high*f.limit()))
		}
		if lost := least - after; float64(lost) > float64(f.lease()+f.workers)+f.noise*f.limit() {
			wrong = append(wrong, fmt.Sprintf("a window around the kill admits %d less than the least before, want at most %d", lost, f.lease()+f.workers))
		}
		return wrong
	})
}

// Without Redis, three gateway processes follow their policy, and two seconds after
// its return all is as before.
func TestGatewayProcessesFollowTheirPolicy(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("it measures time")
	}
	f := formOfCluster()
	for policy, check := range map[string]func(each []float64, all float64, refused int) string{
		"share": func(each []float64, _ float64, _ int) string {
			for _, part := range each {
				if part < 0.9/3 || part > 1.1/3 {
					return fmt.Sprintf("the gateways admit %.3f of the limit, want 0.300 to 0.367 each", each)
				}
			}
			return ""
		},
		"closed": func(_ []float64, all float64, _ int) string {
			if all > 0 {
				return fmt.Sprintf("the gateways admit %.3f of the limit, want none", all)
			}
			return ""
		},
		"open": func(_ []float64, all float64, refused int) string {
			if refused > 0 || all == 0 {
				return fmt.Sprintf("the gateways refuse %d requests, want none, and admit %.3f of the limit", refused, all)
			}
			return ""
		},
	} {
		t.Run(policy, func(t *testing.T) {
			tried(t, f.tries, func(t *testing.T) (wrong []string) {
				c := newCluster(t, f, policy)
				defer c.stop()
				_, up, _ := c.measure()
				c.redis.stop()
				stopped := time.Now()
				time.Sleep(time.Second) // they notice it, and spend what they had
				leased := 0
				for _, m := range c.members {
					leased += m.between(stopped, time.Now())
				}
				each, down, refused := c.measure()
				c.redis.start()
				time.Sleep(2 * time.Second)
				_, again, _ := c.measure()
				t.Logf("%s: %.3f of the limit with Redis, %.3f without (%.3f each), %.3f two seconds after its return", policy, up, down, each, again)
				if text := check(each, down, refused); text != "" {
					wrong = append(wrong, "without Redis "+text)
				}
				if policy == "closed" && leased > 3*f.lease()+f.rate/10 { // what came while it stopped
					wrong = append(wrong, fmt.Sprintf("closed admits %d after Redis stopped, want what was leased", leased))
				}
				for _, part := range []float64{up, again} {
					if part < f.low || part > f.high {
						wrong = append(wrong, fmt.Sprintf("with Redis %.3f and %.3f of the limit, want %.2f to %.2f", up, again, f.low, f.high))
						break
					}
				}
				for _, m := range c.members {
					m.mu.Lock()
					if m.failed != "" {
						wrong = append(wrong, "a request has failed: "+m.failed)
					}
					m.mu.Unlock()
				}
				return wrong
			})
		})
	}
}
