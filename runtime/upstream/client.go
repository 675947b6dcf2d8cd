package upstream

import (
	"context"
	"io"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// Client sends requests to backends. It is safe for concurrent use.
type Client interface {
	// Do sends r and returns when the head of the final response is there, or
	// with an [*Error]. It fills resp, whose Header keeps its memory. After
	// success the caller must close resp.Body, or resp.Conn where the status
	// is 101.
	//
	// ctx ends the exchange until then, its body included. Until Do fails or
	// resp.Body is closed r must not change, and r.Body may be read by another
	// goroutine; after that neither is touched.
	Do(ctx context.Context, r *Request, resp *Response) error

	// CloseIdle closes the connections that wait for a request.
	CloseIdle()

	// Close makes every later Do fail and closes idle connections; others
	// close when their response has been read.
	Close() error
}

// Target is where requests go, as [Template.Target] and [Template.Expand] say.
type Target struct {
	Scheme string // "http" or "https"
	Addr   string // host:port to dial
	Host   string // authority as in the URI, for the Host field
}

// Request is one request to a backend. The caller owns it; the client changes
// nothing in it.
type Request struct {
	Target Target
	Method string // a token, but not CONNECT
	// URI is the request target in origin form, escaped: "/path?query". It
	// must not begin with two slashes.
	URI string
	// Host replaces Target.Host in the Host field unless it is empty.
	Host string
	// Header is sent in this order and, by Lean, with these cases. It must not
	// hold Host or a field that frames the message or counts for one hop; the
	// client adds those. Trailer may stand there to announce names.
	Header hostabi.Header
	// Body is sent as content, nil for none. One that has
	// InMemory() ([]byte, bool), as [*exchange.Body] has, and says true, is
	// not read but sent from there; only such a body can be sent again when a
	// request is tried again after its body had begun.
	Body io.Reader
	// Size is the length of Body, -1 when unknown: then it goes in chunks.
	Size int64
	// Trailer gives the fields after a body in chunks; it is called when Body
	// has been read to its end. Those that frame, route or describe the
	// content are left out; a malformed one fails the request with ErrBody.
	// Nil for none.
	Trailer func() hostabi.Header
	// Interrupt makes a Read of Body that may be blocked return soon. It is
	// called, by Do or by a method of the response's body, when nobody wants
	// the rest; without it they wait for the Read. Nil for bodies that never
	// block long.
	Interrupt func()
	// ExpectContinue asks the server to agree before the body is sent.
	ExpectContinue bool
	// Upgrade is the protocol to ask for, "" for none.
	Upgrade string
	// HeadTimeout bounds the time from the call of Do to the head of the final
	// response; 0 is [DefaultHeadTimeout].
	HeadTimeout time.Duration
	// OnInterim gets informational responses other than 101; nil drops them.
	// The header is valid during the call. It is not called after Do.
	OnInterim func(status int, h hostabi.Header)
}

// Response is the answer to a request. The caller owns it and may use it again
// after it has closed Body.
type Response struct {
	Status int    // 101, or 200 to 999 as sent
	Proto  string // "HTTP/1.0", "HTTP/1.1" or "HTTP/2.0"
	Reason string // without the status; "" from HTTP/2
	// Header is without fields that frame the message or count for one hop,
	// and those that Connection names; for 101 it keeps Upgrade. Order, case
	// and Trailer are as sent, but over HTTP/2 names are in canonical case and
	// sorted, and there is no Trailer. Values share one piece of memory: keep a copy of those that
	// outlive the response.
	Header hostabi.Header
	// Size is the length of the content, -1 when unknown. For HEAD and 304 it
	// is what the server announced.
	Size int64
	// Body is never nil but for 101. A Read returns what has come, without
	// waiting for more. It belongs to one goroutine; errors are [*Error].
	Body io.ReadCloser
	// Trailer gives the fields after the body, once Body has returned io.EOF.
	// Nil when there cannot be any.
	Trailer func() hostabi.Header
	// Conn is the connection after 101, nil otherwise. The request's context
	// and timeouts no longer count for it.
	Conn exchange.Conn

	call *call // of Lean, to be used again
}

// Reset empties r and keeps its memory for the next request. Its Body must be
// closed and not be used any more.
func (r *Response) Reset() {
	if r.call != nil {
		*r.call = call{shut: true}
	}
	r.reset()
}

func (r *Response) reset() {
	h := r.Header
	h.Reset()
	*r = Response{Header: h, call: r.call}
}

// newCall is memory for a call with r.
func (r *Response) newCall() *call {
	if r.call == nil {
		r.call = new(call)
	}
	*r.call = call{}
	return r.call
}
