package upstream

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// racing is a connection whose server acts between the look for signs of life
// and the write of the next request, once act is set.
type racing struct {
	*net.TCPConn
	act *atomic.Pointer[func()]
}

func (r *racing) Write(p []byte) (int, error) {
	if act := r.act.Swap(nil); act != nil {
		(*act)()
	}
	return r.TCPConn.Write(p)
}

// race is a server that ends an idle connection when it is too late to see that
// before the request is written.
type race struct {
	name   string
	method string
	body   func() (io.Reader, int64)
	end    func(p *peer, next func()) // after the first answer; next lets the client write
	want   string
}

var races = []race{
	{"a GET is sent again", "GET", nil, closeIdle, `200 [] 2 "ok"`},
	{"a GET is sent again after a reset", "GET", nil, resetIdle, `200 [] 2 "ok"`},
	{"a PUT in memory is sent again", "PUT", memory, closeAfterRequest, `200 [] 2 "ok"`},
	{"a PUT that was read is not sent again", "PUT", streamed, closeAfterRequest, "connection lost"},
	{"a POST is sent again when the server closed before it came", "POST", memory, closeIdle, `200 [] 2 "ok"`},
	{"a POST is not sent again when the server has read it", "POST", memory, closeAfterRequest, "connection lost"},
	{"a POST is not sent again when the server reset after it", "POST", memory, resetAfterRequest, "connection lost"},
	{"a GET is not sent again when a byte of an answer came", "GET", nil, closeWithinAnswer, "connection lost"},
	{"a POST with a key is a POST", "POST", memory, closeAfterRequest, "connection lost"},
}

// run has a client ask twice; arm says what is to happen between the look and the
// second request.
func (tt *race) run(t *testing.T, c Client, serve serving, arm func(addr string, act func())) {
	if tt.method == "POST" && strings.Contains(tt.want, "ok") && runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	write, written := make(chan struct{}), make(chan struct{})
	s := serve(t, func(p *peer) {
		p.head()
		p.send(ok200)
		<-write
		tt.end(p, sync.OnceFunc(func() { close(written) }))
		p.until("never")
	}, func(p *peer) {
		p.head()
		if tt.method != "GET" {
			p.read(5)
		}
		p.send(ok200)
		p.until("never")
	})
	if got := do(t, c, s.get()); got != `200 [] 2 "ok"` {
		t.Fatalf("first got %s", got)
	}
	arm(s.get().Target.Addr, func() {
		close(write)
		<-written
		time.Sleep(20 * time.Millisecond) // what the server sent is here now
	})
	r := s.get()
	r.Method = tt.method
	if tt.body != nil {
		r.Body, r.Size = tt.body()
	}
	if strings.Contains(tt.name, "with a key") {
		r.Header.Add("Idempotency-Key", "1")
	}
	if got := do(t, c, r); got != tt.want {
		t.Errorf("got %s, want %s", got, tt.want)
	}
}

func TestRace(t *testing.T) {
	for _, tt := range races {
		t.Run(tt.name, func(t *testing.T) {
			everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
				var armed atomic.Pointer[func()]
				dialed(c, func(ctx context.Context, network, addr string) (net.Conn, error) {
					nc, err := new(net.Dialer).DialContext(ctx, network, addr)
					if err != nil {
						return nil, err
					}
					return &racing{nc.(*net.TCPConn), &armed}, nil
				})
				tt.run(t, c, serve, func(_ string, act func()) { armed.Store(&act) })
			})
		})
	}
}

// Lean looks, sends and reads in one call where nothing stands between it and the
// socket.
func TestRaceOnADirectConnection(t *testing.T) {
	if !canTalk {
		t.Skip("not on this system")
	}
	for _, tt := range races {
		t.Run(tt.name, func(t *testing.T) {
			c := NewLean(Options{})
			defer c.Close()
			tt.run(t, c, serve, func(addr string, act func()) {
				idle := c.host(addr).idle[0]
				if !idle.direct {
					t.Fatal("not a direct connection")
				}
				idle.looked = act
			})
		})
	}
}

// dialed replaces how a client that was not used yet makes connections.
func dialed(c Client, dial func(context.Context, string, string) (net.Conn, error)) {
	switch c := c.(type) {
	case *Lean:
		c.opts.Dial = dial
	case *Std:
		c.opts.Dial = dial
	}
}

func memory() (io.Reader, int64)   { return inMem("hello"), 5 }
func streamed() (io.Reader, int64) { return stream("hello"), 5 }

func closeIdle(p *peer, next func()) { p.Close(); next() }
func resetIdle(p *peer, next func()) { p.reset(); next() }

func closeAfterRequest(p *peer, next func()) {
	next()
	if strings.Contains(p.head(), "Content-Length") {
		p.read(5)
	}
	p.Close()
}

func resetAfterRequest(p *peer, next func()) {
	next()
	p.head()
	p.read(5)
	p.reset()
}

func closeWithinAnswer(p *peer, next func()) {
	next()
	p.head()
	p.send("H")
	p.Close()
}

// TestFreshIsNotRetried holds that a request that fails on a new connection is
// sent once.
func TestFreshIsNotRetried(t *testing.T) {
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, func(p *peer) { p.head() })
		if got := do(t, c, s.get()); got != "connection lost" || s.accepted() != 1 {
			t.Errorf("got %s over %d connections", got, s.accepted())
		}
	})
}

// TestIdleClose ends idle connections before a POST: the client never notices.
func TestIdleClose(t *testing.T) {
	for name, end := range map[string]func(*peer){
		"closed":   func(p *peer) { p.Close() },
		"reset":    func(p *peer) { p.reset() },
		"polluted": func(p *peer) { p.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
				ended := make(chan struct{}, 10)
				s := serve(t, func(p *peer) {
					p.head()
					p.read(5)
					p.send(ok200)
					time.Sleep(5 * time.Millisecond)
					end(p)
					ended <- struct{}{}
					p.until("never")
				})
				for i := range 5 {
					// A stream, which cannot be sent twice.
					r := &Request{Target: s.target(), Method: "POST", URI: "/", Body: stream("hello"), Size: 5}
					if got := do(t, c, r); got != `200 [] 2 "ok"` {
						t.Fatalf("POST %d got %s", i, got)
					}
					<-ended
				}
				if s.accepted() != 5 {
					t.Errorf("%d connections, want 5", s.accepted())
				}
			})
		})
	}
}

// TestPolluted lets a server that always sends more than it was asked for never
// answer the next request, however fast that comes.
func TestPolluted(t *testing.T) {
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		s := serve(t, func(p *peer) {
			for {
				head := p.head()
				if head == "" {
					return
				}
				_, id, _ := strings.Cut(head, "X-Id: ")
				id, _, _ = strings.Cut(id, "\r\n")
				p.send("HTTP/1.1 200 OK\r\nContent-Length: " + fmt.Sprint(len(id)) + "\r\n\r\n" + id + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
			}
		})
		for i := range 30 {
			r, id := s.get(), fmt.Sprint(i)
			r.Header.Add("X-Id", id)
			if i%2 == 1 { // a stream, which cannot be sent twice
				r.Method, r.Body, r.Size = "POST", stream("hello"), 5
			}
			if got, want := do(t, c, r), fmt.Sprintf("200 [] %d %q", len(id), id); got != want {
				t.Fatalf("request %d got %s", i, got)
			}
		}
		if s.accepted() != 30 {
			t.Errorf("%d connections, want 30", s.accepted())
		}
	})
}

// TestIdlePerHost bounds what is kept.
func TestIdlePerHost(t *testing.T) {
	for limit, want := range map[int]int{2: 2, -1: 0, 0: 3} {
		c := NewLean(Options{IdlePerHost: limit})
		// A body of known length that came with its head would have given its
		// connection back already.
		var all [3]Response
		s := serve(t, answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"))
		for i := range all {
			if err := c.Do(t.Context(), s.get(), &all[i]); err != nil {
				t.Fatal(err)
			}
		}
		for i := range all {
			if got := render(t, &all[i]); got != `200 [] -1 "ok"` {
				t.Errorf("got %s", got)
			}
		}
		if n := len(c.host(s.target().Addr).idle); n != want || s.accepted() != 3 {
			t.Errorf("limit %d: %d idle of %d, want %d of 3", limit, n, s.accepted(), want)
		}
		c.Close()
	}
}

// TestLIFO holds that the last connection to become idle is used first.
func TestLIFO(t *testing.T) {
	h := &host{}
	a, b := &conn{}, &conn{}
	h.push(a, 2)
	h.push(b, 2)
	if kept, _ := h.push(&conn{}, 2); kept {
		t.Error("a third connection was kept beside two")
	}
	if c := h.pop(); c != b {
		t.Error("the first to come was the first to go")
	}
	if c := h.pop(); c != a || h.pop() != nil {
		t.Error("the first connection is lost, or was not the last")
	}
}

// pipes dials in memory and answers every request.
func pipes(made *atomic.Int32) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		made.Add(1)
		a, b := net.Pipe()
		go func() {
			defer b.Close()
			buf := make([]byte, 4096)
			for {
				if _, err := b.Read(buf); err != nil {
					return
				}
				if _, err := io.WriteString(b, ok200); err != nil {
					return
				}
			}
		}()
		return a, nil
	}
}

// TestIdleTimeout closes connections and forgets addresses that nobody uses.
func TestIdleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int32
		c := NewLean(Options{IdleTimeout: time.Minute, Dial: pipes(&made)})
		get := func(addr string) {
			r := &Request{Target: Target{"http", addr, addr}, Method: "GET", URI: "/"}
			if got := do(t, c, r); got != `200 [] 2 "ok"` {
				t.Fatalf("got %s", got)
			}
		}
		get("a:80")
		get("b:80")
		for range 5 {
			time.Sleep(50 * time.Second)
			get("a:80")
		}
		if n := made.Load(); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
		if n := len(*c.hosts.Load()); n != 1 {
			t.Errorf("%d addresses after 250 s, want 1", n)
		}
		time.Sleep(3 * time.Minute)
		if n := len(*c.hosts.Load()); n != 0 || c.swept.Load() {
			t.Errorf("%d addresses, sweeping %v, after all is idle", n, c.swept.Load())
		}
		get("a:80")
		if n := made.Load(); n != 3 {
			t.Errorf("%d connections, want 3", n)
		}
		c.Close()
		synctest.Wait()
	})
}

// TestClose holds that a closed client does nothing any more but lets
// responses be read.
func TestClose(t *testing.T) {
	everyWire(t, Options{}, func(t *testing.T, c Client, serve serving) {
		gone := make(chan struct{})
		s := serve(t, func(p *peer) {
			p.head()
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
			time.Sleep(20 * time.Millisecond)
			p.send("llo")
			p.until("never")
			close(gone)
		})
		var resp Response
		if err := c.Do(t.Context(), s.get(), &resp); err != nil {
			t.Fatal(err)
		}
		c.Close()
		if got := do(t, c, s.get()); got != "client closed" {
			t.Errorf("Do after Close: %s", got)
		}
		if got := render(t, &resp); got != `200 [] 5 "hello"` {
			t.Errorf("a response under way: %s", got)
		}
		c.CloseIdle()
		within(t, func() { <-gone })
		c.Close()
	})
}

func TestSchemes(t *testing.T) {
	l := NewLean(Options{})
	defer l.Close()
	for _, scheme := range []string{"https", "ftp", ""} {
		r := &Request{Target: Target{scheme, "a:1", "a"}, Method: "GET", URI: "/"}
		if got := do(t, l, r); got != "invalid request" {
			t.Errorf("%q: %s", scheme, got)
		}
	}
}

// TestClient_hammer mixes answers, failures, cancellation and sizes: every
// response must be the one to its own request.
func TestClient_hammer(t *testing.T) {
	each(t, Options{IdlePerHost: 4}, func(t *testing.T, c Client) {
		s := serve(t, func(p *peer) {
			for {
				head := p.head()
				if head == "" {
					return
				}
				_, id, _ := strings.Cut(head, "X-Id: ")
				id, _, _ = strings.Cut(id, "\r\n")
				if strings.Contains(head, "chunked") {
					p.until("0\r\n\r\n")
				}
				body := strings.Repeat(id+",", 1+len(id)*int(id[0]-'0')*20)
				switch id[len(id)-1] {
				case '1':
					p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Id: %s\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", id, len(body), body))
				case '2':
					p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nX-Id: %s\r\n\r\n%s", id, body))
					return
				case '3':
					time.Sleep(time.Millisecond)
					fallthrough
				default:
					p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Id: %s\r\n\r\n%s", len(body), id, body))
				}
			}
		})
		var wg sync.WaitGroup
		var done, failed atomic.Int32
		for g := range 8 {
			wg.Go(func() {
				var resp Response
				for i := range 150 {
					id := fmt.Sprintf("%d%03d%d", g+1, i, rand.IntN(6))
					r := s.get()
					r.Header.Add("X-Id", id)
					if i%3 == 0 {
						r.Method, r.Body, r.Size = "POST", stream(strings.Repeat("x", i*100)), -1
					}
					ctx, cancel := context.WithCancel(t.Context())
					if i%5 == 0 {
						time.AfterFunc(time.Duration(rand.IntN(1500))*time.Microsecond, cancel)
					}
					err := c.Do(ctx, r, &resp)
					if err == nil {
						body, rerr := io.ReadAll(io.LimitReader(resp.Body, int64(100+rand.IntN(1<<20))))
						if got, _ := resp.Header.Get("X-Id"); got != id || strings.Trim(strings.ReplaceAll(string(body), id+",", ""), id) != "" {
							t.Errorf("request %s got the response to %s", id, got)
						}
						resp.Body.Close()
						err = rerr
					}
					if err == nil {
						done.Add(1)
					} else if failed.Add(1); i%5 != 0 {
						t.Errorf("request %s: %v", id, err)
					}
					cancel()
				}
			})
		}
		wg.Wait()
		if done.Load() < 8*150*3/4 {
			t.Errorf("%d done, %d failed", done.Load(), failed.Load())
		}
	})
}
