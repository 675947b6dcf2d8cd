package portico

import (
	"io"
	"iter"
	"strconv"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Request reads the request that a call is about. It is valid during the call.
type Request struct{}

// Field is a scalar of the request; see ABI.md, "Fields".
type Field uint32

const (
	Method     Field = 1 // as the client sent it
	Path       Field = 2 // below the stage or base path, percent-encoded
	RawPath    Field = 3 // whole, as sent
	Query      Field = 4 // raw, without "?"
	Scheme     Field = 5 // "http" or "https"
	Host       Field = 6 // with its port
	Protocol   Field = 7 // "HTTP/1.1", "HTTP/2.0"
	SourceIP   Field = 8 // of the client, behind trusted proxies
	UserAgent  Field = 9
	RequestID  Field = 10
	Time       Field = 11 // ms since 1970, in decimal; Request.TimeUnixMs
	API        Field = 12 // id of the API
	Stage      Field = 13
	Route      Field = 14 // HTTP APIs: "GET /orders/{id}"
	Resource   Field = 15 // REST APIs: "/orders/{id}"
	MethodARN  Field = 16
	Principal  Field = 17 // of the authorizer's decision
	Account    Field = 18
	Region     Field = 19
	DomainName Field = 20 // host without its port
	Token      Field = 21 // first identity source's value; authorizers only
)

// Get returns a field, "" when the request has none.
func (Request) Get(f Field) string {
	s, _ := text("get_field", abi.GetField(uint32(f), scratch), func(buf []byte) int32 { return abi.GetField(uint32(f), buf) })
	return s
}

// Append appends a field to dst, without allocating when dst has room.
func (Request) Append(dst []byte, f Field) []byte {
	b, n := appendRead(dst, func(buf []byte) int32 { return abi.GetField(uint32(f), buf) })
	found("get_field", n)
	return b
}

// Method is the request's method, as the client sent it.
func (r Request) Method() string { return r.Get(Method) }

// Path is the path below the stage or base path, percent-encoded as sent.
func (r Request) Path() string { return r.Get(Path) }

// SourceIP is the client's address, behind trusted proxies.
func (r Request) SourceIP() string { return r.Get(SourceIP) }

// TimeUnixMs is when the request came, in milliseconds since 1970.
func (r Request) TimeUnixMs() int64 {
	n, _ := strconv.ParseInt(r.Get(Time), 10, 64)
	return n
}

// Header returns the values of a header, joined by commas when there are
// several, and whether it is there at all.
func (Request) Header(name string) (string, bool) { return header(abi.Request, name) }

// AppendHeader appends what Header returns to dst, without allocating when
// dst has room.
func (Request) AppendHeader(dst []byte, name string) ([]byte, bool) {
	return appendHeader(dst, abi.Request, name)
}

// HeaderValues returns the values of a header one by one, nil if absent.
func (Request) HeaderValues(name string) []string { return headerValues(abi.Request, name) }

// Headers yields all header fields in order, names as the client wrote them.
func (Request) Headers() iter.Seq2[string, string] { return headers(abi.Request) }

// QueryParam returns a query parameter, decoded: the last one of that name.
func (Request) QueryParam(name string) (string, bool) { return param(abi.SourceQuery, name) }

// QueryParams returns all values of a query parameter.
func (Request) QueryParams(name string) []string { return params(abi.SourceQuery, name) }

// PathParam returns a path parameter, decoded.
func (Request) PathParam(name string) (string, bool) { return param(abi.SourcePath, name) }

// StageVariable returns a stage variable.
func (Request) StageVariable(name string) (string, bool) {
	return param(abi.SourceStageVariable, name)
}

// AuthContext returns what the authorizer put into its context.
func (Request) AuthContext(key string) (string, bool) { return param(abi.SourceAuthContext, key) }

// Cookie returns a cookie: the first one of that name.
func (Request) Cookie(name string) (string, bool) { return param(abi.SourceCookie, name) }

// Scratch returns what this plugin stored for this request in an earlier
// call, nil if nothing.
func (Request) Scratch() []byte {
	b, n := appendRead(nil, abi.ScratchRead)
	return must("scratch_read", b, n)
}

// SetScratch stores up to 64 KiB for later calls about this request.
func (Request) SetScratch(b []byte) error { return abi.Err(abi.ScratchWrite(view(b))) }

// Body reads a body from its start. It ends with io.EOF.
type Body struct{ handle uint32 }

var _ io.Reader = Body{}

// RequestBody is the body of the request; the kinds that may read it offer it
// as a method.
func RequestBody() Body { return Body{abi.Request} }

// ResponseBody is the body of the response.
func ResponseBody() Body { return Body{abi.Response} }

func (b Body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n := abi.StreamRead(b.handle, p)
	switch {
	case n == 0:
		return 0, io.EOF
	case n < 0:
		return 0, abi.Code(n)
	}
	return int(n), nil
}

func param(source uint32, name string) (string, bool) {
	return text("get_param", abi.GetParam(source, name, scratch), func(buf []byte) int32 { return abi.GetParam(source, name, buf) })
}

func params(source uint32, name string) []string {
	return texts("param_values", func(buf []byte) int32 { return abi.ParamValues(source, name, buf) })
}

// AppendEvent is for the packages of the kinds, which offer it as Event.
func AppendEvent(dst []byte) ([]byte, error) {
	b, n := appendRead(dst, abi.EventRead)
	return b, abi.Err(n)
}
