package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// within fails the test when f takes longer than anything here should.
func within(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("did not return")
	}
}

// blocking is a body whose Read waits until Interrupt.
type blocking struct {
	first   string
	release chan struct{}
	once    sync.Once
	reads   atomic.Int32 // running
}

func newBlocking(first string) *blocking {
	return &blocking{first: first, release: make(chan struct{})}
}

func (b *blocking) Read(p []byte) (int, error) {
	b.reads.Add(1)
	defer b.reads.Add(-1)
	if b.first != "" {
		n := copy(p, b.first)
		b.first = b.first[n:]
		return n, nil
	}
	<-b.release
	return 0, errors.New("interrupted")
}

func (b *blocking) interrupt() { b.once.Do(func() { close(b.release) }) }

// TestEarlyAnswer answers before the request's body is there: the answer is
// delivered, the body let go, the connection not used again.
func TestEarlyAnswer(t *testing.T) {
	for _, status := range []string{"413 Too Large", "200 OK"} {
		t.Run(status, func(t *testing.T) {
			everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
				s := serve(t, func(p *peer) {
					p.head()
					p.send("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nno")
					p.until("never")
				}, answering(ok200))
				b := newBlocking("hello")
				r := &Request{Target: s.target(), Method: "POST", URI: "/", Body: b, Size: 1 << 20, Interrupt: b.interrupt}
				within(t, func() {
					want := status[:3] + ` [] 2 "no"`
					if got := do(t, c, r); got != want {
						t.Errorf("got %s, want %s", got, want)
					}
				})
				if n := b.reads.Load(); n != 0 {
					t.Errorf("%d reads of the body still run", n)
				}
				if got := do(t, c, s.get()); got != `200 [] 2 "ok"` || s.accepted() != 2 {
					t.Errorf("then %s over %d connections, want 2", got, s.accepted())
				}
			})
		})
	}
}

// TestDuplex reads a response while its request's body is still being sent.
func TestDuplex(t *testing.T) {
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, func(p *peer) {
			p.head()
			p.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			for range 3 {
				p.until("1\r\n")
				p.send("1\r\n" + p.read(3)[:1] + "\r\n")
			}
			p.until("0\r\n\r\n")
			p.send("0\r\n\r\n")
			answering(ok200)(p)
		})
		pr, pw := io.Pipe()
		defer pr.Close()
		var resp Response
		r := &Request{Target: s.target(), Method: "POST", URI: "/", Body: pr, Size: -1}
		if err := c.Do(t.Context(), r, &resp); err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 8)
		for _, want := range []string{"a", "b", "c"} {
			if _, err := io.WriteString(pw, want); err != nil {
				t.Fatal(err)
			}
			n, err := resp.Body.Read(p)
			if string(p[:n]) != want || err != nil {
				t.Errorf("Read = %q, %v, want %q", p[:n], err, want)
			}
		}
		pw.Close()
		if n, err := resp.Body.Read(p); n != 0 || err != io.EOF {
			t.Errorf("Read at the end = %d, %v", n, err)
		}
		resp.Body.Close()
		if got := do(t, c, s.get()); got != `200 [] 2 "ok"` || s.accepted() != 1 {
			t.Errorf("then %s over %d connections, want 1", got, s.accepted())
		}
	})
}

// TestEventStream holds that each event can be read before the next is sent.
func TestEventStream(t *testing.T) {
	for _, name := range []string{"chunked", "to the end", "half of the next size is there"} {
		t.Run(name, func(t *testing.T) {
			everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
				next := make(chan string)
				s := serve(t, func(p *peer) {
					p.head()
					p.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
					if name != "to the end" {
						p.send("Transfer-Encoding: chunked\r\n")
					}
					p.send("\r\n")
					for e := range next {
						switch name {
						case "to the end":
							p.send(e)
						case "chunked":
							p.send(fmt.Sprintf("%x\r\n%s\r\n", len(e), e))
						default:
							p.send(fmt.Sprintf("%x\r\n%s\r\n1", len(e), e))
						}
					}
				})
				defer close(next)
				var resp Response
				if err := c.Do(t.Context(), s.get(), &resp); err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				events := []string{"data: 1\n\n", "data: 22\n\n"}
				if name == "half of the next size is there" {
					events = events[:1]
				}
				for _, e := range events {
					next <- e
					within(t, func() {
						got := make([]byte, len(e))
						if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != e {
							t.Errorf("got %q, %v, want %q", got, err, e)
						}
					})
				}
			})
		})
	}
}

// TestUnread closes bodies that were not read to their end.
func TestUnread(t *testing.T) {
	tests := []struct {
		name, text string
		read       int
		leanConns  int
	}{
		{"a body that is all here costs no connection", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0, 1},
		{"a body that is still to come costs it", "HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\nhello", 2, 2},
		{"a body in chunks costs it", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 2, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
				s := serve(t, answering(tt.text), answering(ok200))
				var resp Response
				if err := c.Do(t.Context(), s.get(), &resp); err != nil {
					t.Fatal(err)
				}
				io.ReadFull(resp.Body, make([]byte, tt.read))
				resp.Body.Close()
				resp.Body.Close()
				if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, ErrClosed) {
					t.Errorf("Read after Close: %v, want %v", err, ErrClosed)
				}
				second := s.get()
				second.Method = "POST"
				if err := c.Do(t.Context(), second, &resp); err != nil {
					t.Errorf("the next request: %v", err)
				} else {
					resp.Body.Close()
				}
				if _, lean := c.(*Lean); lean && s.accepted() != tt.leanConns {
					t.Errorf("%d connections, want %d", s.accepted(), tt.leanConns)
				}
			})
		})
	}
}

// TestContinue holds both ways of Expect: 100-continue.
func TestContinue(t *testing.T) {
	tests := []struct {
		name   string
		wait   time.Duration
		script func(p *peer)
		want   string
	}{
		{"the body follows a 100", time.Minute, func(p *peer) {
			p.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			if b := p.read(1); b != "" {
				p.t.Errorf("the body came unasked: %q", b)
			}
			p.SetReadDeadline(time.Time{})
			p.send("HTTP/1.1 100 Continue\r\n\r\n")
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + p.read(5))
		}, `200 [] 5 "hello"`},
		{"the body follows other interim responses and a 100", time.Minute, func(p *peer) {
			p.send("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + p.read(5))
		}, `200 [] 5 "hello"`},
		{"the body follows when nothing comes", 50 * time.Millisecond, func(p *peer) {
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + p.read(5))
		}, `200 [] 5 "hello"`},
		{"the body does not follow a refusal", time.Minute, func(p *peer) {
			p.send("HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno")
			if b := p.read(1); b != "" {
				p.t.Errorf("the body came: %q", b)
			}
		}, `417 [] 2 "no"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			each(t, Options{ContinueTimeout: tt.wait}, func(t *testing.T, c Client) {
				s := serve(t, func(p *peer) {
					if !strings.Contains(p.head(), "Expect: 100-continue\r\n") {
						p.send("HTTP/1.1 500 No Expect\r\n\r\n")
						return
					}
					tt.script(p)
				}, answering(ok200))
				r := &Request{Target: s.target(), Method: "POST", URI: "/", Body: inMem("hello"), Size: 5, ExpectContinue: true}
				if got := do(t, c, r); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				if got := do(t, c, s.get()); got != `200 [] 2 "ok"` {
					t.Errorf("then %s", got)
				}
			})
		})
	}
}

// TestNoInterimAfterDo holds that OnInterim has ended when Do returns, also
// where the request is canceled meanwhile: what it writes to may serve another
// request by then.
func TestNoInterimAfterDo(t *testing.T) {
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, answering("HTTP/1.1 103 x\r\n\r\nHTTP/1.1 103 y\r\n\r\n"))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var running, done atomic.Bool
		r := s.get()
		r.OnInterim = func(int, hostabi.Header) {
			if done.Load() {
				t.Error("was called after Do")
			}
			running.Store(true)
			cancel()
			time.Sleep(patience)
			running.Store(false)
		}
		if err := c.Do(ctx, r, &Response{}); err == nil {
			t.Error("got an answer")
		}
		done.Store(true)
		if running.Load() {
			t.Error("still runs after Do")
		}
	})
}

// TestInterim holds that informational responses are passed on, bounded.
func TestInterim(t *testing.T) {
	hints := "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\nConnection: x\r\n\r\n"
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, answering("HTTP/1.1 100 Continue\r\n\r\n"+hints+ok200), answering(strings.Repeat(hints, 5000)+ok200))
		var got []string
		r := s.get()
		r.OnInterim = func(status int, h hostabi.Header) {
			got = append(got, fmt.Sprintf("%d [%s]", status, fields(h)))
		}
		if res := do(t, c, r); res != `200 [] 2 "ok"` {
			t.Errorf("got %s", res)
		}
		if want := "[100 [] 103 [Link: </a>; Link: </b>]]"; fmt.Sprint(got) != want {
			t.Errorf("interim %v, want %v", got, want)
		}
		c.CloseIdle()
		if res := do(t, c, r); res != "malformed response" {
			t.Errorf("a flood got %s", res)
		}
	})
}

// TestUpgrade switches protocols with bytes that come right after the head.
func TestUpgrade(t *testing.T) {
	const head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-A: b\r\n\r\n"
	everyWire(t, Options{BodyIdleTimeout: 50 * time.Millisecond}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, func(p *peer) {
			text := p.head()
			if !strings.Contains(text, "Connection: Upgrade\r\n") || !strings.Contains(text, "Upgrade: websocket\r\n") {
				p.send("HTTP/1.1 400 No Upgrade\r\n\r\n")
				return
			}
			p.send(head + "early")
			p.send(p.until("!") + "late")
			p.until("never")
			p.send("bye")
		})
		r := s.get()
		r.Upgrade, r.HeadTimeout = "websocket", time.Second
		ctx, cancel := context.WithCancel(t.Context())
		var resp Response
		if err := c.Do(ctx, r, &resp); err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprintf("%d [%s]", resp.Status, fields(resp.Header)), "101 [Upgrade: websocket; X-A: b]"; got != want || resp.Body != nil {
			t.Errorf("got %s, body %v, want %s", got, resp.Body, want)
		}
		cancel()                            // counts no longer, and
		time.Sleep(1100 * time.Millisecond) // neither do timeouts
		early := make([]byte, 5)
		io.ReadFull(resp.Conn, early[:2])
		io.ReadFull(resp.Conn, early[2:])
		io.WriteString(resp.Conn, "hello!")
		late := make([]byte, len("hello!late"))
		_, err := io.ReadFull(resp.Conn, late)
		if string(early) != "early" || string(late) != "hello!late" || err != nil {
			t.Errorf("got %q and %q, %v", early, late, err)
		}
		if err := resp.Conn.CloseWrite(); err != nil {
			t.Errorf("CloseWrite: %v", err)
		}
		if rest, err := io.ReadAll(resp.Conn); string(rest) != "bye" || err != nil {
			t.Errorf("after CloseWrite %q, %v", rest, err)
		}
		resp.Conn.Close()
	})
}

// TestUpgradeRefused holds what is not taken for an upgrade.
func TestUpgradeRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"an ordinary answer is one", ok200, `200 [] 2 "ok"`},
		{"another protocol is malformed", "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "malformed response"},
		{"no protocol is malformed", "HTTP/1.1 101 x\r\nConnection: Upgrade\r\n\r\n", "malformed response"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
				s := serve(t, answering(tt.text))
				r := s.get()
				r.Upgrade = "websocket"
				if got := do(t, c, r); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// TestTimeouts holds that a head that does not come, or trickles, is late, and
// that a body may take as long as it likes but not pause.
func TestTimeouts(t *testing.T) {
	trickle := func(text string, d time.Duration) func(*peer) {
		return func(p *peer) {
			p.head()
			for i := 0; i < len(text) && p.send(text[i:i+1]); i++ {
				time.Sleep(d)
			}
			p.until("never")
		}
	}
	tests := []struct {
		name   string
		script func(*peer)
		want   string
	}{
		{"nothing comes", func(p *peer) { p.until("never") }, "timed out"},
		{"the head trickles", trickle("HTTP/1.1 200 OK\r\n"+strings.Repeat("A: b\r\n", 1000), 10*time.Millisecond), "timed out"},
		{"only interim responses come", trickle(strings.Repeat("HTTP/1.1 102 x\r\n\r\n", 1000), 10*time.Millisecond), "timed out"},
		{"the body stops", trickle("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", 0), `200 [] 5 "he" timed out`},
		{"the body in chunks stops", trickle("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", 0), `200 [] -1 "he" timed out`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			each(t, Options{BodyIdleTimeout: 200 * time.Millisecond}, func(t *testing.T, c Client) {
				s := serve(t, tt.script)
				r := s.get()
				r.HeadTimeout = 300 * time.Millisecond
				within(t, func() {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					var resp Response
					got := ""
					if err := c.Do(ctx, r, &resp); err != nil {
						got = kindOf(t, err)
					} else {
						got = render(t, &resp)
					}
					if got != tt.want {
						t.Errorf("got %s, want %s", got, tt.want)
					}
				})
			})
		})
	}
}

// TestSlowBody trickles a body for longer than both timeouts.
func TestSlowBody(t *testing.T) {
	each(t, Options{BodyIdleTimeout: 2 * time.Second}, func(t *testing.T, c Client) {
		s := serve(t, func(p *peer) {
			p.head()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n")
			for range 30 {
				p.send("x")
				time.Sleep(20 * time.Millisecond)
			}
		})
		r := s.get()
		r.HeadTimeout = 500 * time.Millisecond
		if got, want := do(t, c, r), `200 [] 30 "`+strings.Repeat("x", 30)+`"`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestCancel ends the context at each stage; Do or Read returns at once.
func TestCancel(t *testing.T) {
	tests := []struct {
		name, text string
		want       string
	}{
		{"while the head is awaited", "", "canceled"},
		{"within the head", "HTTP/1.1 200 OK\r\n", "canceled"},
		{"within the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", `200 [] 5 "he" canceled`},
		{"within chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", `200 [] -1 "he" canceled`},
	}
	for _, tt := range tests {
		for _, after := range []time.Duration{10 * time.Millisecond, 3 * patience} {
			t.Run(fmt.Sprintf("%s after %v", tt.name, after), func(t *testing.T) {
				each(t, Options{}, func(t *testing.T, c Client) {
					gone := make(chan struct{})
					s := serve(t, func(p *peer) {
						p.head()
						p.send(tt.text)
						p.until("never")
						close(gone)
					})
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(after, cancel)
					within(t, func() {
						var resp Response
						got := ""
						if err := c.Do(ctx, s.get(), &resp); err != nil {
							got = kindOf(t, err)
						} else {
							got = render(t, &resp)
						}
						if got != tt.want {
							t.Errorf("got %s, want %s", got, tt.want)
						}
						<-gone // the server sees the end
					})
				})
			})
		}
	}
}

// TestContextOver holds what a context that is over from the start does.
func TestContextOver(t *testing.T) {
	each(t, Options{}, func(t *testing.T, c Client) {
		s := serve(t, answering(ok200))
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := c.Do(canceled, s.get(), &Response{}); !errors.Is(err, ErrCanceled) || !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		if err := c.Do(late, s.get(), &Response{}); !errors.Is(err, ErrTimeout) {
			t.Errorf("late: %v", err)
		}
		if s.accepted() != 0 {
			t.Errorf("%d connections were made", s.accepted())
		}
		silent := serve(t, func(p *peer) { p.until("never") })
		if err := c.Do(soon, silent.get(), &Response{}); !errors.Is(err, ErrTimeout) {
			t.Errorf("soon: %v", err)
		}
	})
}

// TestRefused holds what cannot be reached.
func TestRefused(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := ln.Addr().String()
	ln.Close()
	each(t, Options{}, func(t *testing.T, c Client) {
		r := &Request{Target: Target{"http", nobody, nobody}, Method: "GET", URI: "/"}
		if got := do(t, c, r); got != "no connection" {
			t.Errorf("got %s", got)
		}
	})
	hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	each(t, Options{Dial: hang, DialTimeout: 20 * time.Millisecond}, func(t *testing.T, c Client) {
		r := &Request{Target: Target{"http", nobody, nobody}, Method: "GET", URI: "/"}
		if got := do(t, c, r); got != "no connection" {
			t.Errorf("a dial that takes too long: %s", got)
		}
	})
	each(t, Options{Dial: hang}, func(t *testing.T, c Client) {
		r := &Request{Target: Target{"http", nobody, nobody}, Method: "GET", URI: "/", HeadTimeout: 20 * time.Millisecond}
		if got := do(t, c, r); got != "timed out" {
			t.Errorf("a dial beyond the head's timeout: %s", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		r.HeadTimeout = 0
		if err := c.Do(ctx, r, &Response{}); !errors.Is(err, ErrCanceled) {
			t.Errorf("a dial whose client goes away: %v", err)
		}
	})
}

// TestCancelAtTheEnd ends the context when the answer is there already: the
// response may be delivered, but its connection is about to be closed.
func TestCancelAtTheEnd(t *testing.T) {
	s := serve(t, func(p *peer) {
		p.head()
		time.Sleep(2 * patience)
		p.send("HTTP/1.1 103 x\r\n\r\nHTTP/1.1 204 x\r\n\r\n")
		p.until("never")
	})
	c := NewLean(Options{})
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := s.get()
	r.OnInterim = func(int, hostabi.Header) { cancel() }
	var resp Response
	if err := c.Do(ctx, r, &resp); err != nil || resp.Status != 204 {
		t.Fatalf("got %d, %v", resp.Status, err)
	}
	if n := len(c.host(s.target().Addr).idle); n != 0 {
		t.Errorf("%d idle connections, want none", n)
	}
}
