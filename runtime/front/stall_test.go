package front

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

func TestHeadStalls(t *testing.T) {
	_, addr := start(t, Options{HeaderTimeout: 50 * time.Millisecond}, func(context.Context, *exchange.Exchange) {
		t.Error("a half head was served")
	})
	for _, raw := range []string{"", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHo"} {
		got := roundTrip(t, addr, raw)
		if got != "" && !strings.HasPrefix(got, "HTTP/1.1 400 ") {
			t.Errorf("after %q: %q, want a close", raw, got)
		}
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	_, addr := start(t, Options{IdleTimeout: 50 * time.Millisecond}, func(_ context.Context, x *exchange.Exchange) {
		answer(x, 204, "")
	})
	if got := roundTrip(t, addr, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); got == "" {
		t.Error("no answer")
	}
}

// A client that takes nothing fails the writes; how many succeed before is up
// to the system's buffers.
func TestWriteStalls(t *testing.T) {
	errs := make(chan error, 1)
	s, addr := start(t, Options{WriteTimeout: 50 * time.Millisecond}, func(ctx context.Context, x *exchange.Exchange) {
		x.Sink.WriteHead(200, nil, -1, false)
		piece := make([]byte, 64<<10)
		for {
			if _, err := x.Sink.Write(piece); err != nil {
				errs <- err
				x.Sink.Abort()
				return
			}
		}
	})
	c := dial(t, addr)
	c.(*net.TCPConn).SetReadBuffer(4 << 10)
	io.WriteString(c, get)
	within(t, "the stall", func() {
		if err := <-errs; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("error %v, want a deadline", err)
		}
		s.wait()
	})
}

// An event stream may be silent for longer than the write timeout.
func TestSilentAnswer(t *testing.T) {
	const timeout = 400 * time.Millisecond
	_, addr := start(t, Options{WriteTimeout: timeout}, func(_ context.Context, x *exchange.Exchange) {
		x.Sink.WriteHead(200, nil, -1, false)
		for range 2 {
			if _, err := x.Sink.Write([]byte("x")); err != nil {
				t.Error(err)
			}
			if err := x.Sink.Flush(); err != nil {
				t.Error(err)
			}
			time.Sleep(2 * timeout)
		}
	})
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprintf("HTTP/%d", version), func(t *testing.T) {
			t.Parallel()
			if got := fetch(t, version, "http://"+addr); got != "xx" {
				t.Errorf("body %q, want xx", got)
			}
		})
	}
}

// A client that goes away ends the request's context.
func TestContextEndsWithClient(t *testing.T) {
	entered, ended := make(chan struct{}), make(chan struct{})
	_, addr := start(t, Options{}, func(ctx context.Context, x *exchange.Exchange) {
		close(entered)
		<-ctx.Done()
		close(ended)
		x.Sink.Abort()
	})
	c := dial(t, addr)
	io.WriteString(c, get)
	<-entered
	c.Close()
	within(t, "the end of the context", func() { <-ended })
}
