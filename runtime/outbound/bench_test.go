package outbound

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// BenchmarkRequest compares a request through a client with one through net/http's
// transport alone, over the same connections.
func BenchmarkRequest(b *testing.B) {
	s := serve(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	c := to(b, s, Options{})
	r := hostabi.HTTPRequest{Method: "GET", URL: parse(b, s.URL), Header: hostabi.Header{{Name: "Accept", Value: "text/plain"}}}
	b.Run("transport", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			q, err := http.NewRequestWithContext(context.Background(), "GET", s.URL, nil)
			if err != nil {
				b.Fatal(err)
			}
			q.Header.Set("Accept", "text/plain")
			resp, err := c.conns.RoundTrip(q)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				b.Fatal(err)
			}
			resp.Body.Close()
		}
	})
	b.Run("client", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if got, _ := do(context.Background(), c, r); got.Err != nil {
				b.Fatal(got.Err)
			}
		}
	})
}
