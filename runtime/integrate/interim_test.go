package integrate

import (
	"context"
	"errors"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/upstream"
)

// lateClient fails and reports an informational answer afterwards, as
// http.Transport can: its reader does not end with RoundTrip.
type lateClient struct{ requests []*upstream.Request }

func (c *lateClient) Do(_ context.Context, r *upstream.Request, _ *upstream.Response) error {
	r.OnInterim(103, nil)
	c.requests = append(c.requests, r)
	return errors.New("timed out")
}
func (c *lateClient) CloseIdle()   {}
func (c *lateClient) Close() error { return nil }

// countingSink counts informational answers.
type countingSink struct {
	exchange.Sink
	interim int
}

func (s *countingSink) Interim(int, hostabi.Header) error { s.interim++; return nil }

// TestLateInterim: an informational answer that comes after its call has ended
// reaches nobody, also when other calls use the same memory.
func TestLateInterim(t *testing.T) {
	uri, err := upstream.ParseTemplate("http://127.0.0.1:9/")
	if err != nil {
		t.Fatal(err)
	}
	client := &lateClient{}
	p, err := NewProxy(ProxyOptions{Client: client, URI: uri})
	if err != nil {
		t.Fatal(err)
	}
	var sinks []*countingSink
	for range 8 {
		s := &countingSink{}
		sinks = append(sinks, s)
		x := &exchange.Exchange{Sink: s, API: &exchange.API{Protocol: exchange.HTTP}, Stage: &exchange.Stage{}, Route: &exchange.Route{}}
		x.Request.Method, x.Request.Proto = "GET", "HTTP/1.1"
		p.Integrate(context.Background(), x)
		if x.Finisher != nil {
			x.Finisher.Finish()
		}
		for _, r := range client.requests {
			r.OnInterim(103, nil)
		}
	}
	for i, s := range sinks {
		if s.interim != 1 {
			t.Errorf("call %d: %d informational answers, want the 1 that came in time", i, s.interim)
		}
	}
}
