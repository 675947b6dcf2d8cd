package upstream

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// What went wrong, for errors.Is.
var (
	// ErrInvalid reports a request that would be malformed, or that this
	// client cannot send. Nothing was sent.
	ErrInvalid = errors.New("invalid request")
	// ErrRefused reports that no connection could be made.
	ErrRefused = errors.New("no connection")
	// ErrTimeout reports that the head, or the next piece of a body, did not
	// come in time.
	ErrTimeout = errors.New("timed out")
	// ErrReset reports a connection that ended before the response did.
	ErrReset = errors.New("connection lost")
	// ErrMalformed reports a response that breaks HTTP or exceeds a limit.
	ErrMalformed = errors.New("malformed response")
	// ErrCanceled reports that the request's context ended.
	ErrCanceled = errors.New("canceled")
	// ErrBody reports that the request's body failed or was shorter than its
	// size. The body's own error is wrapped.
	ErrBody = errors.New("request body")
	// ErrClosed reports a client that was closed.
	ErrClosed = errors.New("client closed")
)

// Error is a failed request or response body. It wraps Kind and Err.
type Error struct {
	Addr string // host:port of the backend
	Kind error  // one of the errors above
	Err  error  // the cause, nil when Kind says it all
}

func (e *Error) Error() string {
	s := "upstream " + e.Addr + ": " + e.Kind.Error()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// ofContext returns the kind of a context's end: running out of time is a
// timeout whoever set the deadline.
func ofContext(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return ErrTimeout
	}
	return ErrCanceled
}

// isLost reports whether err says that the peer ended the connection.
func isLost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, net.ErrClosed)
}

// isTimeout reports whether err is a deadline of a connection. It avoids
// errors.As for the two shapes that occur on the path of a slow request.
func isTimeout(err error) bool {
	t, ok := err.(interface{ Timeout() bool })
	return ok && t.Timeout()
}
