package javascript_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// The SDK of JavaScript passes the conformance suite, but for pointers that
// point nowhere, which no script can make.
func TestConformanceOfTheJavaScriptGuest(t *testing.T) {
	source, err := os.ReadFile("../../sdk/js/conformance.js")
	if err != nil {
		t.Fatal(err)
	}
	capabilities := tck.NewCapabilities()
	tck.Run(t, tck.Subject{
		Capabilities: capabilities,
		NoPointers:   true,
		Load: func(t *testing.T, config []byte) (hostabi.Plugin, error) {
			p, err := load(t, string(source), native.Options{
				Name: "conformance", Config: config, Capabilities: capabilities, Timeout: time.Minute, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			})
			if err != nil {
				return nil, err
			}
			return p, nil
		},
	})
}

// A hundred thousand calls leave the memory of an instance as it was.
func TestAHundredThousandCallsLeakNothing(t *testing.T) {
	calls := 100_000
	if testing.Short() {
		calls = 5_000
	}
	const source = `
	const seen = new Map();
	export async function authorize(event) {
		const o = { event }; o.self = o; // a cycle
		seen.set("last", o);
		await Promise.all([1, 2].map(async (x) => x));
		const parts = /(\w+) (\w+)/.exec(event.headers.authorization);
		portico.cache.put("k", JSON.stringify(parts));
		return { isAuthorized: portico.cache.get("k").includes(parts[2]), context: { hash: Buffer.from(portico.digest("sha256", parts[2])).toString("hex") } };
	}`
	p := mustLoad(t, source, native.Options{Instances: 1, Capabilities: hostabi.Capabilities{Cache: tck.NewCapabilities().Cache}})
	h := event(`{"headers":{"authorization":"Bearer letmein"}}`)
	run := func(n int) int64 {
		for range n {
			h.SetUsage(p.Name(), hostabi.Usage{}) // each is a request of its own
			if answer, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil || answer != hostabi.AnswerResult {
				t.Fatal(answer, err)
			}
		}
		return p.Stats().Instances.MemoryBytes
	}
	before := run(calls / 10)
	after := run(calls)
	if s := p.Stats().Instances; after != before || s.Created != 1 {
		t.Errorf("the instance grew from %d to %d bytes, %d were made", before, after, s.Created)
	}
	t.Logf("%d calls: %d bytes", calls, after)
}
