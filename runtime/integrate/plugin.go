package integrate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	goruntime "runtime"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/event"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Plugin is a plugin in place of a Lambda function.
type Plugin struct {
	Plugin hostabi.Plugin
	// V2 gives it the event of payload format 2.0 and takes its inferred
	// responses.
	V2 bool
	// Timeout bounds the call up to the head of its answer.
	Timeout time.Duration
	// KeepLimit bounds the bytes of a body that the plugin may read or write
	// at once.
	KeepLimit int
	// Log is told of panics; nil discards them.
	Log *slog.Logger
}

var _ Integration = (*Plugin)(nil)

// Integrate runs the plugin on a goroutine of its own, because a plugin that
// flushes goes on writing its body while the later phases run. It returns when
// the head of the answer is final.
func (p *Plugin) Integrate(ctx context.Context, x *exchange.Exchange) *exchange.Refusal {
	x.Trace() // in the event, and for the client
	start := time.Now()
	run := newRun(ctx, x, p)
	select {
	case <-run.stream.started:
		x.Finisher = run
	case <-run.done:
	}
	x.Log.IntegrationLatency = time.Since(start)
	if run.call.Flushed() {
		x.Log.IntegrationStatus, x.Log.BackendStatus = 200, x.Response.Status
		x.Response.Streaming = true
		return nil
	}
	return p.answer(x, run)
}

// answer reads what a plugin left that has ended without flushing.
func (p *Plugin) answer(x *exchange.Exchange, run *run) *exchange.Refusal {
	if run.err != nil {
		x.Log.IntegrationError = run.err
		if errors.Is(run.call.EventErr, exchange.ErrTooLarge) {
			return tooLarge.Because(run.err)
		}
		return failure(x, run.err)
	}
	x.Log.IntegrationStatus = 200
	if run.answer != hostabi.AnswerResult {
		if x.Response.Status == 0 {
			x.Response.Status = 200
		}
		x.Log.BackendStatus = x.Response.Status
		return nil
	}
	x.Response.Header.Reset()
	x.Response.Body.SetBytes(nil)
	parse := event.ParseProxyV1
	if p.V2 {
		parse = event.ParseProxyV2
	}
	if err := parse(run.call.Result, x); err != nil {
		x.Log.IntegrationError = err
		return of(x, badFunction, badFunctionHTTP).Because(err)
	}
	x.Log.BackendStatus = x.Response.Status
	return nil
}

// failure says what the client gets when a plugin fails: as a Lambda function
// that throws, is late or is throttled.
func failure(x *exchange.Exchange, err error) *exchange.Refusal {
	var f *hostabi.Failure
	if !errors.As(err, &f) {
		return of(x, badFunction, badFunctionHTTP).Because(err)
	}
	switch f.Reason {
	case hostabi.TimedOut:
		return lateFunction.Because(err)
	case hostabi.Canceled:
		return gone.Because(err)
	case hostabi.Busy, hostabi.Broken:
		return of(x, busyFunction, busyHTTP).Because(err)
	}
	return of(x, badFunction, badFunctionHTTP).Because(err)
}

// run is one call of an integration plugin, possibly beside the later phases.
type run struct {
	call   exchange.Call
	stream stream
	done   chan struct{}
	// Set before done is closed.
	answer int32
	err    error
}

func newRun(ctx context.Context, x *exchange.Exchange, p *Plugin) *run {
	r := &run{done: make(chan struct{})}
	r.call.Init(x)
	start := time.Now()
	r.call.KeepLimit = p.KeepLimit
	r.call.Bound(start, p.Timeout)
	r.call.BuildEvent = p.event
	r.stream.init(x)
	r.call.Stream = &r.stream
	if p.Timeout > 0 {
		ctx = hostabi.WithDeadline(ctx, start.Add(p.Timeout))
	}
	go func() {
		defer close(r.done)
		r.answer, r.err = p.run(ctx, &r.call)
		r.stream.end(r.err)
	}()
	return r
}

// errPanic reports a mistake in what calls plugins: a guest cannot panic.
var errPanic = errors.New("the call of the plugin panicked")

// run calls the plugin. On a goroutine of its own a panic would end the
// process; here it fails its request, as those of other phases do (see
// front).
func (p *Plugin) run(ctx context.Context, c *exchange.Call) (answer int32, err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		err = fmt.Errorf("%w: %v", errPanic, v)
		if p.Log != nil {
			stack := make([]byte, 16<<10)
			stack = stack[:goruntime.Stack(stack, false)]
			p.Log.Error("plugin call panicked", "plugin", p.Plugin.Name(), "request_id", c.Exchange().ID,
				slog.Any("panic", v), "stack", string(stack))
		}
	}()
	return p.Plugin.Call(ctx, hostabi.Integrate, c)
}

// Finish waits for a plugin that still streams. Its next write fails; one that
// writes no more ends by itself or when its time is over.
func (r *run) Finish() {
	r.stream.reader.Close()
	<-r.done
}

func (p *Plugin) event(c *exchange.Call) ([]byte, error) {
	if p.V2 {
		return event.AppendProxyV2(nil, c.Exchange())
	}
	return event.AppendProxyV1(nil, c.Exchange())
}
