package command_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/command"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/tck"
)

const yes = `{"isAuthorized":true}`

// outcome is how a call ended.
type outcome struct {
	Answer int32
	Result string
	Reason hostabi.Reason
	Cause  string // what the failure's text ends with
}

func call(p *command.Plugin, k hostabi.Kind, h *tck.Host) outcome {
	answer, err := p.Call(context.Background(), k, h)
	o := outcome{Answer: answer, Result: string(h.Result())}
	var f *hostabi.Failure
	if errors.As(err, &f) {
		o.Reason, o.Cause = f.Reason, f.Error()
	} else if err != nil {
		o.Cause = "no failure: " + err.Error()
	}
	return o
}

func TestEnds(t *testing.T) {
	e := newEngine(t)
	tests := []struct {
		name, event string
		want        outcome
	}{
		{"an answer without the end of a line", "a", outcome{Answer: hostabi.AnswerResult, Result: yes}},
		{"exit status 0", "0", outcome{Answer: hostabi.AnswerResult, Result: yes}},
		{"the event, to its last byte", "e" + strings.Repeat("x", 10_000), outcome{Answer: hostabi.AnswerResult, Result: "e" + strings.Repeat("x", 10_000)}},
		{"an event of whole reads", "e" + strings.Repeat("x", 4095), outcome{Answer: hostabi.AnswerResult, Result: "e" + strings.Repeat("x", 4095)}},
		{"the most output", "m", outcome{Answer: hostabi.AnswerResult, Result: strings.Repeat("\x00", command.MaxOutput)}},
		{"exit status 3 after an answer", "3", outcome{Reason: hostabi.Exited, Cause: "exit: exit status 3"}},
		{"the largest exit status", "9", outcome{Reason: hostabi.Exited, Cause: "exit: exit status 4294967295"}},
		{"a trap after an answer", "t", outcome{Reason: hostabi.Trapped, Cause: "trap: unreachable in .$18()"}},
		{"a byte too much output", "M", outcome{Reason: hostabi.Malformed, Cause: "malformed result: more than 10485760 bytes on standard output"}},
		{"output without end", "o", outcome{Reason: hostabi.Malformed, Cause: "malformed result: more than 10485760 bytes on standard output"}},
		{"no output", "n", outcome{Reason: hostabi.Malformed, Cause: "malformed result: nothing on standard output"}},
		{"no event to speak of", "", outcome{Reason: hostabi.Malformed, Cause: "malformed result: nothing on standard output"}},
		{"white space", "w", outcome{Reason: hostabi.Malformed, Cause: "malformed result: nothing on standard output"}},
	}
	p := load(t, e, moods(t), command.Options{Instances: 1, Breaker: engine.BreakerOptions{Failures: 1000}})
	for _, tt := range tests {
		for _, k := range command.Kinds() {
			t.Run(tt.name+" in "+k.String(), func(t *testing.T) {
				got, want := call(p, k, about(tt.event)), tt.want
				if want.Cause != "" {
					want.Cause = fmt.Sprintf("plugin %q: %s: %s", "moods", k, want.Cause)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got %.200q, want %.200q", fmt.Sprint(got), fmt.Sprint(want))
				}
			})
		}
	}
	s := p.Stats()
	want := map[hostabi.Reason]uint64{hostabi.Exited: 4, hostabi.Trapped: 2, hostabi.Malformed: 10}
	if !reflect.DeepEqual(s.Failures, want) || s.Calls[hostabi.Authorize] != 13 || s.Calls[hostabi.Integrate] != 13 {
		t.Errorf("the statistics are %+v, want failures %v in 13 calls of each kind", s, want)
	}
	if s.Instances.Created != 26 || s.Instances.Live != 0 {
		t.Errorf("%d instances were made and %d live, want 26 for 26 calls and none", s.Instances.Created, s.Instances.Live)
	}
}

func TestTheDeadlineEndsAProcess(t *testing.T) {
	p := load(t, newEngine(t), moods(t), command.Options{Timeout: 20 * time.Millisecond, Breaker: engine.BreakerOptions{Failures: 1000}})
	for name, event := range map[string]string{
		"an endless loop after an answer":      "l",
		"sleep, and an answer that would come": "s",
		"a line of errors without end":         "E",
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			got := call(p, hostabi.Authorize, about(event))
			if got.Reason != hostabi.TimedOut || got.Result != "" {
				t.Errorf("got %+v, want a timeout and no result", got)
			}
			if took := time.Since(begin); took > soon/2 {
				t.Errorf("it took %v", took)
			}
		})
	}
	t.Run("a deadline of the context, in place of its own", func(t *testing.T) {
		p := load(t, newEngine(t), moods(t), command.Options{Timeout: time.Hour})
		ctx := hostabi.WithDeadline(context.Background(), time.Now().Add(20*time.Millisecond))
		_, err := p.Call(ctx, hostabi.Integrate, about("s"))
		var f *hostabi.Failure
		if !errors.As(err, &f) || f.Reason != hostabi.TimedOut {
			t.Errorf("got %v, want a timeout", err)
		}
	})
}

func TestAClientThatLeavesEndsAProcess(t *testing.T) {
	p := load(t, newEngine(t), moods(t), command.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := p.Call(ctx, hostabi.Integrate, about("s"))
	var f *hostabi.Failure
	if !errors.As(err, &f) || f.Reason != hostabi.Canceled {
		t.Errorf("got %v, want one that was canceled", err)
	}
}

func TestWhatAProcessHas(t *testing.T) {
	e := newEngine(t)
	const badf, pipe = "\x08", "\x00"
	tests := []struct {
		name, event string
		o           command.Options
		want        string
	}{
		{"its name, and no configuration", "v", command.Options{Name: "n"}, "n\x00PORTICO_CONFIG={}\x0011"},
		{"its configuration", "v", command.Options{Name: "n", Config: []byte(`{"a":[1]}`)}, "n\x00PORTICO_CONFIG={\"a\":[1]}\x0011"},
		{"no directory, file or socket, and pipes", "d", command.Options{}, badf + badf + badf + pipe},
		{"no more memory than its limit", "g", command.Options{Limits: engine.Limits{MemoryPages: 9}}, "\x04"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := load(t, e, moods(t), tt.o)
			if got, want := call(p, hostabi.Integrate, about(tt.event)), (outcome{Answer: hostabi.AnswerResult, Result: tt.want}); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestStandardErrorIsLoggedWithABound(t *testing.T) {
	log := &record{}
	p := load(t, newEngine(t), moods(t), command.Options{Log: log.logger()})
	var seen []adapter.Observation
	q := load(t, newEngine(t), moods(t), command.Options{Log: log.logger(), Observe: func(o adapter.Observation) { seen = append(seen, o) }})
	call(p, hostabi.Authorize, about("a"))
	if got := call(q, hostabi.Authorize, about("f")); got.Result != yes {
		t.Errorf("got %v, want %s", got, yes)
	}
	lines := log.lines()
	first := `level=WARN msg="a line to standard error" plugin=moods stream=stderr call=authorize request=request-1`
	last := `level=WARN msg="lines dropped: the plugin logs too much" plugin=moods lines=68 call=authorize request=request-1`
	if len(lines) != hostabi.DefaultLines+1 || lines[0] != first || lines[len(lines)-1] != last {
		t.Errorf("%d lines, from %s\nto %s", len(lines), lines[0], lines[len(lines)-1])
	}
	if len(seen) != 1 || seen[0].LinesDropped != 68 || seen[0].Run <= 0 || seen[0].Answer != hostabi.AnswerResult {
		t.Errorf("observed %+v", seen)
	}
	if s := q.Stats(); s.LinesDropped != 68 {
		t.Errorf("%d lines dropped, want 68", s.LinesDropped)
	}
}

// The calls of a command in one request share what it may use up.
func TestWhatARequestUsesUp(t *testing.T) {
	log := &record{}
	p := load(t, newEngine(t), moods(t), command.Options{Log: log.logger(), Allowance: hostabi.Allowance{Calls: 150, Lines: 50}})
	h := about("f") // 100 lines
	for i, want := range []hostabi.Reason{0, 0, hostabi.Exhausted} {
		_, err := p.Call(context.Background(), hostabi.Authorize, h)
		var f *hostabi.Failure
		if errors.As(err, &f); (f == nil) != (want == 0) || f != nil && f.Reason != want {
			t.Errorf("call %d: %v, want the failure %q", i, err, want)
		}
	}
	if u := h.Usage("moods"); u.Lines != 50 || u.Calls < 300 {
		t.Errorf("the request remembers %+v", u)
	}
	if s := p.Stats(); s.HostCalls < 300 {
		t.Errorf("%d calls of the host are counted", s.HostCalls)
	}
}

func TestSilenceCountsNoLines(t *testing.T) {
	quiet := slog.New(slog.NewTextHandler(&record{}, &slog.HandlerOptions{Level: slog.LevelError}))
	p := load(t, newEngine(t), moods(t), command.Options{Log: quiet})
	call(p, hostabi.Authorize, about("f"))
	if s := p.Stats(); s.LinesDropped != 0 {
		t.Errorf("%d lines dropped where none is logged", s.LinesDropped)
	}
}

func TestItIsNoMapper(t *testing.T) {
	p := load(t, newEngine(t), moods(t), command.Options{})
	for _, k := range []hostabi.Kind{hostabi.Configure, hostabi.MapRequest, hostabi.MapResponse, 99} {
		got := call(p, k, about("a"))
		if p.Has(k) || got.Reason != hostabi.Answered || !strings.HasSuffix(got.Cause, "it is a command, which can be an authorizer or an integration and no mapper") {
			t.Errorf("as %s: %v, %+v", k, p.Has(k), got)
		}
	}
	if p.Name() != "moods" || !strings.HasPrefix(p.Digest(), "sha256:") || !p.Has(hostabi.Authorize) || !p.Has(hostabi.Integrate) {
		t.Errorf("it is %s, %s", p.Name(), p.Digest())
	}
}

// broken is a host that lacks something.
type broken struct {
	*tck.Host
	event, result error
}

func (b *broken) Event() ([]byte, error) {
	if b.event != nil {
		return nil, b.event
	}
	return b.Host.Event()
}

func (b *broken) WriteResult([]byte) error { return b.result }

func TestWhatTheHostLacksIsNoFailureOfTheBreaker(t *testing.T) {
	p := load(t, newEngine(t), moods(t), command.Options{Breaker: engine.BreakerOptions{Failures: 1}})
	for name, tt := range map[string]struct {
		h    *broken
		want hostabi.Reason
	}{
		"the client went away with half of its body": {&broken{about("a"), hostabi.ECONN, nil}, hostabi.Canceled},
		"or before":                     {&broken{about("a"), hostabi.EABORT, nil}, hostabi.Canceled},
		"a body too large for an event": {&broken{about("a"), hostabi.E2BIG, nil}, hostabi.Answered},
		"a result too large":            {&broken{about("a"), nil, hostabi.E2BIG}, hostabi.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := p.Call(context.Background(), hostabi.Integrate, tt.h)
			var f *hostabi.Failure
			if !errors.As(err, &f) || f.Reason != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	t.Run("a body that took all of the time", func(t *testing.T) {
		ctx := hostabi.WithDeadline(context.Background(), time.Now().Add(-time.Second))
		_, err := p.Call(ctx, hostabi.Integrate, about("a"))
		var f *hostabi.Failure
		if !errors.As(err, &f) || f.Reason != hostabi.TimedOut {
			t.Errorf("got %v, want a timeout", err)
		}
	})
	if s := p.Stats(); s.Breaker != engine.BreakerClosed || s.Instances.Created != 1 {
		t.Errorf("the breaker is %s after %d instances, want closed after 1", s.Breaker, s.Instances.Created)
	}
}

func TestACommandThatFailsAgainAndAgainIsLeftAlone(t *testing.T) {
	p := load(t, newEngine(t), moods(t), command.Options{Breaker: engine.BreakerOptions{Failures: 3, Backoff: time.Hour, MaxBackoff: time.Hour}})
	for range 3 {
		if got := call(p, hostabi.Authorize, about("3")); got.Reason != hostabi.Exited {
			t.Fatalf("got %+v", got)
		}
	}
	if got := call(p, hostabi.Authorize, about("a")); got.Reason != hostabi.Broken {
		t.Errorf("got %+v, want an open breaker", got)
	}
	if s := p.Stats(); s.Opened != 1 || s.Instances.Created != 3 || s.Failures[hostabi.Broken] != 1 {
		t.Errorf("the statistics are %+v", s)
	}
}

// entered is a host that says when its event was taken.
type entered struct {
	*tck.Host
	c chan struct{}
}

func (e *entered) Event() ([]byte, error) {
	close(e.c)
	return e.Host.Event()
}

func TestProcessesAreBounded(t *testing.T) {
	p := load(t, newEngine(t), moods(t), command.Options{Instances: 1, QueueTimeout: -1})
	ctx, cancel := context.WithCancel(context.Background())
	h, done := &entered{about("s"), make(chan struct{})}, make(chan error, 1)
	go func() {
		_, err := p.Call(ctx, hostabi.Integrate, h)
		done <- err
	}()
	<-h.c
	for p.Stats().Instances.Idle > 0 { // it is about to take the one there is
		time.Sleep(time.Millisecond)
	}
	if got := call(p, hostabi.Authorize, about("a")); got.Reason != hostabi.Busy {
		t.Errorf("got %+v, want busy", got)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("the process went on after its client had gone")
	}
	if got := call(p, hostabi.Authorize, about("a")); got.Result != yes {
		t.Errorf("the next one got %+v", got)
	}
}

func TestTheQueueHoldsNoLongerThanTheCall(t *testing.T) {
	p := load(t, newEngine(t), moods(t), command.Options{Instances: 1, QueueTimeout: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	h, done := &entered{about("s"), make(chan struct{})}, make(chan struct{})
	go func() {
		defer close(done)
		_, _ = p.Call(ctx, hostabi.Integrate, h)
	}()
	<-h.c
	for p.Stats().Instances.Idle > 0 {
		time.Sleep(time.Millisecond)
	}
	short := hostabi.WithDeadline(context.Background(), time.Now().Add(20*time.Millisecond))
	_, err := p.Call(short, hostabi.Authorize, about("a"))
	var f *hostabi.Failure
	if !errors.As(err, &f) || f.Reason != hostabi.Busy {
		t.Errorf("got %v, want busy", err)
	}
	cancel()
	<-done
}
