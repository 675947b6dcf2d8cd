package respond

import (
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// sink records what is sent.
type sink struct {
	status  int
	header  exchange.Header
	size    int64
	body    strings.Builder
	flushes int
	trailer exchange.Header
	aborted bool
	fail    error // of Write
}

func (s *sink) Interim(int, exchange.Header) error { return nil }
func (s *sink) WriteHead(status int, h exchange.Header, size int64, _ bool) error {
	s.status, s.size = status, size
	s.header = append(s.header, h...)
	return nil
}
func (s *sink) Write(p []byte) (int, error) {
	if s.fail != nil {
		return 0, s.fail
	}
	return s.body.Write(p)
}
func (s *sink) Flush() error                         { s.flushes++; return nil }
func (s *sink) WriteTrailer(h exchange.Header) error { s.trailer = h; return nil }
func (s *sink) Hijack() (exchange.Conn, error)       { return nil, errors.ErrUnsupported }
func (s *sink) Abort()                               { s.aborted = true }

func newExchange(p exchange.Protocol) (*exchange.Exchange, *sink) {
	s := &sink{}
	x := &exchange.Exchange{Sink: s, ID: "id", ExtendedID: "ext="}
	x.Request.Method, x.Request.Client = "GET", netip.MustParseAddr("192.0.2.1")
	x.Request.BodyLimit = 10 << 20
	if p != 0 {
		x.API = &exchange.API{Protocol: p}
		x.Stage = &exchange.Stage{Name: "prod", Variables: []exchange.Field{{Name: "who", Value: "me"}}}
		x.Route = &exchange.Route{}
	}
	return x, s
}

func text(h exchange.Header) string {
	var lines []string
	for _, f := range h {
		lines = append(lines, f.Name+": "+f.Value)
	}
	return strings.Join(lines, "\n")
}

func TestARefusalIsAGatewayResponse(t *testing.T) {
	deny := &exchange.Refusal{Type: exchange.AccessDenied, CapitalMessage: true, Message: "User is not authorized"}
	cases := []struct {
		name     string
		protocol exchange.Protocol
		refusal  *exchange.Refusal
		status   int
		header   string
		body     string
	}{
		{"before the method request a body is compact", exchange.REST, &exchange.Refusal{Type: exchange.Unauthorized}, 401,
			"Content-Type: application/json\nx-amzn-ErrorType: UnauthorizedException\nx-amzn-RequestId: id\nx-amz-apigw-id: ext=", `{"message":"Unauthorized"}`},
		{"of an integration it has a space", exchange.REST, &exchange.Refusal{Type: exchange.IntegrationTimeout}, 504,
			"Content-Type: application/json\nx-amzn-ErrorType: InternalServerErrorException\nx-amzn-RequestId: id\nx-amz-apigw-id: ext=", `{"message": "Endpoint request timed out"}`},
		{"a policy denies with a capital", exchange.REST, deny, 403,
			"Content-Type: application/json\nx-amzn-ErrorType: AccessDeniedException\nx-amzn-RequestId: id\nx-amz-apigw-id: ext=", `{"Message":"User is not authorized"}`},
		{"a failed authorizer says null", exchange.REST, &exchange.Refusal{Type: exchange.AuthorizerConfigurationError}, 500,
			"Content-Type: application/json\nx-amzn-ErrorType: AuthorizerConfigurationException\nx-amzn-RequestId: id\nx-amz-apigw-id: ext=", `{"message":null}`},
		{"no API at all is answered as REST", 0, &exchange.Refusal{Type: exchange.BadProtocol, Status: 403, ErrorType: "ForbiddenException", Message: "Forbidden"}, 403,
			"Content-Type: application/json\nx-amzn-ErrorType: ForbiddenException\nx-amzn-RequestId: id\nx-amz-apigw-id: ext=", `{"message":"Forbidden"}`},
		{"a body too long is refused in plain text", exchange.REST, &exchange.Refusal{Type: exchange.BadProtocol, Status: 413}, 413,
			"Content-Type: text; charset=utf-8", "HTTP content length exceeded 10485760 bytes."},
		{"a URL too long has its status's text", exchange.REST, &exchange.Refusal{Type: exchange.BadProtocol, Status: 414}, 414,
			"Content-Type: application/json\nx-amzn-ErrorType: BadRequestException\nx-amzn-RequestId: id\nx-amz-apigw-id: ext=", `{"message":"Request URI Too Long"}`},
		{"an HTTP API has fixed errors", exchange.HTTP, deny, 403, "Content-Type: application/json\nApigw-Requestid: ext=", `{"message":"Forbidden"}`},
		{"an HTTP API's late integration is unavailable", exchange.HTTP, &exchange.Refusal{Type: exchange.IntegrationTimeout}, 503,
			"Content-Type: application/json\nApigw-Requestid: ext=", `{"message":"Service Unavailable"}`},
		{"an HTTP API's failed function", exchange.HTTP, &exchange.Refusal{Type: exchange.IntegrationFailure, Status: 500}, 500,
			"Content-Type: application/json\nApigw-Requestid: ext=", `{"message":"Internal Server Error"}`},
		{"an HTTP API without the route", exchange.HTTP, &exchange.Refusal{Type: exchange.ResourceNotFound}, 404,
			"Content-Type: application/json\nApigw-Requestid: ext=", `{"message":"Not Found"}`},
		{"an HTTP API's 413", exchange.HTTP, &exchange.Refusal{Type: exchange.RequestTooLarge}, 413,
			"Content-Type: application/json\nApigw-Requestid: ext=", `{"message":"Request Entity Too Large"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x, s := newExchange(c.protocol)
			x.Response.Status = 200
			x.Response.Header.Add("X-Left", "over")
			x.Refused = c.refusal
			(*Responses)(nil).Prepare(x)
			if err := Send(x); err != nil {
				t.Fatal(err)
			}
			if s.status != c.status || text(s.header) != c.header || s.body.String() != c.body {
				t.Errorf("got %d\n%s\n%s\nwant %d\n%s\n%s", s.status, text(s.header), s.body.String(), c.status, c.header, c.body)
			}
			if x.Log.Status != c.status || x.Log.ResponseLength != int64(len(c.body)) {
				t.Errorf("logged %d, %d bytes", x.Log.Status, x.Log.ResponseLength)
			}
		})
	}
}

func TestGatewayResponsesAreCustomisable(t *testing.T) {
	r, err := NewResponses(map[exchange.ResponseType]Custom{
		exchange.Unauthorized: {Status: 418, Header: []exchange.Field{
			{Name: "Access-Control-Allow-Origin", Value: "'*'"}, {Name: "X-Who", Value: "stageVariables.who"},
			{Name: "X-Header", Value: "method.request.header.x-in"}, {Name: "X-Query", Value: "method.request.querystring.q"},
			{Name: "X-Split", Value: "method.request.querystring.bad"}, {Name: "X-None", Value: "context.authorizer.none"}},
			Body: []exchange.Field{{Name: "text/plain", Value: "no: $context.error.message. ${stageVariables.who} costs $5"},
				{Name: "application/json", Value: `{"m":$context.error.messageString,"t":"$context.error.responseType"}`}}},
		exchange.Default5XX:   {Status: 599},
		exchange.AccessDenied: {Header: []exchange.Field{{Name: "X-A", Value: "'1'"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, accept string
		refusal      *exchange.Refusal
		status       int
		contains     []string
		body         string
	}{
		{"status, headers and template", "", &exchange.Refusal{Type: exchange.Unauthorized}, 418,
			[]string{"Access-Control-Allow-Origin: *", "X-Who: me", "X-Header: in", "X-Query: a b"}, `{"m":"Unauthorized","t":"UNAUTHORIZED"}`},
		{"the accepted media type picks the template", "text/plain, */*", &exchange.Refusal{Type: exchange.Unauthorized}, 418,
			[]string{"Content-Type: text/plain"}, `no: Unauthorized. me costs $5`},
		{"a class changes its members' status", "", &exchange.Refusal{Type: exchange.IntegrationFailure}, 599, nil, `{"message":"Internal server error"}`},
		{"an entry brings the default template into force", "", &exchange.Refusal{Type: exchange.AccessDenied, CapitalMessage: true, Message: "No"}, 403,
			[]string{"X-A: 1"}, `{"message":"No"}`},
		{"others stay", "", &exchange.Refusal{Type: exchange.Throttled}, 429, nil, `{"message":"Too Many Requests"}`},
		{"what comes before an API is known stays", "", &exchange.Refusal{Type: exchange.BadProtocol, Status: 400}, 400, nil, `{"message":"Bad Request"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x, s := newExchange(exchange.REST)
			x.Request.Header.Add("X-In", "in")
			x.Request.Query = "q=a+b&bad=%0d%0aX:1"
			if c.accept != "" {
				x.Request.Header.Add("Accept", c.accept)
			}
			x.Refused = c.refusal
			r.Prepare(x)
			if err := Send(x); err != nil {
				t.Fatal(err)
			}
			if s.status != c.status || s.body.String() != c.body {
				t.Errorf("got %d %s, want %d %s", s.status, s.body.String(), c.status, c.body)
			}
			for _, line := range c.contains {
				if !strings.Contains(text(s.header), line) {
					t.Errorf("no %q in\n%s", line, text(s.header))
				}
			}
			if strings.ContainsAny(text(s.header), "\r") || s.header.Has("X-Split") || s.header.Has("X-None") {
				t.Errorf("header holds what it must not:\n%s", text(s.header))
			}
		})
	}
}

func TestMistakesInGatewayResponsesAreAllReported(t *testing.T) {
	_, err := NewResponses(map[exchange.ResponseType]Custom{
		"NO_SUCH":             {},
		exchange.BadProtocol:  {},
		exchange.Unauthorized: {Status: 99, Header: []exchange.Field{{Name: "X", Value: "static"}, {Name: "Content-Length", Value: "'1'"}}},
	})
	if n := len(err.(interface{ Unwrap() []error }).Unwrap()); n != 5 {
		t.Errorf("%d mistakes, want 5: %v", n, err)
	}
	if !errors.Is(err, ErrUnknownType) || !errors.Is(err, ErrTemplate) {
		t.Errorf("error %v", err)
	}
}

func TestFieldsOfABackendAreRenamed(t *testing.T) {
	cases := []struct {
		name        string
		protocol    exchange.Protocol
		integration exchange.Integration
		want        string
	}{
		{"by HTTP_PROXY the common ones", exchange.REST, exchange.HTTPProxy,
			"x-amzn-Remapped-Date: d\nx-amzn-Remapped-Server: s\nUser-Agent: u\nx-amzn-remapped-x-amzn-requestid: r\nX-Own: o\nx-amzn-Remapped-Content-Length: 2\nx-amzn-RequestId: id\nx-amz-apigw-id: ext="},
		{"by HTTP more", exchange.REST, exchange.HTTPCustom,
			"x-amzn-Remapped-Date: d\nx-amzn-Remapped-Server: s\nx-amzn-Remapped-User-Agent: u\nx-amzn-remapped-x-amzn-requestid: r\nX-Own: o\nx-amzn-RequestId: id\nx-amz-apigw-id: ext=\nX-Amzn-Trace-Id: trace"},
		{"by an HTTP API none", exchange.HTTP, exchange.HTTPProxy, "Server: s\nUser-Agent: u\nX-Amzn-RequestId: r\nX-Own: o\nApigw-Requestid: ext="},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x, s := newExchange(c.protocol)
			x.Route.Integration, x.TraceID = c.integration, "trace"
			x.Response.Status = 200
			x.Response.Header = exchange.Header{{Name: "Date", Value: "d"}, {Name: "Server", Value: "s"}, {Name: "User-Agent", Value: "u"},
				{Name: "X-Amzn-RequestId", Value: "r"}, {Name: "X-Own", Value: "o"}}
			x.Response.Body.SetBytes([]byte("ok"))
			(*Responses)(nil).Prepare(x)
			if err := Send(x); err != nil {
				t.Fatal(err)
			}
			if got := text(s.header); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// pieces is a body that comes in pieces and ends with err.
type pieces struct {
	list   []string
	err    error
	closed bool
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.list) == 0 {
		return 0, p.err
	}
	n := copy(b, p.list[0])
	p.list = p.list[1:]
	return n, nil
}
func (p *pieces) Close() error { p.closed = true; return nil }

func TestBodiesAreCopied(t *testing.T) {
	broken := errors.New("broken")
	cases := []struct {
		name      string
		method    string
		status    int
		body      pieces
		size      int64
		want      string
		size2     int64
		flushes   int
		aborted   bool
		err       error
		clientErr error
	}{
		{"a known length is not flushed", "GET", 200, pieces{list: []string{"ab", "c"}, err: io.EOF}, 3, "abc", 3, 0, false, nil, nil},
		{"an unknown length is flushed piece by piece", "GET", 200, pieces{list: []string{"ab", "c"}, err: io.EOF}, -1, "abc", -1, 3, false, nil, nil},
		{"HEAD announces and sends nothing", "HEAD", 200, pieces{list: []string{"ab"}, err: io.EOF}, 2, "", 2, 0, false, nil, nil},
		{"204 has no body", "GET", 204, pieces{list: []string{"ab"}, err: io.EOF}, 2, "", 0, 0, false, nil, nil},
		{"304 has no body", "GET", 304, pieces{err: io.EOF}, 0, "", 0, 0, false, nil, nil},
		{"a failing upstream aborts", "GET", 200, pieces{list: []string{"ab"}, err: broken}, 3, "ab", 3, 0, true, broken, nil},
		{"a body that ends early aborts", "GET", 200, pieces{list: []string{"ab"}, err: io.EOF}, 3, "ab", 3, 0, true, io.ErrUnexpectedEOF, nil},
		{"a client that has gone aborts", "GET", 200, pieces{list: []string{"ab"}, err: io.EOF}, 2, "", 2, 0, true, broken, broken},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x, s := newExchange(exchange.HTTP)
			s.fail = c.clientErr
			x.Request.Method, x.Response.Status = c.method, c.status
			body := c.body
			x.Response.Body.SetStream(&body, c.size)
			(*Responses)(nil).Prepare(x)
			err := Send(x)
			if !errors.Is(err, c.err) || s.body.String() != c.want || s.size != c.size2 || s.flushes != c.flushes || s.aborted != c.aborted {
				t.Errorf("got %q size %d flushes %d aborted %v err %v", s.body.String(), s.size, s.flushes, s.aborted, err)
			}
			if !body.closed {
				t.Error("the body was not closed")
			}
		})
	}
}

// whole is a stream that has all in memory and is not to be copied.
type whole struct{ rest string }

func (w *whole) Read([]byte) (int, error)      { return 0, errors.New("was read") }
func (w *whole) Close() error                  { return nil }
func (w *whole) Whole() (rest []byte, ok bool) { return []byte(w.rest), true }

func TestABodyThatIsAllThereIsSentAsItLies(t *testing.T) {
	gone := errors.New("gone")
	for _, clientErr := range []error{nil, gone} {
		x, s := newExchange(exchange.HTTP)
		s.fail = clientErr
		x.Response.Status = 200
		x.Response.Body.SetStream(&whole{"hello"}, 5)
		want := "hello"
		if clientErr != nil {
			want = ""
		}
		if err := Send(x); err != clientErr || s.body.String() != want || s.aborted != (clientErr != nil) || x.Log.ResponseLength != int64(len(want)) {
			t.Errorf("client %v: got %q, aborted %v, length %d, err %v", clientErr, s.body.String(), s.aborted, x.Log.ResponseLength, err)
		}
	}
	// What a plugin has read of it comes first.
	x, s := newExchange(exchange.HTTP)
	x.Response.Status = 200
	x.Response.Body.SetStream(struct{ io.ReadCloser }{io.NopCloser(strings.NewReader("hello"))}, 5)
	if _, err := x.Response.Body.Keep(10); err != nil {
		t.Fatal(err)
	}
	if err := Send(x); err != nil || s.body.String() != "hello" {
		t.Errorf("got %q, %v", s.body.String(), err)
	}
}

func TestTrailersFollowABodyOfUnknownLength(t *testing.T) {
	x, s := newExchange(exchange.HTTP)
	x.Response.Status = 200
	x.Response.Body.SetStream(&pieces{list: []string{"a"}, err: io.EOF}, -1)
	x.Response.Trailer = func() exchange.Header { return exchange.Header{{Name: "X-Sum", Value: "1"}} }
	(*Responses)(nil).Prepare(x)
	if err := Send(x); err != nil || text(s.trailer) != "X-Sum: 1" {
		t.Errorf("trailer %q, err %v", text(s.trailer), err)
	}
}

func TestPreparingAProxiedAnswerAllocatesLittle(t *testing.T) {
	x, _ := newExchange(exchange.HTTP)
	x.Response.Header = make(exchange.Header, 0, 8)
	if n := testing.AllocsPerRun(100, func() {
		x.Response.Header = append(x.Response.Header[:0], exchange.Field{Name: "Content-Type", Value: "a/b"})
		(*Responses)(nil).Prepare(x)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("a $context.status ${stageVariables.who}$", "v")
	f.Add("$context.error.messageString", "\"")
	f.Fuzz(func(t *testing.T, body, value string) {
		x, _ := newExchange(exchange.REST)
		x.Stage = &exchange.Stage{Variables: []exchange.Field{{Name: "who", Value: value}}}
		got := string(parseTemplate(body).append(nil, x))
		if !strings.Contains(body, "$") && got != body {
			t.Errorf("text without a variable changed: %q became %q", body, got)
		}
		if m, err := parseMapping(body); err == nil {
			m.append(nil, x)
		}
	})
}
