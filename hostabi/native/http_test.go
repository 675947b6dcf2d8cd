package native_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// silent is http whose peers take nothing and never answer.
type silent struct {
	hostabi.HTTP
	start  error
	closed atomic.Int32
	last   atomic.Pointer[silentExchange]
}

func (s *silent) Limits() hostabi.HTTPLimits { return hostabi.HTTPLimits{} }

func (s *silent) Start(ctx context.Context, r hostabi.HTTPRequest) (hostabi.HTTPExchange, error) {
	if s.start != nil {
		return nil, s.start
	}
	x := &silentExchange{s: s, ctx: ctx, done: make(chan struct{})}
	if strings.HasSuffix(r.URL.Path, "/head") {
		close(x.done)
	}
	s.last.Store(x)
	return x, nil
}

type silentExchange struct {
	hostabi.HTTPExchange
	s    *silent
	ctx  context.Context
	done chan struct{}
}

func (x *silentExchange) Done() <-chan struct{}                  { return x.done }
func (x *silentExchange) Response() (int, hostabi.Header, error) { return 200, nil, nil }
func (x *silentExchange) Read([]byte) (int, error)               { return x.wait() }
func (x *silentExchange) Write([]byte) (int, error)              { return x.wait() }
func (x *silentExchange) Close() error                           { x.s.closed.Add(1); return nil }
func (x *silentExchange) wait() (int, error)                     { <-x.ctx.Done(); return 0, x.ctx.Err() }
func httpCommand(f string, handle uint32, in string) tck.Command {
	return tck.Command{Func: f, Number: handle, In: [2]string{in}}
}

// pairs is a request's head.
func pairs(values ...string) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(string([]byte{byte(len(v)), 0, 0, 0}) + v)
	}
	return b.String()
}

// Whatever a guest waits for, it is stopped at the deadline of its call and when
// its client leaves, and nothing that it began outlives it.
func TestAGuestThatWaitsForAHostIsStopped(t *testing.T) {
	begin := httpCommand(hostabi.FuncHTTPStart, hostabi.HTTPStream, pairs("POST", "http://a.example/"))
	head := httpCommand(hostabi.FuncHTTPStart, 0, pairs("GET", "http://a.example/head"))
	read := httpCommand(hostabi.FuncStreamRead, 3, "")
	read.Cap = 8
	waits := []struct {
		name string
		c    tck.Command
	}{
		{"request", httpCommand(hostabi.FuncHTTPRequest, 0, pairs("GET", "http://a.example/"))},
		{"wait", httpCommand(hostabi.FuncHTTPWait, 0, "\x02\x00\x00\x00")},
		{"wait for several", httpCommand(hostabi.FuncHTTPWait, 0, "\x02\x00\x00\x00\x02\x00\x00\x00")},
		{"status", httpCommand(hostabi.FuncHTTPStatus, 2, "")},
		{"headers", httpCommand(hostabi.FuncHTTPHeaders, 2, "")},
		{"stream_read", read},
		{"stream_write", httpCommand(hostabi.FuncStreamWrite, 2, "x")},
	}
	const soon = 200 * time.Millisecond // enough to send both on a busy machine
	ends := []struct {
		name string
		ctx  func() (context.Context, context.CancelFunc)
		want hostabi.Reason
	}{
		{"at its deadline", func() (context.Context, context.CancelFunc) {
			return hostabi.WithDeadline(context.Background(), time.Now().Add(soon)), func() {}
		}, hostabi.TimedOut},
		{"when its client leaves", func() (context.Context, context.CancelFunc) {
			ctx, leave := context.WithCancel(context.Background())
			time.AfterFunc(soon, leave)
			return ctx, leave
		}, hostabi.Canceled},
	}
	e := newEngine(t)
	for _, w := range waits {
		for _, end := range ends {
			t.Run(w.name+" "+end.name, func(t *testing.T) {
				s := &silent{}
				c := tck.NewCapabilities()
				c.HTTP = s
				p, err := native.New(context.Background(), e, tck.Guest, native.Options{Name: "conformance", Capabilities: c, Timeout: time.Minute})
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{begin, head, w.c, w.c, w.c})}})
				ctx, cancel := end.ctx()
				defer cancel()
				before := time.Now()
				_, err = p.Call(ctx, hostabi.Authorize, h)
				var f *hostabi.Failure
				if !errors.As(err, &f) || f.Reason != end.want {
					t.Errorf("the call ended with %v, want %s", err, end.want)
				}
				if took := time.Since(before); took > 5*time.Second {
					t.Errorf("it took %v", took)
				}
				if s.closed.Load() < 2 || s.last.Load().ctx.Err() == nil {
					t.Errorf("%d requests are closed; the last one's context ended with %v", s.closed.Load(), s.last.Load().ctx.Err())
				}
			})
		}
	}
}

// What a guest leaves open ends with its call, also where it returns.
func TestRequestsEndWithTheirCall(t *testing.T) {
	s := &silent{}
	c := tck.NewCapabilities()
	c.HTTP = s
	begin := httpCommand(hostabi.FuncHTTPStart, 0, pairs("GET", "http://a.example/"))
	results, p, err := conformance(t, context.Background(), native.Options{Capabilities: c}, begin, begin, httpCommand(hostabi.FuncHTTPClose, 2, ""))
	if err != nil || results[1].Value != 3 || results[2].Value != 0 {
		t.Fatal(results, err)
	}
	if s.closed.Load() != 2 || s.last.Load().ctx.Err() == nil {
		t.Errorf("%d requests are closed; the last one's context ended with %v", s.closed.Load(), s.last.Load().ctx.Err())
	}
	h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{httpCommand(hostabi.FuncHTTPStatus, 3, ""), begin})}})
	if _, err := p.Call(context.Background(), hostabi.MapRequest, h); err != nil {
		t.Fatal(err)
	}
	if results, err = tck.Decode(h.Scratch("conformance"), 2); err != nil || results[0].Value != int64(hostabi.EBADF) || results[1].Value != 2 {
		t.Errorf("the next call got %v, %v", results, err)
	}
}

// Trailers wait in the host until the body ends, so they are bounded like a head:
// all of them, also those that replace each other.
func TestTrailersAreBoundedTogether(t *testing.T) {
	set := func(value string) tck.Command {
		return tck.Command{Func: hostabi.FuncHTTPSetTrailer, Number: 2, In: [2]string{"X-Sum", value}}
	}
	fill := strings.Repeat("v", hostabi.MaxHTTPHead-2*len("X-Sum"))
	c := tck.NewCapabilities()
	begin := httpCommand(hostabi.FuncHTTPStart, hostabi.HTTPStream, pairs("POST", tck.PeerURL+"/echo", "Trailer", "X-Sum"))
	results, _, err := conformance(t, context.Background(), native.Options{Capabilities: c}, begin, set(fill), set("v"), set(""), set(""))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []hostabi.Code{2, 0, hostabi.E2BIG, 0, hostabi.E2BIG} {
		if results[i].Value != int64(want) {
			t.Errorf("step %d gave %d, want %d", i, results[i].Value, want)
		}
	}
}

// A stream sends requests after its head as before, and after the time that it
// had for its head.
func TestAStreamSendsRequestsAfterItsHead(t *testing.T) {
	l := &late{HTTP: tck.NewCapabilities().HTTP}
	c := tck.NewCapabilities()
	c.HTTP = l
	p, err := native.New(context.Background(), newEngine(t), tck.Guest, native.Options{Name: "conformance", Capabilities: c, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	l.head = ctx
	get := func(path string) tck.Command {
		return httpCommand(hostabi.FuncHTTPRequest, 0, pairs("GET", tck.PeerURL+path))
	}
	h := tck.NewHost(tck.Setup{Scratch: map[string][]byte{"conformance": tck.Encode(0, []tck.Command{get("/plain"),
		{Func: hostabi.FuncStreamFlush, Number: hostabi.StreamResponse}, get("/late"), httpCommand(hostabi.FuncHTTPStatus, 2, ""), get("/plain")})}})
	if _, err := p.Call(ctx, hostabi.Integrate, h); err != nil {
		t.Fatal(err)
	}
	body, _, _ := h.Body(true)
	results, err := tck.Decode(body, 5)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{2, 0, 3, 200, 4} {
		if results[i].Value != want {
			t.Errorf("step %d gave %d, want %d", i, results[i].Value, want)
		}
	}
}

// late lets the time of a head pass at /late.
type late struct {
	hostabi.HTTP
	head context.Context
}

func (l *late) Start(ctx context.Context, r hostabi.HTTPRequest) (hostabi.HTTPExchange, error) {
	if r.URL.Path == "/late" {
		<-l.head.Done()
		time.Sleep(5 * time.Millisecond) // what looks at the caller's context has run
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.URL.Path = "/plain"
	}
	return l.HTTP.Start(ctx, r)
}

func TestErrorsOfRequestsAreCodes(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want hostabi.Code
	}{
		{"a code is itself", hostabi.EAGAIN, hostabi.EAGAIN},
		{"what is none is EIO", io.ErrUnexpectedEOF, hostabi.EIO},
		{"a time of its own is ETIMEDOUT", context.DeadlineExceeded, hostabi.ETIMEDOUT},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tck.NewCapabilities()
			c.HTTP = &silent{start: tt.err}
			results, _, err := conformance(t, context.Background(), native.Options{Capabilities: c, Log: slog.New(slog.DiscardHandler)},
				httpCommand(hostabi.FuncHTTPStart, 0, pairs("GET", "http://a.example/")))
			if err != nil || results[0].Value != int64(tt.want) {
				t.Errorf("got %v, %v, want %v", results, err, tt.want)
			}
		})
	}
}
