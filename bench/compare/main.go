// Compare measures what a request costs in the gateway, beside the obvious
// gateway in Go (bench/gostd), with everything interleaved in one run. Each
// gateway is a process of its own on one core; the clients and the backend are
// in this process, on the other. What is printed are ratios of processor time
// per request in the same round: absolute figures move with the machine.
//
//	go run ./bench/compare -rounds 10 -seconds 3 -out bench/results/compare.txt
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// target is a bound on the ratio of a gateway to its baseline.
type target struct {
	gateway, baseline string
	most              float64 // 0 for none
	low               bool    // the lower quartile counts, with half of the room that -noise gives
	what              string
}

// targets are what has been promised, to go-std, and what a regression would
// break, to floor: floor moves with the machine as the gateways do, so those
// bounds are a tenth or so above what is measured, on a busy machine too. Others
// on the machine push single rounds far up, a regression moves them all: so it is
// the lower quartile that must hold. Lower the bounds when the cost falls.
var targets = []target{
	{"floor", "gostd", 0, false, "net/http and the lean client with nothing between, to go-std"},
	{"plain", "gostd", 0.55, false, "plain http_proxy to go-std (aim 0.42)"},
	{"plain-rest", "gostd", 0.55, false, "plain http_proxy of a REST API to go-std"},
	{"plugin", "gostd-plugin", 0.55, false, "native authorizer and mapper to go-std with the same guests"},
	{"go-guest", "plugin", 1.10, false, "the same as one Go guest, to the small guests"},
	{"cached", "gostd-plugin", 0.55, false, "the decision remembered for 300 s, to go-std asking each time"},

	{"plain", "floor", 1.45, true, "plain http_proxy to floor"},
	{"plain-rest", "floor", 1.45, true, "plain http_proxy of a REST API to floor"},
	{"plugin", "floor", 1.65, true, "native authorizer and mapper to floor"},
	{"cached", "floor", 1.65, true, "the decision remembered, to floor"},
	{"go-guest", "floor", 1.80, true, "authorizer and mapper in one Go guest to floor"},
}

// noise is what a measurement on a shared machine may exceed its bound by,
// unless -noise says otherwise. Memory has none: what a busy machine adds, an
// instance or two, is within the bounds.
const noise = 1.15

// Bounds of memory in MiB: of a gateway with small guests before the first
// request, and of one with a Go guest at its most while 64 requests are in
// flight.
const (
	idleMemory  = 40
	guestMemory = 60
)

func main() {
	rounds := flag.Int("rounds", 10, "`rounds` of measurement")
	seconds := flag.Float64("seconds", 3, "`seconds` for each gateway in a round")
	out := flag.String("out", "", "also write the table to this `file`")
	check := flag.Bool("check", false, "fail when a bound is missed in each of three measurements")
	portico := flag.String("portico", "", "measure this `binary` in place of ./cmd/portico as it is")
	only := flag.String("only", "", "measure these Porticos alone, a `list` of names with commas")
	over := flag.Float64("noise", noise, "let costs exceed their bounds by this `factor`")
	flag.Parse()
	log.SetFlags(0)
	o := options{noise: *over, rounds: *rounds, round: time.Duration(*seconds * float64(time.Second)), out: *out, again: *check, portico: *portico}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	missed, err := run(o)
	switch {
	case err != nil:
		log.Fatal(err)
	case len(missed) > 0 && *check:
		log.Fatalf("\nmissed each time: %s", strings.Join(missed, "; "))
	}
}

// options say what to measure and for how long.
type options struct {
	rounds  int
	round   time.Duration // for each gateway
	out     string        // file of the table, "" for none
	noise   float64       // by which costs may exceed their bounds
	again   bool          // measure up to three times while a bound is missed
	portico string        // binary, "" for one that is built here
	only    []string      // names of variants, empty for all
}

func run(o options) (missed []string, err error) {
	dir, err := os.MkdirTemp("", "portico-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	logs, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer logs.Close()
	b, err := backend()
	if err != nil {
		return nil, err
	}
	defer b.Close()
	on, err := shareOut()
	if err != nil {
		return nil, err
	}
	gateways, err := prepare(dir, b.Addr().String(), o)
	if err != nil {
		return nil, err
	}
	goruntime.GOMAXPROCS(max(1, goruntime.NumCPU()-1))
	for try := 1; ; try++ {
		m := measured{cost: map[string][]float64{}}
		for round := range o.rounds {
			if err := m.round(gateways, round, on, logs, o); err != nil {
				said, _ := os.ReadFile(logs.Name())
				return nil, fmt.Errorf("%w\n%s", err, said)
			}
			log.Printf("round %d of %d", round+1, o.rounds)
		}
		var table strings.Builder
		now := report(&table, gateways, m, o)
		text := table.String()
		fmt.Print(text)
		if try > 1 { // what holds once holds: others on the machine only add
			now = slices.DeleteFunc(now, func(what string) bool { return !slices.Contains(missed, what) })
		}
		if missed = now; len(missed) > 0 && o.again && try < 3 {
			fmt.Printf("\nmissed: %s; once more, in case the machine was busy\n\n", strings.Join(missed, "; "))
			continue
		}
		if o.out != "" {
			err = os.WriteFile(o.out, []byte(text), 0o644)
		}
		return missed, err
	}
}

// measured is what came out, a figure a round for each gateway.
type measured struct {
	cost       map[string][]float64 // microseconds of processor time per request
	idle, peak float64              // the most of all rounds, 0 where it was not measured
}

// slice is how long a gateway has the load in one go.
const slice = 200 * time.Millisecond

// round starts all gateways and puts the load on them, for o.round each, going from
// one to the next in slices, each time in another order: what others on the machine
// do changes within seconds, and so meets them all. The processes are new in each
// round: which pages of memory a process happens to get makes it cheaper or dearer by
// some percent for as long as it lives.
func (m *measured) round(gateways []gateway, round int, on cores, logs *os.File, o options) error {
	running := make([]*process, len(gateways))
	defer func() {
		for _, p := range running {
			p.stop()
		}
	}()
	load := make([]clients, len(gateways))
	for i, g := range gateways {
		p, err := start(on, g.name, logs, g.args...)
		if err != nil {
			return err
		}
		running[i] = p
		switch g.name {
		case "plugin":
			now, err := p.memory()
			if err != nil {
				return err
			}
			m.idle = max(m.idle, now)
		case "go-guest":
			if err := p.forget(); err != nil {
				return err
			}
		}
		if load[i], err = dial(p.addr); err == nil {
			defer load[i].close()
			_, err = load[i].load(request(), o.round/3) // pools, the guests' heaps
		}
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	used, answered := make([]time.Duration, len(gateways)), make([]int64, len(gateways))
	first := round
	for left := o.round; left > 0; left -= slice {
		for n := range gateways {
			i := (first + n) % len(gateways)
			before, err := running[i].cpu()
			if err != nil {
				return err
			}
			n, err := load[i].load(request(), min(slice, left))
			if err != nil {
				return fmt.Errorf("%s: %w", gateways[i].name, err)
			}
			after, err := running[i].cpu()
			if err != nil {
				return err
			}
			used[i] += after - before
			answered[i] += n
		}
		first++
	}
	for i, g := range gateways {
		m.cost[g.name] = append(m.cost[g.name], float64(used[i].Nanoseconds())/1000/float64(answered[i]))
		if g.name == "go-guest" {
			now, err := running[i].peak()
			if err != nil {
				return err
			}
			m.peak = max(m.peak, now)
		}
	}
	return nil
}

func request() []byte {
	return []byte("GET /orders/12345?expand=items HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: bench/1.0\r\n" +
		"Accept: application/json\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer let-me-in\r\n\r\n")
}

// report prints the table and returns which bounds were missed.
func report(w io.Writer, gateways []gateway, m measured, o options) (missed []string) {
	cost := m.cost
	commit := "unknown"
	if out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		commit = strings.TrimSpace(string(out))
	}
	fmt.Fprintf(w, "processor time per request; %d rounds of %s, 64 connections, 1 KiB answers, GOMAXPROCS=1\n%s, %d cores, %s/%s, commit %s, %s\n\n",
		o.rounds, o.round, goruntime.Version(), goruntime.NumCPU(), goruntime.GOOS, goruntime.GOARCH, commit, time.Now().UTC().Format(time.DateOnly))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "GATEWAY\tµs/REQUEST (MEDIAN)\tRANGE")
	for _, g := range gateways {
		c := cost[g.name]
		fmt.Fprintf(t, "%s\t%.1f\t%.1f to %.1f\n", g.name, median(c), slices.Min(c), slices.Max(c))
	}
	t.Flush()
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RATIO\tMEDIAN\tRANGE\tAT MOST\t")
	verdict := func(what string, v, most, noise float64) string {
		switch {
		case v <= most:
			return "held"
		case v <= most*noise:
			return "within noise"
		}
		missed = append(missed, what)
		return "MISSED"
	}
	for _, x := range targets {
		if cost[x.gateway] == nil || cost[x.baseline] == nil {
			continue
		}
		var ratios []float64
		for i := range cost[x.gateway] {
			ratios = append(ratios, cost[x.gateway][i]/cost[x.baseline][i])
		}
		middle, judged, over := median(ratios), median(ratios), o.noise
		if x.low {
			judged, over = slices.Sorted(slices.Values(ratios))[len(ratios)/4], (1+over)/2
		}
		if x.most == 0 {
			fmt.Fprintf(t, "%s\t%.2f\t%.2f to %.2f\t\tfor comparison\n", x.what, middle, slices.Min(ratios), slices.Max(ratios))
			continue
		}
		fmt.Fprintf(t, "%s\t%.2f\t%.2f to %.2f\t%.2f\t%s\n", x.what, middle, slices.Min(ratios), slices.Max(ratios), x.most, verdict(x.what, judged, x.most, over))
	}
	if m.idle > 0 {
		fmt.Fprintf(t, "idle memory with small guests, MiB\t%.0f\t\t%d\t%s\n", m.idle, idleMemory, verdict("idle memory", m.idle, idleMemory, 1))
	}
	if m.peak > 0 {
		fmt.Fprintf(t, "peak memory with a Go guest, 64 in flight, MiB\t%.0f\t\t%d\t%s\n", m.peak, guestMemory, verdict("peak memory", m.peak, guestMemory, 1))
	}
	t.Flush()
	return missed
}

func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
