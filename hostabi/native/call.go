package native

import (
	"context"
	"errors"
	"log/slog"
	"time"
	"unsafe"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/adapter"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// call is the call that an instance is in. It belongs to the instance, as its
// Value, and is used again for the next call.
type call struct {
	plugin   *Plugin
	instance *engine.Instance
	host     hostabi.Host
	kind     hostabi.Kind
	phase    phase
	result   bool // result_write was accepted
	refusal  string
	fault    hostabi.TokenFault // of the last token, 0 if it had none
	stream   streamContext
	grant    time.Duration // what a streaming integration has for each write

	usage   hostabi.Usage                // by earlier calls in the request, and but for host calls and lines by this one
	before  [hostabi.CapabilityCount]int // calls into capabilities, by earlier ones
	mayCall int                          // the host, before that is refused
	lines   adapter.Lines
	out     outbox

	buf    []byte          // what is put together before it is copied to the guest
	fields []hostabi.Field // parameters
	values []string        // identity sources

	kinds       uint32               // what a script exports
	scriptError *adapter.SourceError // why the call of a script will fail
}

func (c *call) begin(k hostabi.Kind, h hostabi.Host) {
	c.report() // of the start, which has no end of its own
	c.kind, c.phase, c.host = k, phase(k), h
	c.result, c.refusal, c.fault = false, "", 0
	c.scriptError = nil
	c.resume()
}

// report says how many lines were too many.
func (c *call) report() {
	if c.lines.Dropped > 0 {
		c.log(slog.LevelWarn, "lines dropped: the plugin logs too much", slog.Int("lines", c.lines.Dropped))
	}
}

// end lets go of the request, which is used again by others.
func (c *call) end() {
	c.report()
	c.out.close()
	c.settle()
	c.lines = adapter.Lines{}
	c.host = nil
	c.stream.Context = nil
	c.buf = c.buf[:0]
	if cap(c.buf) > maxKept {
		c.buf = nil
	}
	clear(c.fields)
	clear(c.values)
	c.fields, c.values = c.fields[:0], c.values[:0]
}

// streamContext is the context of an integration. When the head of its answer
// is final, what is left of the context's time does not count any more: an
// answer that streams may last. The client's leaving is seen until that time
// is over; after it writing fails.
type streamContext struct {
	context.Context
	c *call
}

func (s *streamContext) Err() error {
	err := s.Context.Err()
	if s.c.phase == flushed && errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// Done is nil when it would only say that the time is over, so that a guest
// can sleep.
func (s *streamContext) Done() <-chan struct{} {
	if s.c.phase == flushed && errors.Is(s.Context.Err(), context.DeadlineExceeded) {
		return nil
	}
	return s.Context.Done()
}

// extend gives a streaming integration its time anew: as long as it had for
// the head of its answer. Its host calls begin anew with it.
func (c *call) extend() {
	c.instance.SetDeadline(time.Now().Add(c.grant))
	c.allow(c.instance.HostCalls() + c.plugin.allowance.Calls)
}

// memory is the part of the guest's memory that two arguments name.
func (c *call) memory(ptr, length uint64) ([]byte, bool) {
	if uint32(length) == 0 {
		return nil, true
	}
	return c.instance.Bytes(uint32(ptr), uint32(length))
}

// view is a string over guest memory, for callees that do not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// put gives a guest a value: all of it or its length alone.
func put(dst []byte, v string) int32 {
	if len(v) <= len(dst) {
		copy(dst, v)
	}
	return int32(len(v))
}

// fail is the answer for an error of the host. What is no code is a mistake
// in the host and goes to the log.
func (c *call) fail(err error) int32 {
	if code, ok := err.(hostabi.Code); ok {
		return int32(code)
	}
	var code hostabi.Code
	if errors.As(err, &code) {
		return int32(code)
	}
	c.log(slog.LevelError, "the host could not do what the plugin asked for", slog.Any("error", err))
	return int32(hostabi.EIO)
}

// done is the answer of a function that has nothing to give.
func (c *call) done(err error) int32 {
	if err == nil {
		return 0
	}
	return c.fail(err)
}

const (
	enoent = int32(hostabi.ENOENT)
	einval = int32(hostabi.EINVAL)
	efault = int32(hostabi.EFAULT)
	ephase = int32(hostabi.EPHASE)
	ebadf  = int32(hostabi.EBADF)
	eagain = int32(hostabi.EAGAIN)
	e2big  = int32(hostabi.E2BIG)
	enosys = int32(hostabi.ENOSYS)
)
