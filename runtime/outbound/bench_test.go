package outbound

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// BenchmarkRequest compares a request through a client with one through net/http's
// transport alone, over the same connections and in turns.
func BenchmarkRequest(b *testing.B) {
	s := serve(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	c := to(b, s, Options{})
	r := hostabi.HTTPRequest{Method: "GET", URL: parse(b, s.URL), Header: hostabi.Header{{Name: "Accept", Value: "text/plain"}}}
	alone := func() {
		q, err := http.NewRequestWithContext(context.Background(), "GET", s.URL, nil)
		if err != nil {
			b.Fatal(err)
		}
		q.Header.Set("Accept", "text/plain")
		resp, err := c.conns.RoundTrip(q)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadAll(resp.Body); err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
	whole := func() {
		if got, _ := do(context.Background(), c, r); got.Err != nil {
			b.Fatal(got.Err)
		}
	}
	var times [2]time.Duration
	for b.Loop() {
		for i, f := range [...]func(){alone, whole} {
			began := time.Now()
			f()
			times[i] += time.Since(began)
		}
	}
	b.ReportMetric(float64(times[1])/float64(times[0]), "times-the-transport")
	b.ReportMetric(testing.AllocsPerRun(100, alone), "allocs-of-transport")
	b.ReportMetric(testing.AllocsPerRun(100, whole), "allocs-of-client")
}
