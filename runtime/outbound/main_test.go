package outbound

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/hostabi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// hostOf is the entry of the list that allows a URL.
func hostOf(t testing.TB, text string) Host {
	t.Helper()
	p := placeOf(parse(t, text))
	return Host{Scheme: p.scheme, Name: p.name, Port: p.port}
}

func parse(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func newPool(t testing.TB, o PoolOptions) *Pool {
	p := NewPool(o)
	t.Cleanup(p.Close)
	return p
}

func newClient(t testing.TB, p *Pool, o Options) *Client {
	t.Helper()
	c, err := p.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// to is a client for one server on loopback.
func to(t testing.TB, server *httptest.Server, o Options) *Client {
	t.Helper()
	o.Hosts, o.Addresses = append(o.Hosts, hostOf(t, server.URL)), append(o.Addresses, loopback)
	var roots *x509.CertPool
	if server.Certificate() != nil {
		roots = x509.NewCertPool()
		roots.AddCert(server.Certificate())
	}
	return newClient(t, newPool(t, PoolOptions{RootCAs: roots}), o)
}

// serve runs a handler until the test ends.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// result is what became of a request.
type result struct {
	Status int
	Body   string
	Err    error // of the head, or of the body
}

// do sends a request and reads the answer.
func do(ctx context.Context, c *Client, r hostabi.HTTPRequest) (got result, h hostabi.Header) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	x, err := c.Start(ctx, r)
	if err != nil {
		return result{Err: err}, nil
	}
	defer x.Close()
	if deadline, ok := ctx.Deadline(); ok { // as a host does that waits
		defer time.AfterFunc(time.Until(deadline), func() { cancel(context.DeadlineExceeded) }).Stop()
	}
	<-x.Done()
	got.Status, h, got.Err = x.Response()
	if got.Err != nil {
		return got, nil
	}
	b, err := io.ReadAll(reader{x})
	got.Body, got.Err = string(b), err
	return got, h
}

type reader struct{ x hostabi.HTTPExchange }

func (r reader) Read(p []byte) (int, error) { return r.x.Read(p) }

func get(t testing.TB, text string) hostabi.HTTPRequest {
	return hostabi.HTTPRequest{Method: "GET", URL: parse(t, text)}
}

// counts are the outcomes that are not zero.
func counts(s *Stats) map[string]uint64 {
	m := map[string]uint64{}
	s.Requests(func(o string, n uint64) {
		if n > 0 {
			m[o] = n
		}
	})
	return m
}

func is(err error, code hostabi.Code) bool { return errors.Is(err, code) }
