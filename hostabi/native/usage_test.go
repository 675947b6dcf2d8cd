package native_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// programmed makes a plugin of the conformance guest with an allowance.
func programmed(t *testing.T, a hostabi.Allowance, log *slog.Logger) *native.Plugin {
	p, err := native.New(context.Background(), newEngine(t), tck.Guest,
		native.Options{Name: "guest", Allowance: a, Log: log, Breaker: engine.BreakerOptions{Failures: 100}, Capabilities: tck.NewCapabilities()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// program has the guest make a host call n times.
func program(h hostabi.Host, c tck.Command, n int) {
	if err := h.SetScratch("guest", tck.Encode(0, slices.Repeat([]tck.Command{c}, n))); err != nil {
		panic(err)
	}
}

func TestLinesAreBoundedOverAllCallsInARequest(t *testing.T) {
	log := &record{}
	p := programmed(t, hostabi.Allowance{Lines: 25}, log.logger(slog.LevelInfo))
	h := tck.NewHost(tck.Setup{})
	for i, want := range []int{10, 10, 5 + 1, 1} { // the last ones say how many were dropped
		log.reset()
		program(h, tck.Command{Func: hostabi.FuncLog, Number: uint32(hostabi.LevelInfo), In: [2]string{"line"}}, 10)
		if _, err := p.Call(context.Background(), hostabi.MapRequest, h); err != nil {
			t.Fatal(err)
		}
		if got := log.lines(); len(got) != want {
			t.Errorf("call %d logged %d lines, want %d:\n%s", i, len(got), want, strings.Join(got, "\n"))
		}
	}
	if u := h.Usage("guest"); u.Lines != 25 {
		t.Errorf("the request remembers %d lines", u.Lines)
	}
	if s := p.Stats(); s.LinesDropped != 15 {
		t.Errorf("%d lines dropped, want 15", s.LinesDropped)
	}
}

func TestHostCallsAreBounded(t *testing.T) {
	p := programmed(t, hostabi.Allowance{Calls: 100}, nil)
	write := tck.Command{Func: hostabi.FuncStreamWrite, Number: hostabi.StreamResponse, In: [2]string{"x"}}
	call := func(c tck.Command, n int) (*tck.Host, error) {
		h := tck.NewHost(tck.Setup{})
		program(h, c, n)
		_, err := p.Call(context.Background(), hostabi.Integrate, h)
		return h, err
	}
	idle, err := call(write, 1)
	if err != nil {
		t.Fatal(err)
	}
	before := idle.Usage("guest").Calls - 2 // less the one, and one to say that it is done
	for _, n := range []int{99 - before, 100 - before, 101 - before, 150} {
		t.Run(fmt.Sprintf("%d", n), func(t *testing.T) {
			h, err := call(write, n)
			if body, _, _ := h.Body(true); err != nil || len(body) != min(n, 100-before) {
				t.Errorf("got %d bytes, %v, want %d", len(body), err, min(n, 100-before))
			}
			if u := h.Usage("guest"); u.Calls <= n+before { // the report takes one or two
				t.Errorf("the request remembers %d calls, want more than %d", u.Calls, n+before)
			}
		})
	}
	for name, c := range map[string]tck.Command{
		"of a guest that goes on": write, "that cannot be refused": {Func: hostabi.FuncClockUnixNs},
		"with a handle that is none": {Func: hostabi.FuncGetHeader, Number: 2}, "of a stream that is none": {Func: hostabi.FuncStreamFlush, Number: 2},
		"of a capability": {Func: hostabi.FuncHTTPStatus, Number: 7},
	} {
		t.Run("at twice as many, the call ends: "+name, func(t *testing.T) {
			_, err := call(c, 250)
			var f *hostabi.Failure
			if !errors.As(err, &f) || f.Reason != hostabi.Exhausted {
				t.Errorf("got %v, want the failure %q", err, hostabi.Exhausted)
			}
		})
	}
	t.Run("clocks go on until then", func(t *testing.T) {
		if _, err := call(tck.Command{Func: hostabi.FuncClockUnixNs}, 150); err != nil {
			t.Error(err)
		}
	})
	t.Run("a stream that makes progress has them anew", func(t *testing.T) {
		h := tck.NewHost(tck.Setup{})
		commands := append([]tck.Command{{Func: hostabi.FuncStreamFlush, Number: hostabi.StreamResponse}}, slices.Repeat([]tck.Command{write}, 1000)...)
		if err := h.SetScratch("guest", tck.Encode(0, commands)); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Call(context.Background(), hostabi.Integrate, h); err != nil {
			t.Fatal(err)
		}
		if body, _, _ := h.Body(true); len(body) < 1000 {
			t.Errorf("got %d bytes, want 1000 and a report", len(body))
		}
		// What came after the flush is the stream's own: later phases run.
		if u := h.Usage("guest"); u.Calls < 2 || u.Calls > 10 {
			t.Errorf("the request remembers %d calls, want those before the flush", u.Calls)
		}
	})
}
