package outbound

import (
	"encoding/binary"
	"io"
	"iter"
	"time"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Call is a request under way.
type Call struct{ handle uint32 }

// Wait waits for the first of several calls that has an answer or has failed; its
// Response does not wait then. timeout 0 is the time that the plugin's own call has
// left; with another it fails with portico.ErrTimeout when none is done in time.
// A call that is done stays so: leave it out of the next Wait. There may be 64.
func Wait(timeout time.Duration, calls ...*Call) (*Call, error) {
	b := scratch[:0]
	for _, c := range calls {
		b = binary.LittleEndian.AppendUint32(b, c.handle)
	}
	scratch = b
	n := abi.HTTPWait(view(b), millis(timeout))
	if n < 0 {
		return nil, abi.Code(n)
	}
	for _, c := range calls {
		if c.handle == uint32(n) {
			return c, nil
		}
	}
	return nil, abi.EIO // the gateway names one that was given
}

// Response waits for the head of the answer.
func (c *Call) Response() (*Response, error) {
	n := abi.HTTPStatus(c.handle)
	if n < 0 {
		return nil, abi.Code(n)
	}
	return &Response{Status: int(n), handle: c.handle}, nil
}

// Write sends a part of a streamed body.
func (c *Call) Write(p []byte) (int, error) { return c.WriteString(view(p)) }

// WriteString is Write for a string.
func (c *Call) WriteString(s string) (int, error) {
	n := abi.StreamWrite(c.handle, s)
	if n < 0 {
		return 0, abi.Code(n)
	}
	return int(n), nil
}

// SetTrailer sets a trailer that was named to Stream, before CloseWrite.
func (c *Call) SetTrailer(name, value string) error {
	return abi.Err(abi.HTTPSetTrailer(c.handle, name, value))
}

// CloseWrite says that a streamed body is complete.
func (c *Call) CloseWrite() error { return abi.Err(abi.StreamClose(c.handle)) }

// Close lets go of the request and its answer.
func (c *Call) Close() error { return abi.Err(abi.HTTPClose(c.handle)) }

var _ io.WriteCloser = (*Call)(nil)

// Response is an answer. It is an io.Reader of the body; io.ReadAll reads it
// whole, up to what the operator allows.
type Response struct {
	Status int
	handle uint32
}

var _ io.ReadCloser = (*Response)(nil)

// Header returns a header of the answer; several of that name are joined with
// ", ". ok is false when there is none.
func (r *Response) Header(name string) (value string, ok bool) {
	b, n := abi.Append(nil, func(buf []byte) int32 { return abi.HTTPGetHeader(r.handle, name, buf) })
	return string(b), n >= 0
}

// Headers yields all header fields, in the order of their names.
func (r *Response) Headers() iter.Seq2[string, string] {
	return pairs(func(buf []byte) int32 { return abi.HTTPHeaders(r.handle, buf) })
}

// Read reads the body. It ends with io.EOF.
func (r *Response) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n := abi.StreamRead(r.handle, p)
	switch {
	case n == 0:
		return 0, io.EOF
	case n < 0:
		return 0, abi.Code(n)
	}
	return int(n), nil
}

// Trailers yields what followed the body, once Read has given io.EOF; before
// that it yields nothing.
func (r *Response) Trailers() iter.Seq2[string, string] {
	return pairs(func(buf []byte) int32 { return abi.HTTPTrailers(r.handle, buf) })
}

// Close lets go of the answer.
func (r *Response) Close() error { return abi.Err(abi.HTTPClose(r.handle)) }
