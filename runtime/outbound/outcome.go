package outbound

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// outcome is how a request ended.
type outcome uint8

const (
	answered   outcome = iota
	notAllowed         // by the list, the guard of addresses, or a secret that was not granted
	timedOut           // no head in time, or the call's time was over
	failed             // nobody there, or nobody who speaks HTTP
	tooLarge
	leftAlone // the breaker was open
	abandoned // the guest, or its client, did not want it any more
	outcomes
)

var outcomeNames = [outcomes]string{"answered", "refused", "timeout", "failed", "too_large", "breaker", "abandoned"}

// Stats counts the requests of a plugin, over all its versions. Its zero value is
// ready; it is safe for concurrent use.
type Stats struct {
	byOutcome [outcomes]atomic.Uint64
	time      atomic.Int64
	open      atomic.Int64
}

func (s *Stats) count(o outcome) { s.byOutcome[o].Add(1) }

func (s *Stats) waited(d time.Duration) { s.time.Add(int64(d)) }

// Requests calls f with the number of requests that ended in each way.
func (s *Stats) Requests(f func(outcome string, n uint64)) {
	for o := range s.byOutcome {
		f(outcomeNames[o], s.byOutcome[o].Load())
	}
}

// Open is how many requests have not ended, answers that are read included.
func (s *Stats) Open() int64 { return s.open.Load() }

// Waited is the time that requests waited for the head of their answer, those
// that got one.
func (s *Stats) Waited() time.Duration { return time.Duration(s.time.Load()) }

// codeOf turns what went wrong into what a guest gets: a code, or the error of
// the context where the call is over.
func (x *exchange) codeOf(err error) error {
	var code hostabi.Code
	if x.ctx.Err() != nil {
		err = context.Cause(x.ctx)
		if !errors.As(err, &code) {
			return err
		}
	}
	if errors.As(err, &code) {
		return code
	}
	var r *refused
	switch {
	case errors.As(err, &r):
		return hostabi.EPERM
	case isLargeHead(err):
		return hostabi.E2BIG
	}
	return hostabi.ECONN
}

// isLargeHead goes by text, since net/http has no error for it; a test with a
// server that floods holds it.
func isLargeHead(err error) bool {
	text := err.Error()
	return strings.Contains(text, "response headers exceeded") || strings.Contains(text, "response header list larger")
}

func outcomeOf(err error) outcome {
	var code hostabi.Code
	if !errors.As(err, &code) {
		if errors.Is(err, context.DeadlineExceeded) {
			return timedOut
		}
		return abandoned
	}
	switch code {
	case hostabi.EPERM, hostabi.ENOENT, hostabi.EINVAL:
		return notAllowed
	case hostabi.ETIMEDOUT:
		return timedOut
	case hostabi.E2BIG:
		return tooLarge
	case hostabi.EAGAIN:
		return leftAlone
	}
	return failed
}

// verdict is what a round trip says about its host. One that the call's time was
// over for may be the host's doing; one that the guest let go of is not.
func (x *exchange) verdict(err error) engine.Outcome {
	if err == nil {
		return engine.Succeeded
	}
	switch code := x.codeOf(err); {
	case code == hostabi.ECONN, code == hostabi.ETIMEDOUT:
		return engine.Failed
	case errors.Is(context.Cause(x.ctx), context.DeadlineExceeded):
		return engine.Failed
	}
	return engine.Neither
}

// wrapped keeps a code for the guest and a text for the log.
func wrapped(code hostabi.Code, format string, args ...any) error {
	return fmt.Errorf("%w: %s", code, fmt.Sprintf(format, args...))
}
