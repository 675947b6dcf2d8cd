package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// Call runs the program once. The answer is hostabi.AnswerResult: what it wrote
// is then the host's result. The error is a [*hostabi.Failure].
func (p *Plugin) Call(ctx context.Context, k hostabi.Kind, h hostabi.Host) (int32, error) {
	if !p.Has(k) {
		return 0, p.failure(k, hostabi.Answered, errors.New(p.Lacks(k)))
	}
	o := adapter.Observation{Kind: k}
	err := p.call(ctx, &o, h)
	if o.Reason == 0 {
		o.Answer = hostabi.AnswerResult
	}
	p.note(&o)
	if o.Reason != 0 {
		return 0, p.failure(k, o.Reason, err)
	}
	return hostabi.AnswerResult, nil
}

func (p *Plugin) failure(k hostabi.Kind, r hostabi.Reason, err error) *hostabi.Failure {
	return &hostabi.Failure{Plugin: p.name, Kind: k, Reason: r, Err: err}
}

// note counts a call and hands it to the observer.
func (p *Plugin) note(o *adapter.Observation) {
	p.counters.Note(o)
	if p.observe != nil {
		p.observe(*o)
	}
}

var errLate = errors.New("the time was over before the event was there")

// call gets the event, a permit of the breaker, and a process, in this order:
// a client that sends its body slowly holds neither of the two others, and uses
// up its own time only. What fails has its reason in o.
func (p *Plugin) call(ctx context.Context, o *adapter.Observation, h hostabi.Host) error {
	event, err := h.Event()
	if err != nil {
		o.Reason = reasonOfEvent(err)
		return fmt.Errorf("event: %w", err)
	}
	if d, ok := ctx.Deadline(); ok && !time.Now().Before(d) {
		o.Reason = hostabi.TimedOut
		return errLate
	}
	permit, ok := p.breaker.Allow()
	if !ok {
		o.Reason = hostabi.Broken
		return nil
	}
	err = p.run(ctx, o, h, event)
	p.breaker.Done(permit, adapter.Outcome(o.Reason))
	return err
}

// run runs one process from the event to the result.
func (p *Plugin) run(ctx context.Context, o *adapter.Observation, h hostabi.Host, event []byte) error {
	begin := time.Now()
	i, err := p.pool.Get(ctx)
	o.Wait = time.Since(begin)
	if err != nil {
		o.Reason = adapter.ReasonOfGet(ctx, err)
		return err
	}
	stdio := &engine.Stdio{Args: p.args, Env: p.env, Stdin: event, MaxStdout: MaxOutput}
	i.SetStdio(stdio)
	used := h.Usage(p.name)
	t := &stderr{kind: o.Kind, host: h, lines: adapter.Lines{Max: p.allowance.Lines, Logged: used.Lines}}
	i.Value = t
	i.LimitCalls(max(1, 2*p.allowance.Calls-used.Calls))
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = begin.Add(o.Wait + p.timeout)
	}
	_, err = i.Call(ctx, deadline, p.start, nil)
	o.Run = time.Since(begin) - o.Wait
	p.ended(ctx, t)
	o.LinesDropped = t.lines.Dropped
	o.HostCalls = i.HostCalls()
	used.Calls += o.HostCalls
	used.Lines = t.lines.Logged
	h.SetUsage(p.name, used)
	p.pool.Put(i)
	if o.Reason, err = judge(err, stdio.Stdout); err != nil {
		return err
	}
	if err := h.WriteResult(stdio.Stdout); err != nil {
		o.Reason = hostabi.Malformed
		return fmt.Errorf("result: %w", err)
	}
	return nil
}

// reasonOfEvent says why there is no event: the client went away, or what it
// sent makes none.
func reasonOfEvent(err error) hostabi.Reason {
	if errors.Is(err, hostabi.ECONN) || errors.Is(err, hostabi.EABORT) {
		return hostabi.Canceled
	}
	return hostabi.Answered
}

var errNoOutput = errors.New("nothing on standard output")

// judge says whether a process that ended has answered. Its answer counts only
// with its exit status: a program may fail in the middle of its output.
func judge(err error, stdout []byte) (hostabi.Reason, error) {
	var e *engine.Error
	switch {
	case errors.As(err, &e) && e.Kind == engine.ErrExit && e.Code == 0:
	case errors.Is(err, engine.ErrExit):
		return hostabi.Exited, fmt.Errorf("exit status %d", e.Code) // its stack is that of proc_exit
	case errors.Is(err, engine.ErrOutput):
		return hostabi.Malformed, fmt.Errorf("more than %d bytes on standard output", MaxOutput)
	case err != nil:
		return adapter.ReasonOfCall(err), adapter.Told(err)
	}
	if len(bytes.TrimSpace(stdout)) == 0 {
		return hostabi.Malformed, errNoOutput
	}
	return 0, nil
}
