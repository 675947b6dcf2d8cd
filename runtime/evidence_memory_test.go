package runtime_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEvidenceMemory: reloading leaves memory flat. Each reload changes the
// settings of five of fifty plugins and the bytes of a sixth one's module.
func TestEvidenceMemory(t *testing.T) {
	const plugins, changed = 50, 5
	reloads := scale(300, 10_000)
	var text strings.Builder
	text.WriteString("\n[apis.a]\nprotocol = \"rest\"\n")
	var list []string
	for i := range plugins {
		fmt.Fprintf(&text, "[[apis.a.routes]]\nroute = \"GET /%d\"\nmap_response = [\"p%d\"]\nintegration = { type = \"mock\" }\n", i, i)
		list = append(list, fmt.Sprintf("p%d=stamp", i), fmt.Sprintf("p%d.toml", i), "[config]\nstamp = \"0\"\n")
	}
	dir := files(t, text.String(), list...)
	cache := filepath.Join(dir, "cache")
	write(t, filepath.Join(dir, "gateway.toml"), strings.Replace(gatewayFile(text.String()), cacheDir, cache, 1))
	s := serve(t, dir)
	wasm := guest(t, "stamp")
	stamps := make([]int, plugins)

	var samples []footprint
	start := time.Now()
	for n := 1; n <= reloads; n++ {
		s.log.reset() // what the test itself would keep
		for k := range changed {
			i := (n*changed + k) % plugins
			stamps[i] = n
			write(t, s.plugin(fmt.Sprintf("p%d.toml", i)), fmt.Sprintf("[config]\nstamp = \"%d\"\n", n))
		}
		other := (n*changed + changed) % plugins
		write(t, s.plugin(fmt.Sprintf("p%d.wasm", other)), string(numbered(wasm, n)))
		if r, err := s.Reload(context.Background()); err != nil || len(r.Changes) != changed+1 {
			t.Fatalf("reload %d: %v %v", n, r.Changes, err)
		}
		for _, i := range []int{n * changed % plugins, other} {
			resp, _ := s.do("GET", fmt.Sprintf("/%d", i), nil)
			if got, want := resp.Header.Get("X-Stamp"), fmt.Sprint(stamps[i]); got != want {
				t.Fatalf("reload %d: plugin %d says %q, want %q", n, i, got, want)
			}
		}
		if n%(reloads/100) == 0 {
			eventually(t, "the old snapshot closed", func() bool { return s.metrics()["portico_snapshots_draining"] == 0 })
			samples = append(samples, measure(t))
		}
	}
	took := time.Since(start) / time.Duration(reloads)

	warm := samples[len(samples)/10:]
	first, last := medians(warm[:len(warm)/9]), medians(warm[len(warm)-len(warm)/9:])
	var stored int64
	filepath.WalkDir(cache, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if i, err := e.Info(); err == nil {
				stored += i.Size()
			}
		}
		return nil
	})
	shown(t, "memory over reloads", "%d reloads of %d plugins, %d changed each time, %s each: heap %s to %s, RSS %s to %s, goroutines %d to %d, code on disk %s",
		reloads, plugins, changed+1, took.Round(100*time.Microsecond), mib(first.heap), mib(last.heap), mib(first.rss), mib(last.rss), first.goroutines, last.goroutines, mib(stored))
	grew := func(what string, from, to, room int64) {
		if to > from+from/10+room {
			t.Errorf("%s grew from %d to %d", what, from, to)
		}
	}
	grew("heap", first.heap, last.heap, 2<<20)
	if !raceEnabled {
		grew("resident memory", first.rss, last.rss, 8<<20)
	}
	grew("the number of goroutines", int64(first.goroutines), int64(last.goroutines), 2)
}
