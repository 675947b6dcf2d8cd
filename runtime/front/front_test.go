package front

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/runtime/exchange"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for; it is never waited out when the
// code is right.
const patience = 20 * time.Second

type handlerFunc func(context.Context, *exchange.Exchange)

func (f handlerFunc) Serve(ctx context.Context, x *exchange.Exchange) { f(ctx, x) }

// start serves f on loopback and returns the server and its address.
func start(t *testing.T, opts Options, f handlerFunc) (*Server, string) {
	t.Helper()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, l, opts, f), l.Addr().String()
}

func startOn(t *testing.T, l net.Listener, opts Options, f handlerFunc) *Server {
	t.Helper()
	s := New(opts, f)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		s.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s
}

// dial connects to addr and closes at the end of the test.
func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// roundTrip sends raw bytes and returns all that comes back until the server
// closes.
func roundTrip(t *testing.T, addr, raw string) string {
	t.Helper()
	c := dial(t, addr)
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil && len(answer) == 0 {
		t.Fatal(err)
	}
	return string(answer)
}

// readAnswer reads one answer from an open connection.
func readAnswer(t *testing.T, br *bufio.Reader) (status int, body string) {
	t.Helper()
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// answer sends a whole answer.
func answer(x *exchange.Exchange, status int, body string) {
	x.Sink.WriteHead(status, exchange.Header{{Name: "Date", Value: "now"}}, int64(len(body)), false)
	io.WriteString(writer{x.Sink}, body)
}

type writer struct{ exchange.Sink }

// describe prints what the handler was given, all of it.
func describe(x *exchange.Exchange) string {
	q := &x.Request
	var b strings.Builder
	body, err := io.ReadAll(&q.Body)
	fmt.Fprintf(&b, "%s path=%q query=%q host=%q %s %s\n", q.Method, q.RawPath, q.Query, q.Host, q.Scheme, q.Proto)
	for _, f := range q.Header {
		fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Value)
	}
	if q.Upgrade != "" {
		fmt.Fprintf(&b, "upgrade=%q\n", q.Upgrade)
	}
	if q.ExpectContinue {
		b.WriteString("expects continue\n")
	}
	fmt.Fprintf(&b, "body=%q", body)
	if err != nil {
		fmt.Fprintf(&b, " error=%q", err)
	}
	if q.Trailer != nil {
		fmt.Fprintf(&b, " trailer=%q", q.Trailer())
	}
	return b.String()
}

// within fails the test when f takes longer than patience.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s took too long", what)
	}
}
