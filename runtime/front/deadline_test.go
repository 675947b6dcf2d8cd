package front

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// counted counts the deadlines that are set on a connection.
type counted struct {
	net.Conn
	reads, writes int
}

func (c *counted) SetReadDeadline(t time.Time) error {
	c.reads++
	return c.Conn.SetReadDeadline(t)
}

func (c *counted) SetWriteDeadline(t time.Time) error {
	c.writes++
	return c.Conn.SetWriteDeadline(t)
}

// pipe is a connection in a bubble, what it stands on, and its other end.
func pipe() (c *conn, below *counted, peer net.Conn) {
	near, peer := net.Pipe()
	below = &counted{Conn: near}
	return newConn(below, func() {}), below, peer
}

func after(d time.Duration) time.Time { return time.Now().Add(d) }

func TestDeadlinesEndCallsWhenAsked(t *testing.T) {
	for _, tt := range []struct {
		name  string
		begin func(*conn) // before the read
		later func(*conn) // 100 ms into it
		want  time.Duration
	}{
		{"one that was asked for once", func(c *conn) { c.SetReadDeadline(after(time.Second)) }, nil, time.Second},
		{"a later one does not leave the earlier one standing", func(c *conn) {
			c.SetReadDeadline(after(time.Second))
			c.Read(make([]byte, 8)) // until then
			c.SetReadDeadline(after(10 * time.Second))
		}, nil, 11 * time.Second},
		{"a later one over one that still stands", func(c *conn) {
			c.SetReadDeadline(after(time.Second))
			time.AfterFunc(0, func() { c.SetReadDeadline(after(5 * time.Second)) })
		}, nil, 5 * time.Second},
		{"an earlier one while the read runs", func(c *conn) { c.SetReadDeadline(after(time.Minute)) },
			func(c *conn) { c.SetReadDeadline(after(time.Second)) }, 1100 * time.Millisecond},
		{"one that has passed, while the read runs", func(c *conn) {}, func(c *conn) { c.SetReadDeadline(past) }, 100 * time.Millisecond},
		{"both directions", func(c *conn) { c.SetDeadline(after(2 * time.Second)) }, nil, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _, peer := pipe()
				defer peer.Close()
				defer c.Close()
				start := time.Now()
				tt.begin(c)
				if tt.later != nil {
					time.AfterFunc(100*time.Millisecond, func() { tt.later(c) })
				}
				n, err := c.Read(make([]byte, 8))
				if took := time.Since(start); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || took != tt.want {
					t.Errorf("Read = %d, %v after %v, want 0, a deadline error after %v", n, err, took, tt.want)
				}
			})
		})
	}
}

func TestDeadlinesThatAreTakenBackEndNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, peer := pipe()
		defer peer.Close()
		defer c.Close()
		c.SetDeadline(after(time.Second))
		go func() {
			time.Sleep(100 * time.Millisecond)
			c.SetDeadline(time.Time{})
			time.Sleep(time.Hour)
			io.WriteString(peer, "late")
			io.ReadFull(peer, make([]byte, 3))
			time.Sleep(time.Hour)
			io.ReadFull(peer, make([]byte, 3))
		}()
		buf := make([]byte, 8)
		if n, err := c.Read(buf); string(buf[:n]) != "late" || err != nil {
			t.Errorf("Read = %q, %v", buf[:n], err)
		}
		c.SetWriteDeadline(after(time.Second))
		time.AfterFunc(100*time.Millisecond, func() { c.SetWriteDeadline(time.Time{}) })
		if n, err := io.WriteString(c, "longer"); n != 6 || err != nil {
			t.Errorf("Write = %d, %v", n, err)
		}
	})
}

// A request takes the turns of net/http's connection: it needs no timer of the
// system but now and then.
func TestDeadlinesAreSeldomSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, below, peer := pipe()
		defer peer.Close()
		defer c.Close()
		go io.Copy(peer, peer)
		buf := make([]byte, 8)
		for range 1000 {
			c.SetReadDeadline(after(75 * time.Second))
			c.SetWriteDeadline(after(30 * time.Second))
			io.WriteString(c, "request")
			if _, err := c.Read(buf); err != nil {
				t.Fatal(err)
			}
			c.SetReadDeadline(time.Time{})
			c.SetWriteDeadline(time.Time{})
			time.Sleep(10 * time.Millisecond)
		}
		if below.reads > 1 || below.writes > 1 {
			t.Errorf("set %d and %d deadlines in ten seconds, want one each", below.reads, below.writes)
		}
	})
}

// Requests that come with the one before, or in its course, are all answered.
func TestPipelinedRequests(t *testing.T) {
	_, addr := start(t, Options{}, func(_ context.Context, x *exchange.Exchange) {
		if strings.HasSuffix(x.Request.RawPath, "slow") {
			time.Sleep(3 * leavePatience)
		}
		answer(x, 200, x.Request.RawPath)
	})
	c := dial(t, addr)
	const get = " HTTP/1.1\r\nHost: h\r\n\r\n"
	io.WriteString(c, "GET /1"+get+"GET /2slow"+get)
	time.Sleep(leavePatience / 2)
	io.WriteString(c, "GET /3slow"+get+"GET /4 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	got, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/1", "/2slow", "/3slow", "/4"} {
		if strings.Count(string(got), "\r\n\r\n"+want) != 1 {
			t.Errorf("no answer %s in %q", want, got)
		}
	}
}

// Whatever happens at once, nothing is lost and nobody waits for ever.
func TestConn_hammer(t *testing.T) {
	near, far := net.Pipe()
	c := newConn(near, func() {})
	var wg sync.WaitGroup
	stop := make(chan struct{})
	run := func(f func()) {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					f()
				}
			}
		})
	}
	run(func() { c.Read(make([]byte, 4)); c.Read(make([]byte, 1)); time.Sleep(3 * leavePatience) })
	run(func() { c.SetReadDeadline(past); time.Sleep(time.Millisecond) })
	run(func() { c.SetReadDeadline(after(time.Millisecond)) })
	run(func() { c.SetWriteDeadline(after(time.Millisecond)); c.SetDeadline(time.Time{}) })
	run(c.leave.rest)
	run(func() { io.WriteString(c, "some bytes") })
	run(func() { far.SetDeadline(after(time.Millisecond)); far.Read(make([]byte, 3)); far.Write([]byte("x")) })
	time.Sleep(200 * time.Millisecond)
	close(stop)
	c.Close()
	far.Close()
	within(t, "all calls", wg.Wait)
}

// Each write has as long as any other, and needs no timer of the system for it.
func TestPatienceOfWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, below, peer := pipe()
		defer peer.Close()
		defer c.Close()
		c.writes.patience = 10 * time.Second
		one := make([]byte, 1)
		for range 10 {
			time.AfterFunc(9*time.Second, func() { peer.Read(one) })
			if _, err := c.Write(one); err != nil {
				t.Fatalf("a write of 9 s: %v", err)
			}
		}
		if below.writes > 10 {
			t.Errorf("set %d deadlines for 10 writes", below.writes)
		}
		start := time.Now()
		if _, err := c.Write(one); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a write that nobody reads: %v, want a deadline error", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("it took %v, want 10 s", took)
		}
		c.switched()
		time.AfterFunc(time.Hour, func() { peer.Read(one) })
		if _, err := c.Write(one); err != nil {
			t.Errorf("a write of another protocol: %v", err)
		}
	})
}
