package native_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestFailuresHaveTheirReason(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		name, path string
		ctx        context.Context
		reason     hostabi.Reason
		text       string // of the error
	}{
		{"a trap", "/t", context.Background(), hostabi.Trapped, "trap_here"},
		{"an endless loop", "/l", context.Background(), hostabi.TimedOut, "deadline exceeded"},
		{"an exit", "/x", context.Background(), hostabi.Exited, "exit"},
		{"a negative answer", "/f", context.Background(), hostabi.Answered, "portico_authorize answered EIO"},
		{"a client that has gone", "/l", canceled, hostabi.Canceled, "canceled"},
	}
	p := load(t, newEngine(t), "moods", native.Options{Timeout: 50 * time.Millisecond, Breaker: engine.BreakerOptions{Failures: 100}})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := p.Call(tt.ctx, hostabi.Authorize, about(tt.path))
			var f *hostabi.Failure
			if !errors.As(err, &f) {
				t.Fatalf("got %v, want a failure", err)
			}
			if f.Reason != tt.reason || f.Kind != hostabi.Authorize || f.Plugin != "moods" || !strings.Contains(f.Error(), tt.text) {
				t.Errorf("got %v, want %s with %q", f, tt.reason, tt.text)
			}
			if answer, err := p.Call(context.Background(), hostabi.Authorize, about("/a")); answer != hostabi.AnswerAllow || err != nil {
				t.Errorf("the next call gave %d, %v", answer, err)
			}
		})
	}
	want := map[hostabi.Reason]uint64{hostabi.Trapped: 1, hostabi.TimedOut: 1, hostabi.Exited: 1, hostabi.Answered: 1, hostabi.Canceled: 1}
	s := p.Stats()
	if !reflect.DeepEqual(s.Failures, want) || s.Calls[hostabi.Authorize] != 10 || s.Breaker != engine.BreakerClosed {
		t.Errorf("the statistics are %+v, want failures %v in 10 calls", s, want)
	}
}

func TestTheContextsDeadlineHoldsWhenItIsEarlier(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{Timeout: time.Hour})
	timed, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	tests := []struct {
		name string
		ctx  context.Context
	}{
		{"with a timer", timed},
		{"without one", hostabi.WithDeadline(context.Background(), time.Now().Add(30*time.Millisecond))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := p.Call(tt.ctx, hostabi.Authorize, about("/l"))
			var f *hostabi.Failure
			if !errors.As(err, &f) || f.Reason != hostabi.TimedOut {
				t.Errorf("got %v, want a timeout", err)
			}
		})
	}
}

func TestAKindThatTheGuestLacksFails(t *testing.T) {
	p := load(t, newEngine(t), "authorizer", native.Options{})
	for _, k := range []hostabi.Kind{hostabi.MapRequest, hostabi.Configure, 99} {
		if _, err := p.Call(context.Background(), k, bearer("")); err == nil {
			t.Errorf("a call as %s passed", k)
		}
	}
}

func TestBusyWhenNoInstanceIsFree(t *testing.T) {
	e := newEngine(t)
	p := load(t, e, "moods", native.Options{Instances: 1, QueueTimeout: -1})
	h := &blocked{Host: about("/s"), entered: make(chan struct{}), release: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		_, err := p.Call(context.Background(), hostabi.Integrate, h)
		done <- err
	}()
	select {
	case <-h.entered:
	case err := <-done:
		t.Fatalf("the call ended before it wrote: %v", err)
	}
	_, err := p.Call(context.Background(), hostabi.Authorize, about("/a"))
	var f *hostabi.Failure
	if !errors.As(err, &f) || f.Reason != hostabi.Busy {
		t.Errorf("got %v, want busy", err)
	}
	close(h.release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWaitingForAnInstanceEndsWithTheContext(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{Instances: 1, QueueTimeout: time.Hour})
	h := &blocked{Host: about("/s"), entered: make(chan struct{}), release: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		_, err := p.Call(context.Background(), hostabi.Integrate, h)
		done <- err
	}()
	select {
	case <-h.entered:
	case err := <-done:
		t.Fatalf("the call ended before it wrote: %v", err)
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Now())
	defer cancel()
	for _, tt := range []struct {
		ctx  context.Context
		want hostabi.Reason
	}{{canceled, hostabi.Canceled}, {late, hostabi.Busy}} {
		_, err := p.Call(tt.ctx, hostabi.Authorize, about("/a"))
		var f *hostabi.Failure
		if !errors.As(err, &f) || f.Reason != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	close(h.release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// blocked is a host whose first write after a flush waits, and whose later
// ones fail.
type blocked struct {
	*tck.Host
	entered, release chan struct{}
	again            bool
}

func (b *blocked) WriteBody(response bool, p []byte) (int, error) {
	if !b.Flushed() {
		return b.Host.WriteBody(response, p)
	}
	if b.again {
		return 0, hostabi.EABORT
	}
	b.again = true
	close(b.entered)
	<-b.release
	return len(p), nil
}

func TestCallsAfterCloseFail(t *testing.T) {
	e := newEngine(t)
	p, err := native.New(context.Background(), e, guest(t, "authorizer"), native.Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	p.Close()
	_, err = p.Call(context.Background(), hostabi.Authorize, bearer(""))
	if !errors.Is(err, engine.ErrClosed) {
		t.Errorf("got %v, want %v", err, engine.ErrClosed)
	}
}

func TestTheBreakerLeavesACrashingPluginAlone(t *testing.T) {
	now := time.Unix(0, 0)
	p := load(t, newEngine(t), "moods", native.Options{Breaker: engine.BreakerOptions{
		Failures: 3, Backoff: time.Minute, Now: func() time.Time { return now },
	}})
	reasons := func(paths ...string) (got []hostabi.Reason) {
		for _, path := range paths {
			_, err := p.Call(context.Background(), hostabi.Authorize, about(path))
			var f *hostabi.Failure
			errors.As(err, &f)
			if f == nil {
				f = &hostabi.Failure{}
			}
			got = append(got, f.Reason)
		}
		return got
	}
	got := reasons("/f", "/f", "/f", "/f", "/t", "/t", "/t", "/t", "/a")
	want := []hostabi.Reason{hostabi.Answered, hostabi.Answered, hostabi.Answered, hostabi.Answered,
		hostabi.Trapped, hostabi.Trapped, hostabi.Trapped, hostabi.Broken, hostabi.Broken}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	now = now.Add(time.Minute)
	if got := reasons("/a", "/a"); !slices.Equal(got, []hostabi.Reason{0, 0}) {
		t.Errorf("after the back-off: %v", got)
	}
	if s := p.Stats(); s.Opened != 1 || s.Failures[hostabi.Broken] != 2 {
		t.Errorf("the statistics are %+v", s)
	}
}

func TestLoggedLinesAreBoundedAndSayWhoseTheyAre(t *testing.T) {
	var r record
	var seen native.Observation
	p := load(t, newEngine(t), "moods", native.Options{
		Log:     r.logger(slog.LevelDebug),
		Observe: func(o native.Observation) { seen = o },
	})
	tests := []struct {
		name, path string
		want       []string
	}{
		{"standard output and error by the line", "/o", []string{
			`level=INFO msg="a line" plugin=moods stream=stdout call=authorize request=request-1`,
			`level=WARN msg="a line" plugin=moods stream=stderr call=authorize request=request-1`,
		}},
		{"100 lines are 32 and a count", "/g", append(
			slices.Repeat([]string{`level=WARN msg="a line" plugin=moods call=authorize request=request-1`}, 32),
			`level=WARN msg="lines dropped: the plugin logs too much" plugin=moods lines=68 call=authorize request=request-1`)},
	}
	if got, want := r.lines(), []string{`level=INFO msg="a line" plugin=moods stream=stdout call=start`}; !slices.Equal(got, want) {
		t.Errorf("starting logged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r.reset()
			if _, err := p.Call(context.Background(), hostabi.Authorize, about(tt.path)); err != nil {
				t.Fatal(err)
			}
			if got := r.lines(); !slices.Equal(got, tt.want) {
				t.Errorf("logged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
	if seen.LinesDropped != 68 || seen.HostCalls != 101 || seen.Kind != hostabi.Authorize || seen.Answer != hostabi.AnswerAllow || seen.Reason != 0 {
		t.Errorf("observed %+v", seen)
	}
	if s := p.Stats(); s.LinesDropped != 68 || s.HostCalls != 104 { // two of them print
		t.Errorf("the statistics are %+v", s)
	}

	r.reset()
	if _, err := p.Call(context.Background(), hostabi.Authorize, about("/b")); err != nil {
		t.Fatal(err)
	}
	if got := r.lines(); len(got) != 1 || len(got[0]) < 4096 || len(got[0]) > 5*4096 {
		t.Errorf("a line of 64 KiB became %d lines of %d bytes", len(got), len(got[0]))
	}
}

func TestLevelsThatNobodyReadsCostNothing(t *testing.T) {
	var r record
	p := load(t, newEngine(t), "moods", native.Options{Log: r.logger(slog.LevelError)})
	if _, err := p.Call(context.Background(), hostabi.Authorize, about("/g")); err != nil {
		t.Fatal(err)
	}
	if got := r.lines(); !slices.Equal(got, []string{""}) {
		t.Errorf("logged %q", got)
	}
	if s := p.Stats(); s.LinesDropped != 0 {
		t.Errorf("dropped %d lines", s.LinesDropped)
	}
}

func TestWhatStartFunctionsMayCall(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{})
	h := about("/i")
	if _, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil {
		t.Fatal(err)
	}
	var got []int32
	for b := h.Scratch("moods"); len(b) >= 4; b = b[4:] {
		got = append(got, int32(binary.LittleEndian.Uint32(b)))
	}
	ephase := int32(hostabi.EPHASE)
	// log, config_read, get_field, random, the clocks, deadline_ms
	if want := []int32{ephase, ephase, ephase, 0, 1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheGuestSeesThePluginsClock(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{Now: func() time.Time { return time.Unix(0, 12345) }})
	h := about("/c")
	if _, err := p.Call(context.Background(), hostabi.Authorize, h); err != nil {
		t.Fatal(err)
	}
	if got := binary.LittleEndian.Uint64(h.Scratch("moods")); got != 12345 {
		t.Errorf("the clock is at %d ns, want 12345", got)
	}
}

func TestGrownInstancesAreDropped(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{SoftMemory: 8})
	for range 3 {
		if _, err := p.Call(context.Background(), hostabi.Authorize, about("/m")); err != nil {
			t.Fatal(err)
		}
	}
	if s := p.Stats(); s.Instances.Created < 3 {
		t.Errorf("created %d instances for 3 calls that grew", s.Instances.Created)
	}
}

func TestAStreamLastsAsLongAsItMakesProgress(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{Timeout: 100 * time.Millisecond})
	tests := []struct {
		name string
		ctx  func() (context.Context, context.CancelFunc)
	}{
		{"without a deadline", func() (context.Context, context.CancelFunc) { return context.Background(), func() {} }},
		{"beyond the context's deadline", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 80*time.Millisecond)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := tt.ctx()
			defer cancel()
			h := &slow{Host: about("/s"), each: 20 * time.Millisecond, writes: 20}
			if _, err := p.Call(ctx, hostabi.Integrate, h); err != nil {
				t.Errorf("the stream broke after %d writes: %v", h.written, err)
			}
			if h.written != h.writes {
				t.Errorf("%d writes, want %d", h.written, h.writes)
			}
		})
	}
}

// slow is a host whose client takes its time and goes away after some writes.
type slow struct {
	*tck.Host
	each            time.Duration
	writes, written int
}

func (s *slow) WriteBody(response bool, p []byte) (int, error) {
	if !s.Flushed() {
		return s.Host.WriteBody(response, p)
	}
	if s.written == s.writes {
		return 0, hostabi.EABORT
	}
	time.Sleep(s.each)
	s.written++
	return len(p), nil
}

func TestAContextsDeadlineHoldsInPlaceOfTheTimeout(t *testing.T) {
	for name, c := range map[string]struct{ timeout, context time.Duration }{
		"a shorter one": {time.Hour, 50 * time.Millisecond},
		"a longer one":  {time.Millisecond, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			p := load(t, newEngine(t), "moods", native.Options{Timeout: c.timeout})
			start := time.Now()
			_, err := p.Call(hostabi.WithDeadline(context.Background(), start.Add(c.context)), hostabi.Authorize, about("/l"))
			var f *hostabi.Failure
			if took := time.Since(start); !errors.As(err, &f) || f.Reason != hostabi.TimedOut || took < c.context {
				t.Errorf("got %v after %s, want a timeout after %s", err, took, c.context)
			}
		})
	}
}

func TestAStreamWithoutProgressIsStopped(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{Timeout: 50 * time.Millisecond})
	_, err := p.Call(context.Background(), hostabi.Integrate, about("/l"))
	var f *hostabi.Failure
	if !errors.As(err, &f) || f.Reason != hostabi.TimedOut {
		t.Errorf("got %v, want a timeout", err)
	}
}

func TestAStreamEndsWhenItsClientLeaves(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	h := &leaving{Host: about("/s"), cancel: cancel}
	_, err := p.Call(ctx, hostabi.Integrate, h)
	var f *hostabi.Failure
	if !errors.As(err, &f) || f.Reason != hostabi.Canceled {
		t.Errorf("got %v, want canceled", err)
	}
}

// leaving is a host whose client leaves at the first write of a stream.
type leaving struct {
	*tck.Host
	cancel context.CancelFunc
}

func (l *leaving) WriteBody(response bool, p []byte) (int, error) {
	if l.Flushed() {
		l.cancel()
	}
	return len(p), nil
}

func TestAClosedStreamIsNoHandle(t *testing.T) {
	p := load(t, newEngine(t), "moods", native.Options{})
	h := about("/c")
	if answer, err := p.Call(context.Background(), hostabi.Integrate, h); answer != 0 || err != nil {
		t.Errorf("got %d, %v", answer, err)
	}
	if body, _, closed := h.Body(true); string(body) != "data: tick\n\n" || !closed {
		t.Errorf("the body is %q, closed %v", body, closed)
	}
}

func TestErrorsOfTheHostAreCodesForTheGuest(t *testing.T) {
	var r record
	p := load(t, newEngine(t), "moods", native.Options{Log: r.logger(slog.LevelError)})
	tests := []struct {
		err  error
		want hostabi.Code
	}{
		{hostabi.ECONN, hostabi.ECONN},
		{fmt.Errorf("wrapped: %w", hostabi.E2BIG), hostabi.E2BIG},
		{errors.New("disk on fire"), hostabi.EIO},
	}
	for _, tt := range tests {
		_, err := p.Call(context.Background(), hostabi.Integrate, &unflushable{about("/s"), tt.err})
		if !errors.Is(err, tt.want) {
			t.Errorf("%v became %v, want %v", tt.err, err, tt.want)
		}
	}
	if got := r.lines(); len(got) != 1 || !strings.Contains(got[0], "disk on fire") {
		t.Errorf("logged %q", got)
	}
}

type unflushable struct {
	*tck.Host
	err error
}

func (u *unflushable) FlushBody(bool) error { return u.err }

func TestCallsOfOnePluginRunBesideEachOther_hammer(t *testing.T) {
	e := newEngine(t)
	p := load(t, e, "moods", native.Options{Instances: 4, QueueTimeout: time.Minute, Timeout: 200 * time.Millisecond,
		Breaker: engine.BreakerOptions{Failures: 1 << 30}})
	a := load(t, e, "authorizer", native.Options{Instances: 3, QueueTimeout: time.Minute})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := range 60 {
				switch (g + n) % 6 {
				case 0:
					_, err := p.Call(context.Background(), hostabi.Authorize, about("/t"))
					var f *hostabi.Failure
					if !errors.As(err, &f) || f.Reason != hostabi.Trapped {
						t.Errorf("a trap gave %v", err)
					}
				case 1:
					h := &slow{Host: about("/s"), writes: 3}
					if _, err := p.Call(context.Background(), hostabi.Integrate, h); err != nil || h.written != 3 {
						t.Errorf("a stream gave %v after %d writes", err, h.written)
					}
				case 2:
					p.Stats()
				default:
					h := bearer("Bearer letmein")
					answer, err := a.Call(context.Background(), hostabi.Authorize, h)
					if principal, _ := h.Decision(); answer != hostabi.AnswerAllow || err != nil || principal != "guest" {
						t.Errorf("got %d, %v, %q", answer, err, principal)
					}
				}
			}
		})
	}
	wg.Wait()
	if s := p.Stats(); s.Instances.Live > 4 {
		t.Errorf("%d instances live, want at most 4", s.Instances.Live)
	}
}
