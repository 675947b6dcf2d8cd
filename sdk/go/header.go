package portico

import (
	"iter"
	"unsafe"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

func header(message uint32, name string) (string, bool) {
	return text("get_header", abi.GetHeader(message, name, scratch), func(buf []byte) int32 { return abi.GetHeader(message, name, buf) })
}

func appendHeader(dst []byte, message uint32, name string) ([]byte, bool) {
	b, n := appendRead(dst, func(buf []byte) int32 { return abi.GetHeader(message, name, buf) })
	return b, found("get_header", n)
}

func headerValues(message uint32, name string) []string {
	return texts("header_values", func(buf []byte) int32 { return abi.HeaderValues(message, name, buf) })
}

func headers(message uint32) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		b, n := appendRead(nil, func(buf []byte) int32 { return abi.Headers(message, buf) })
		pairs(must("headers", b, n))(yield)
	}
}

// pairs yields the pairs of an encoded list.
func pairs(b []byte) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for rest := b; len(rest) > 0; {
			var name, value []byte
			name, rest = next(rest)
			value, rest = next(rest)
			if !yield(string(name), string(value)) {
				return
			}
		}
	}
}

// view is b as a string, for a host call that does not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Head changes the header list of a message.
type Head struct{ message uint32 }

// RequestHead and ResponseHead are the two; the kinds that may change them
// embed or offer them.
func RequestHead() Head { return Head{abi.Request} }

// ResponseHead is the response's.
func ResponseHead() Head { return Head{abi.Response} }

// SetHeader replaces all fields of a name by one.
func (h Head) SetHeader(name, value string) error {
	return abi.Err(abi.SetHeader(h.message, name, value))
}

// AddHeader appends a field.
func (h Head) AddHeader(name, value string) error {
	return abi.Err(abi.AddHeader(h.message, name, value))
}

// RemoveHeader removes all fields of a name.
func (h Head) RemoveHeader(name string) error {
	return abi.Err(abi.RemoveHeader(h.message, name))
}

// Write writes the body of the message; the first write of a call drops the
// body that was there.
func (h Head) Write(p []byte) (int, error) { return h.WriteString(view(p)) }

// WriteString is Write for a string.
func (h Head) WriteString(s string) (int, error) {
	n := abi.StreamWrite(h.message, s)
	if n < 0 {
		return 0, abi.Code(n)
	}
	return int(n), nil
}

// Close says that the body is complete. Returning does so too.
func (h Head) Close() error { return abi.Err(abi.StreamClose(h.message)) }

// Response writes the response: status, header fields and body. It is an
// io.Writer. Its zero value is not usable; handlers get theirs.
type Response struct{ Head }

// NewResponse is for the packages of the kinds.
func NewResponse() Response { return Response{ResponseHead()} }

// SetStatus sets the status, 200 to 599. Without it it is 200.
func (Response) SetStatus(status int) error { return abi.Err(abi.SetStatus(uint32(status))) }

// ResponseHeader, for response mappers, is Request.Header of the response.
func ResponseHeader(name string) (string, bool) { return header(abi.Response, name) }

// AllResponseHeaders is for the package responsemapper.
func AllResponseHeaders() iter.Seq2[string, string] { return headers(abi.Response) }
