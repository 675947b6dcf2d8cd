package front

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

const upgradeRequest = "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"

// echo upgrades and sends back what it gets.
func echo(_ context.Context, x *exchange.Exchange) {
	if err := x.Sink.WriteHead(101, exchange.Header{{Name: "X-Case-kept", Value: "1"}, {Name: "Connection", Value: "close"}}, 0, false); err != nil {
		x.Sink.Abort()
		return
	}
	c, err := x.Sink.Hijack()
	if err != nil {
		x.Sink.Abort()
		return
	}
	io.Copy(c, c)
	c.CloseWrite()
}

func TestUpgrade(t *testing.T) {
	_, addr := start(t, Options{}, echo)
	c := dial(t, addr)
	io.WriteString(c, upgradeRequest+"early ") // before the answer
	br := bufio.NewReader(c)
	want := "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Case-kept: 1\r\n\r\nearly "
	got := make([]byte, len(want))
	if _, err := io.ReadFull(br, got); err != nil || string(got) != want {
		t.Fatalf("got %q, %v, want %q", got, err, want)
	}
	io.WriteString(c, "late")
	c.(*net.TCPConn).CloseWrite()
	if rest, err := io.ReadAll(br); err != nil || string(rest) != "late" {
		t.Errorf("rest %q, %v, want late", rest, err)
	}
}

func TestUpgradeRefuses(t *testing.T) {
	tests := []struct {
		name, raw string
		head      exchange.Header
		ok        bool
	}{
		{"nothing asked for and nothing named", get, nil, false},
		{"nothing asked for", get, exchange.Header{{Name: "upgrade", Value: "echo"}}, true},
		{"a line break in a value", upgradeRequest, exchange.Header{{Name: "A", Value: "b\r\nC: d"}}, false},
		{"a line break in the protocol", upgradeRequest, exchange.Header{{Name: "Upgrade", Value: "b\r\nC: d"}}, false},
		{"an invalid name", upgradeRequest, exchange.Header{{Name: "A b", Value: "c"}}, false},
		{"a request with a body", strings.Replace(upgradeRequest, "\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx", 1), nil, false},
		{"HTTP/1.0", strings.Replace(upgradeRequest, "1.1", "1.0", 1), nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			errs := make(chan error, 1)
			_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
				errs <- x.Sink.WriteHead(101, tt.head, 0, false)
				x.Sink.Abort()
			})
			roundTrip(t, addr, tt.raw)
			if err := <-errs; (err == nil) != tt.ok {
				t.Errorf("WriteHead = %v, want success: %v", err, tt.ok)
			}
		})
	}
}

func TestShutdownDrains(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s, addr := start(t, Options{}, func(ctx context.Context, x *exchange.Exchange) {
		if x.Request.RawPath == "/idle" {
			answer(x, 204, "")
			return
		}
		close(entered)
		<-leave
		if ctx.Err() != nil {
			t.Error("the request was cut off")
		}
		answer(x, 200, "whole")
	})
	idle, busy := dial(t, addr), dial(t, addr)
	io.WriteString(idle, "GET /idle HTTP/1.1\r\nHost: h\r\n\r\n")
	idleReader := bufio.NewReader(idle)
	readAnswer(t, idleReader)
	io.WriteString(busy, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	<-entered
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.Background()) }()
	// New connections are refused before the running request ends.
	within(t, "refusing", func() {
		for {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				return
			}
			c.Close()
			time.Sleep(time.Millisecond)
		}
	})
	if s.InFlight() != 1 {
		t.Errorf("in flight %d, want 1", s.InFlight())
	}
	close(leave)
	if status, body := readAnswer(t, bufio.NewReader(busy)); status != 200 || body != "whole" {
		t.Errorf("answer %d %q, want 200 whole", status, body)
	}
	within(t, "Shutdown", func() {
		if err := <-down; err != nil {
			t.Error(err)
		}
	})
	if _, err := idleReader.ReadByte(); err == nil {
		t.Error("the idle connection is still open")
	}
}

func TestShutdownCutsOff(t *testing.T) {
	entered := make(chan struct{}, 1)
	s, addr := start(t, Options{}, func(ctx context.Context, x *exchange.Exchange) {
		entered <- struct{}{}
		<-ctx.Done()
		x.Sink.Abort()
	})
	c := dial(t, addr)
	io.WriteString(c, get)
	<-entered
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	within(t, "Shutdown", func() {
		err := s.Shutdown(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "1 requests cut off") {
			t.Errorf("Shutdown = %v, want one request cut off at the deadline", err)
		}
	})
	if got, _ := io.ReadAll(c); len(got) > 0 {
		t.Errorf("the client got %q", got)
	}
}

func TestShutdownClosesUpgrades(t *testing.T) {
	s, addr := start(t, Options{}, echo)
	c := dial(t, addr)
	io.WriteString(c, upgradeRequest)
	br := bufio.NewReader(c)
	if _, err := br.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	within(t, "Shutdown", func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if _, err := io.ReadAll(br); err != nil {
		t.Error(err)
	}
	if s.track(new(upgrade)) {
		t.Error("an upgrade was taken after Shutdown")
	}
}

func TestServeAfterShutdown(t *testing.T) {
	s := New(Options{}, handlerFunc(nil))
	if err := s.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(l); err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestServeFails(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := New(Options{}, handlerFunc(nil)).Serve(l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve = %v, want %v", err, net.ErrClosed)
	}
}

func TestShutdownDrainsHTTP2(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s, addr := start(t, Options{}, func(ctx context.Context, x *exchange.Exchange) {
		close(entered)
		<-leave
		if ctx.Err() != nil {
			t.Error("the request was cut off")
		}
		answer(x, 200, "whole")
	})
	got := make(chan string, 1)
	go func() { got <- fetch(t, 2, "http://"+addr) }()
	<-entered
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.Background()) }()
	within(t, "refusing", func() {
		for {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				return
			}
			c.Close()
			time.Sleep(time.Millisecond)
		}
	})
	close(leave)
	within(t, "Shutdown", func() {
		if err := <-down; err != nil {
			t.Error(err)
		}
	})
	if body := <-got; body != "whole" {
		t.Errorf("body %q, want whole", body)
	}
}

// What a request left in its turn is not there for the next one.
func TestTurnsAreClean(t *testing.T) {
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		got := describe(x)
		if x.ID != "" || x.Refused != nil || x.Response.Status != 0 || len(x.Response.Header) > 0 {
			t.Error("the last request's traces are still there")
		}
		x.ID, x.Refused, x.Response.Status = "id", new(exchange.Refusal), 500
		x.Response.Header.Add("X-Left", "behind")
		answer(x, 200, got)
	})
	c := dial(t, addr)
	br := bufio.NewReader(c)
	for _, r := range []struct{ raw, want string }{
		{"GET /long?q=1 HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
			"GET path=\"/long\" query=\"q=1\" host=\"h\" http HTTP/1.1\nA: 1\nB: 2\nupgrade=\"x\"\nbody=\"\""},
		{"GET / HTTP/1.1\r\nHost: i\r\n\r\n", "GET path=\"/\" query=\"\" host=\"i\" http HTTP/1.1\nbody=\"\""},
	} {
		io.WriteString(c, r.raw)
		if _, body := readAnswer(t, br); body != r.want {
			t.Errorf("request\n%s, want\n%s", body, r.want)
		}
	}
}
