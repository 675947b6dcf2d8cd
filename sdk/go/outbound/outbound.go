// Package outbound sends requests to other hosts. It needs the capability "http"
// in the plugin's NAME.toml, where [http] hosts lists whom it may ask:
//
//	capabilities = ["http"]
//	http.hosts = ["https://auth.example.com"]
//
// [Get] and [Do] wait for the answer. [Start] does not, so that several hosts are
// asked at once, and [Wait] gives the first that is done. [Stream] sends a body in
// parts. What is under way ends with the call of the plugin; Close ends it earlier.
// It does not work in portico.Configure.
//
// In the value of a header, {secret:NAME} stands for a secret that the plugin was
// granted and need not see.
//
// Errors tell what happened: portico.ErrPermission, the host, its address or a
// header is not allowed; portico.ErrConnection, nobody answers; portico.ErrTimeout,
// not in time; portico.ErrTooLarge; portico.ErrExhausted, the call has sent as many
// requests as it may, or the host has failed so often that it is left alone for a
// while; portico.ErrNotFound, no such secret was granted; portico.ErrInvalid, the
// request cannot be sent; portico.ErrAborted, the time of the call is over.
package outbound

import (
	"time"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Request is a request to another host.
type Request struct {
	// Method is GET if it is "".
	Method string
	// URL is absolute, without user and fragment.
	URL string
	// Header is a list of name, value, name, value.
	Header []string
	// Body is the whole body; Stream has another way.
	Body []byte
	// Timeout bounds the time to the head of the answer; 0, and anything above
	// it, is the operator's.
	Timeout time.Duration
	// Redirects are followed, as far as the operator allows. Without it a 3xx is
	// an answer as any other.
	Redirects bool
}

// Get asks for a URL. header is a list of name, value, name, value.
func Get(url string, header ...string) (*Response, error) {
	return Do(&Request{URL: url, Header: header})
}

// Do sends a request and waits for the head of the answer. Any status is an
// answer and no error.
func Do(r *Request) (*Response, error) {
	n := abi.HTTPRequest(r.encode(), view(r.Body), millis(r.Timeout), r.flags())
	if n < 0 {
		return nil, abi.Code(n)
	}
	return (&Call{handle: uint32(n)}).Response()
}

// Start sends a request and does not wait.
func Start(r *Request) (*Call, error) { return start(r, r.flags()) }

// Stream begins a request whose body is written with Call.Write and ends with
// Call.CloseWrite. trailers names the trailers that may follow it. r.Body is not
// sent.
func Stream(r *Request, trailers ...string) (*Call, error) {
	whole := *r
	whole.Body = nil
	for _, name := range trailers {
		whole.Header = append(whole.Header[:len(whole.Header):len(whole.Header)], "Trailer", name)
	}
	return start(&whole, r.flags()|abi.FlagStream)
}

func start(r *Request, flags uint32) (*Call, error) {
	n := abi.HTTPStart(r.encode(), view(r.Body), millis(r.Timeout), flags)
	if n < 0 {
		return nil, abi.Code(n)
	}
	return &Call{handle: uint32(n)}, nil
}

func (r *Request) flags() uint32 {
	if r.Redirects {
		return abi.FlagRedirects
	}
	return 0
}

// millis is a timeout as the host takes it. What is negative has passed: it is
// the shortest that there is, and not the operator's.
func millis(d time.Duration) int64 {
	if d < 0 {
		return 1
	}
	return abi.Millis(d)
}
