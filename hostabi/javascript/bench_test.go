package javascript_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
)

// benchEvent is that of an authorizer of an HTTP API, of 2 KB.
func benchEvent(t testing.TB) string {
	b, err := os.ReadFile("testdata/event.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const authorizer = `export function authorize(event) {
	return { isAuthorized: event.headers.authorization === "Bearer letmein", context: { tenant: event.pathParameters.id } };
}`

// parser parses the same text n times within the engine and does nothing else.
const parser = `const n = portico.config.n; let text;
export function authorize(event) { text = text || JSON.stringify(event); for (let i = 0; i < n; i++) JSON.parse(text); return true; }`

func BenchmarkAuthorize(b *testing.B) {
	p := mustLoad(b, authorizer, native.Options{})
	h := event(benchEvent(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	p := mustLoad(b, authorizer, native.Options{Fresh: true})
	h := event(benchEvent(b))
	for b.Loop() {
		if _, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil {
			b.Fatal(err)
		}
	}
}

// TestACallCostsAtMostTwiceItsParse compares both in one process, interleaved.
func TestACallCostsAtMostTwiceItsParse(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	const n = 100
	one := mustLoad(t, authorizer, native.Options{})
	parse := mustLoad(t, parser, native.Options{Config: []byte(`{"n":100}`)})
	base := mustLoad(t, parser, native.Options{Config: []byte(`{"n":0}`)})
	h := event(benchEvent(t))
	timed := func(p hostabi.Plugin, times int) time.Duration {
		begin := time.Now()
		for range times {
			if _, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil {
				t.Fatal(err)
			}
		}
		return time.Since(begin)
	}
	timed(parse, 2)
	timed(base, 2)
	timed(one, 20)
	// The shortest of many, since others use the machine too.
	whole, parses, nothing := time.Hour, time.Hour, time.Hour
	for range 50 {
		whole = min(whole, timed(one, n)/n)
		parses = min(parses, timed(parse, 1)/n)
		nothing = min(nothing, timed(base, 1)/n)
	}
	parsed := parses - nothing
	ratio := float64(whole) / float64(parsed)
	t.Logf("the whole call %s, JSON.parse of its event within the engine %s: %.2f times", whole, parsed, ratio)
	if ratio > 2 {
		t.Errorf("a call costs %.2f times JSON.parse of its event, want at most 2", ratio)
	}
}
