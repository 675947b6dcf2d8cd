package native

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
)

// Call runs the plugin once. The error is a [*hostabi.Failure].
//
// ctx bounds waiting for an instance and the call; an integration's call is
// bounded by it until stream_flush only, see Options.Timeout.
func (p *Plugin) Call(ctx context.Context, k hostabi.Kind, h hostabi.Host) (int32, error) {
	if !p.Has(k) {
		return 0, p.failure(k, hostabi.Answered, errNoKind)
	}
	permit, ok := p.breaker.Allow()
	if !ok {
		o := Observation{Kind: k, Reason: hostabi.Broken}
		p.note(&o)
		return 0, p.failure(k, hostabi.Broken, nil)
	}
	answer, o, err := p.run(ctx, k, h)
	p.breaker.Done(permit, adapter.Outcome(o.Reason))
	p.note(&o)
	if err != nil {
		return 0, p.failure(k, o.Reason, err)
	}
	return answer, nil
}

func (p *Plugin) failure(k hostabi.Kind, r hostabi.Reason, err error) *hostabi.Failure {
	return &hostabi.Failure{Plugin: p.name, Kind: k, Reason: r, Err: err}
}

// run borrows an instance and calls it.
func (p *Plugin) run(ctx context.Context, k hostabi.Kind, h hostabi.Host) (answer int32, o Observation, err error) {
	o.Kind = k
	begin := time.Now() // once: what follows reads the cheaper monotonic clock
	i := p.pool.TryGet()
	if i == nil {
		i, err = p.pool.Get(ctx)
		o.Wait = time.Since(begin)
	}
	if err != nil {
		o.Reason = adapter.ReasonOfGet(ctx, err)
		return 0, o, err
	}

	c := i.Value.(*call)
	c.begin(k, h)
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = begin.Add(o.Wait + p.timeout)
	}
	c.grant = max(p.timeout, deadline.Sub(begin))
	if k == hostabi.Integrate {
		c.stream.Context = ctx
		ctx = &c.stream
	}
	v, err := i.Call(ctx, deadline, p.funcs[k], nil)
	o.Run = time.Since(begin) - o.Wait
	answer = int32(uint32(v))
	if err != nil {
		o.Reason = adapter.ReasonOfCall(err)
		err = adapter.Told(err)
	} else if o.Reason, err = c.judge(answer); err == nil {
		o.Answer = answer
	}
	o.HostCalls, o.LinesDropped = i.HostCalls(), c.lines.Dropped
	c.end()
	p.countState(c)
	p.pool.Put(i)
	return answer, o, err
}

// judge says whether an answer is one that the kind may give.
func (c *call) judge(answer int32) (hostabi.Reason, error) {
	switch {
	case answer < 0 && c.scriptError != nil:
		return hostabi.Answered, errors.New(c.scriptError.Text) // its stack has the places
	case answer < 0:
		return hostabi.Answered, fmt.Errorf("%s answered %w", c.kind.Export(), hostabi.Code(answer))
	case answers[c.kind]&(1<<answer) == 0:
		return hostabi.Answered, fmt.Errorf("%s answered %d, which means nothing", c.kind.Export(), answer)
	case answer != hostabi.AnswerResult || c.kind == hostabi.MapRequest:
		return 0, nil
	case c.phase == flushed:
		return hostabi.Malformed, errAfterFlush
	case !c.result:
		return hostabi.Malformed, errNoResult
	}
	return 0, nil
}
