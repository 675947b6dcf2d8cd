package hostabi

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// HTTP sends requests to the hosts that the operator listed.
type HTTP interface {
	// Limits are those of one request that the gateway answers; whoever makes
	// the requests for a guest keeps them.
	Limits() HTTPLimits

	// Start begins a request and does not wait for the network. ctx is done
	// when the call into the plugin is over: the exchange ends then, whatever
	// it is doing, and what waits on it returns. It has no deadline; its cause
	// is DeadlineExceeded where the time of the call was over.
	//
	// EPERM: scheme, host or port is not listed. ENOENT: a header names a
	// secret that was not granted. EINVAL: a header names one and does not end.
	// EAGAIN: the breaker of the host is open. What fails later is the error of
	// HTTPExchange.Response.
	Start(ctx context.Context, r HTTPRequest) (HTTPExchange, error)
}

// HTTPRequest is a request that a plugin sends. Who makes one has checked it by
// the rules of ABI.md; it does not change once it is handed over.
type HTTPRequest struct {
	Method string
	// URL is absolute, http or https, without user and fragment. Its host is
	// lower case.
	URL *url.URL
	// Header may hold {secret:NAME} in values, which Start replaces. What
	// frames a message is not in it.
	Header Header
	// Trailers are the names of trailers that a streamed body may end with.
	Trailers []string
	// Body is the whole body. With Stream it is nil and comes by
	// HTTPExchange.Write.
	Body   []byte
	Stream bool
	// Redirects asks to follow them, as far as the operator allows.
	Redirects bool
	// Timeout bounds the time to the head of the answer; 0, and anything above
	// it, is the operator's.
	Timeout time.Duration
}

// HTTPExchange is a request under way and its answer. One goroutine at a time
// uses it. Errors are of type [Code] or those of a context.
type HTTPExchange interface {
	// Done is closed when the head of the answer has come or the request has
	// failed.
	Done() <-chan struct{}

	// Response is the head of the answer, after Done. The header list must not
	// be changed. ECONN: no answer, or none that is HTTP; ETIMEDOUT: none in
	// time; EPERM: the address, or the target of a redirect, is not allowed;
	// E2BIG: the answer is too large.
	Response() (status int, h Header, err error)

	// Read reads the answer's body, as an io.Reader does; it waits for the head
	// first. ECONN: the peer broke off; E2BIG: the body is too large.
	Read(p []byte) (int, error)

	// Trailer is what followed the body, once Read gave io.EOF; nil before.
	Trailer() Header

	// Write sends a part of a streamed body and waits until it is on its way:
	// it takes all of p or fails. ECONN: the peer takes no more. It, SetTrailer
	// and CloseWrite are for streamed requests alone, and CloseWrite is the
	// last of them.
	Write(p []byte) (int, error)

	// SetTrailer sets a trailer that the request declared.
	SetTrailer(name, value string) error

	// CloseWrite says that a streamed body is complete.
	CloseWrite() error

	// Close lets go of everything. A second Close does nothing.
	Close() error
}

// HTTPLimits bounds what a plugin sends while the gateway answers one request.
// A zero member is its default.
type HTTPLimits struct {
	// Requests that it may start; 0 means DefaultHTTPRequests.
	Requests int
	// Bytes of all their bodies and those of the answers, as far as the plugin
	// reads them; 0 means DefaultHTTPBytes.
	Bytes int64
	// Body of one request in bytes; 0 means DefaultHTTPBody.
	Body int64
	// Bodies are the bytes of the whole bodies of a call's open requests
	// together; one alone may be larger. A guest can give the same memory each
	// time, and the host holds a copy of each. 0 means DefaultHTTPBodies.
	Bodies int
}

const (
	// DefaultHTTPRequests is more than a policy decision asks for, and few
	// enough that a client's request is no flood.
	DefaultHTTPRequests = 16
	// DefaultHTTPBody is the bound of a body elsewhere in the gateway.
	DefaultHTTPBody = 10 << 20

	// DefaultHTTPBodies holds three bodies of the largest kind.
	DefaultHTTPBodies = 32 << 20
	// DefaultHTTPBytes holds a few bodies of the largest kind.
	DefaultHTTPBytes = 64 << 20

	// MaxHTTPOpen bounds the requests of a call that are open at once: each
	// holds a connection and two goroutines.
	MaxHTTPOpen = 16
	// MaxHTTPWait bounds the handles of one http.wait.
	MaxHTTPWait = 64
	// MaxHTTPFields and MaxHTTPHead bound the header list of an answer, names
	// and values together, as the gateway's own, and the head of a request,
	// with its method and URL.
	MaxHTTPFields = 400
	MaxHTTPHead   = 40 << 10
	// MaxHTTPSecrets bounds how often a head may name secrets. Each may be far
	// longer than its name; a bound on what they make of a head would tell a
	// guest how long they are.
	MaxHTTPSecrets = 16
)

// Flags of http.request and http.start.
const (
	HTTPStream    = 1 // the body is streamed
	HTTPRedirects = 2 // redirects are followed
)

const secretMark = "{secret:"

// CountSecrets is how often the value of a header names a secret.
func CountSecrets(value string) int { return strings.Count(value, secretMark) }

// FillSecrets replaces each {secret:NAME} in the value of a header by what
// secret gives for NAME. filled says whether there was one. EINVAL: one does not
// end, or the result cannot stand in a header.
func FillSecrets(value string, secret func(name string) ([]byte, error)) (full string, filled bool, err error) {
	for {
		before, rest, ok := strings.Cut(value, secretMark)
		full += before
		if !ok {
			break
		}
		filled = true
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			return "", true, EINVAL
		}
		v, err := secret(name)
		if err != nil {
			return "", true, err
		}
		full += string(v)
		value = after
	}
	if filled && !ValidValue(full) {
		return "", true, EINVAL
	}
	return full, filled, nil
}
