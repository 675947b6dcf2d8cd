package outbound

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
)

// exchange is one request and its answer.
type exchange struct {
	client    *Client
	ctx       context.Context
	cancel    context.CancelCauseFunc
	timer     *time.Timer // ends ctx when the head does not come in time
	began     time.Time
	redirects bool
	streams   bool
	secret    []string // names of fields that have a secret in them

	// What the guest's side writes.
	out      *io.PipeWriter
	trailers []hostabi.Field // of the request, set before out is closed
	closed   bool

	// What run has set when done is closed.
	done   chan struct{}
	status int
	head   hostabi.Header
	err    error
	answer *http.Response

	// What the guest's side reads with.
	left   int64 // bytes of the answer's body that may come yet
	broken error // of the body
	ended  bool
}

var _ hostabi.HTTPExchange = (*exchange)(nil)

// run sends the request and takes the head of the answer.
func (x *exchange) run(q *http.Request, to place, permit engine.Permit) {
	defer close(x.done)
	for hop := 0; ; hop++ {
		resp, err := x.client.conns.RoundTrip(q)
		if err == nil {
			err = wellFormed(resp)
		}
		x.client.breakers.done(to, permit, x.verdict(err))
		if err != nil {
			x.fail(resp, to, err)
			return
		}
		next, err := x.redirect(q, resp, hop)
		if err == nil && next == nil {
			x.take(resp, to)
			return
		}
		if err == nil {
			resp.Body.Close()
			q, to = next, placeOf(next.URL)
			var ok bool
			if permit, ok = x.client.breakers.allow(to); ok {
				continue
			}
			err = hostabi.EAGAIN
		}
		x.fail(resp, to, err)
		return
	}
}

// errNotFinal reports an answer that is none: its status is not one that ends a
// request (RFC 9110, section 15.2).
var errNotFinal = errors.New("the answer has no final status")

func wellFormed(resp *http.Response) error {
	if resp.StatusCode < 200 || resp.StatusCode > 999 {
		return errNotFinal
	}
	return nil
}

// fail sets the outcome of a request without an answer.
func (x *exchange) fail(resp *http.Response, to place, err error) {
	x.timer.Stop()
	if resp != nil {
		resp.Body.Close()
	}
	x.err = x.codeOf(err)
	if outcomeOf(x.err) != abandoned {
		x.client.report.failed(to, err)
	}
	x.cancel(x.err)
}

// take sets the outcome of a request with an answer.
func (x *exchange) take(resp *http.Response, to place) {
	head, ok := headOf(resp.Header)
	if !ok || resp.ContentLength > x.left && resp.Body != http.NoBody {
		x.fail(resp, to, hostabi.E2BIG)
		return
	}
	if !x.timer.Stop() {
		x.fail(resp, to, hostabi.ETIMEDOUT)
		return
	}
	x.status, x.head, x.answer = resp.StatusCode, head, resp
	x.client.o.Stats.waited(time.Since(x.began))
}

// headOf is the list of an answer's fields without what frames it. ok is false
// if there is too much of it.
func headOf(h http.Header) (list hostabi.Header, ok bool) {
	size := 0
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if frames(name) {
			continue
		}
		for _, v := range h[name] {
			list.Add(name, v)
			size += len(name) + len(v)
		}
	}
	return list, len(list) <= hostabi.MaxHTTPFields && size <= hostabi.MaxHTTPHead
}

// frames names what is between two hops and not for the guest (RFC 9110, section
// 7.6.1).
func frames(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return strings.HasPrefix(name, "Proxy-")
}

func (x *exchange) Done() <-chan struct{} { return x.done }

func (x *exchange) Response() (int, hostabi.Header, error) { return x.status, x.head, x.err }

func (x *exchange) Read(p []byte) (int, error) {
	<-x.done
	switch {
	case x.err != nil:
		return 0, x.err
	case x.broken != nil:
		return 0, x.broken
	case x.left > 0:
		p = p[:min(int64(len(p)), x.left)]
	case len(p) > 1:
		p = p[:1] // to see whether there is more
	}
	n, err := x.answer.Body.Read(p)
	switch {
	case x.left == 0 && n > 0:
		x.cancel(hostabi.E2BIG)
		n, err = 0, hostabi.E2BIG
	case errors.Is(err, io.EOF):
		x.ended = true
	case err != nil:
		err = x.codeOf(err)
	}
	x.left -= int64(n)
	x.broken = err
	if n > 0 {
		err = nil // it comes with the next read
	}
	return n, err
}

func (x *exchange) Trailer() hostabi.Header {
	if !x.ended {
		return nil
	}
	list, ok := headOf(x.answer.Trailer)
	if !ok {
		return nil // a peer that floods has said nothing
	}
	return list
}

func (x *exchange) Write(p []byte) (int, error) {
	n, err := x.out.Write(p)
	if err != nil {
		err = x.codeOf(err)
	}
	return n, err
}

func (x *exchange) SetTrailer(name, value string) error {
	x.trailers = append(x.trailers, hostabi.Field{Name: name, Value: value})
	return nil
}

func (x *exchange) CloseWrite() error { return x.out.Close() }

// Close ends the exchange and does not wait for what is under way.
func (x *exchange) Close() error {
	if x.closed {
		return nil
	}
	x.closed = true
	x.cancel(context.Canceled)
	if x.out != nil {
		x.out.CloseWithError(context.Canceled)
	}
	select {
	case <-x.done:
		x.finish()
	default:
		x.client.pool.running.Go(func() {
			<-x.done
			x.finish()
		})
	}
	return nil
}

// finish counts how the exchange ended and lets go of the answer. The connection
// of one that was read to its end is in the pool by then, any other's is closed.
func (x *exchange) finish() {
	o := answered
	switch {
	case x.err != nil:
		o = outcomeOf(x.err)
	case x.broken != nil && !x.ended:
		o = outcomeOf(x.broken)
	}
	if x.answer != nil {
		x.answer.Body.Close()
	}
	x.client.o.Stats.count(o)
	x.client.o.Stats.open.Add(-1)
}

// streamed is the body of a request that the guest writes. When it ends, it adds
// the trailers, on the goroutine that net/http sends them from.
type streamed struct {
	*io.PipeReader
	x       *exchange
	trailer http.Header
}

func (s *streamed) Read(p []byte) (int, error) {
	n, err := s.PipeReader.Read(p)
	if err == io.EOF {
		for _, f := range s.x.trailers {
			s.trailer.Set(f.Name, f.Value)
		}
	}
	return n, err
}
