package exchange

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

func sample() *Exchange {
	x := &Exchange{ID: "req", ExtendedID: "ext=", Start: time.UnixMilli(1700000000123)}
	x.Request = Request{Method: "GET", RawPath: "/shop/prod/orders/a%20b", Path: "/orders/a%20b", Query: "q=1&q=2&e&x=%41+b",
		Host: "Shop.example.com:8080", Scheme: "http", Proto: "HTTP/1.1", Client: netip.MustParseAddr("192.0.2.7")}
	x.Request.Header = Header{{Name: "User-Agent", Value: "curl"}, {Name: "Cookie", Value: "a=1; b=2"}, {Name: "Cookie", Value: "c=3"}}
	x.API = &API{ID: "api1", Name: "shop", Protocol: REST, AccountID: "123456789012", Region: "eu-west-1"}
	x.Stage = &Stage{Name: "prod", InPath: true, BasePath: "/shop", Variables: []Field{{Name: "backend", Value: "b"}}}
	x.Route = &Route{Key: "GET /orders/{id}", Method: "GET", Resource: "/orders/{id}", ResourceID: "abc123", Operation: "getOrder"}
	x.SetParams([]Field{{Name: "id", Value: "a%20b"}})
	x.Principal = "me"
	x.SetAuthValue(AuthValue{"tenant", "t1", hostabi.ValueString})
	return x
}

func TestFieldsOfARequest(t *testing.T) {
	want := map[hostabi.FieldID]string{
		hostabi.FieldMethod: "GET", hostabi.FieldPath: "/orders/a%20b", hostabi.FieldRawPath: "/shop/prod/orders/a%20b",
		hostabi.FieldQuery: "q=1&q=2&e&x=%41+b", hostabi.FieldScheme: "http", hostabi.FieldHost: "Shop.example.com:8080",
		hostabi.FieldProtocol: "HTTP/1.1", hostabi.FieldSourceIP: "192.0.2.7", hostabi.FieldUserAgent: "curl",
		hostabi.FieldRequestID: "req", hostabi.FieldAPI: "api1", hostabi.FieldStage: "prod", hostabi.FieldRoute: "GET /orders/{id}",
		hostabi.FieldResource: "/orders/{id}", hostabi.FieldPrincipal: "me", hostabi.FieldAccount: "123456789012",
		hostabi.FieldRegion: "eu-west-1", hostabi.FieldDomainName: "Shop.example.com", hostabi.FieldToken: "secret",
		hostabi.FieldMethodARN: "arn:aws:execute-api:eu-west-1:123456789012:api1/prod/GET/orders/a%20b",
	}
	c := sample().NewCall()
	c.Identity = append(c.Identity, "secret")
	for id := range hostabi.FieldID(64) {
		got, ok := c.Field(id)
		if w, is := want[id]; ok != is || got != w {
			t.Errorf("Field(%d) = %q, %v; want %q, %v", id, got, ok, w, is)
		}
	}
	bare := (&Exchange{}).NewCall()
	for _, id := range []hostabi.FieldID{hostabi.FieldAPI, hostabi.FieldStage, hostabi.FieldRoute, hostabi.FieldMethodARN, hostabi.FieldToken} {
		if v, ok := bare.Field(id); ok {
			t.Errorf("Field(%d) of an empty exchange = %q", id, v)
		}
	}
}

func TestParamsOfARequest(t *testing.T) {
	c := sample().NewCall()
	cases := []struct {
		source hostabi.Source
		name   string
		want   string
		ok     bool
	}{
		{hostabi.SourcePath, "id", "a b", true},
		{hostabi.SourceQuery, "q", "2", true},
		{hostabi.SourceQuery, "e", "", true},
		{hostabi.SourceQuery, "x", "A b", true},
		{hostabi.SourceQuery, "no", "", false},
		{hostabi.SourceStageVariable, "backend", "b", true},
		{hostabi.SourceAuthContext, "tenant", "t1", true},
		{hostabi.SourceCookie, "b", "2", true},
		{hostabi.SourceCookie, "c", "3", true},
		{hostabi.Source(9), "c", "", false},
	}
	for _, k := range cases {
		if got, ok := c.Param(k.source, k.name); got != k.want || ok != k.ok {
			t.Errorf("Param(%d, %q) = %q, %v; want %q, %v", k.source, k.name, got, ok, k.want, k.ok)
		}
	}
	for s, want := range map[hostabi.Source]int{hostabi.SourcePath: 1, hostabi.SourceQuery: 4, hostabi.SourceStageVariable: 1,
		hostabi.SourceAuthContext: 1, hostabi.SourceCookie: 3, hostabi.Source(9): 0} {
		if got := c.AppendParams(nil, s); len(got) != want {
			t.Errorf("AppendParams(%d) = %v, want %d", s, got, want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{"a": "a", "%41%2f": "A/", "a+b": "a b", "%zz%4": "%zz%4", "%": "%", "%e4%bd": "\xe4\xbd"} {
		if got := Unescape(in, true); got != want {
			t.Errorf("Unescape(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Unescape("a+b%20", false); got != "a+b " {
		t.Errorf("a plus in a path became %q", got)
	}
}

func TestWhatAPluginMayNotSet(t *testing.T) {
	cases := []struct {
		name string
		do   func(c *Call) error
		want error
	}{
		{"a header name with a line break", func(c *Call) error { return c.SetHeader(true, "X-A\r\n", "v") }, hostabi.EINVAL},
		{"a header value with a line feed", func(c *Call) error { return c.SetHeader(true, "X-A", "v\nX: y") }, hostabi.EINVAL},
		{"a header value with NUL", func(c *Call) error { return c.AddHeader(false, "X-A", "\x00") }, hostabi.EINVAL},
		{"an empty header name", func(c *Call) error { return c.AddHeader(false, "", "v") }, hostabi.EINVAL},
		{"Content-Length", func(c *Call) error { return c.SetHeader(true, "content-length", "5") }, hostabi.EPERM},
		{"Transfer-Encoding", func(c *Call) error { return c.AddHeader(false, "Transfer-Encoding", "chunked") }, hostabi.EPERM},
		{"Host", func(c *Call) error { return c.RemoveHeader(false, "Host") }, hostabi.EPERM},
		{"Connection", func(c *Call) error { return c.SetHeader(false, "Connection", "close") }, hostabi.EPERM},
		{"a huge header", func(c *Call) error { return c.SetHeader(true, "X-A", strings.Repeat("a", MaxFieldBytes)) }, hostabi.E2BIG},
		{"a status below 200", func(c *Call) error { return c.SetStatus(101) }, hostabi.EINVAL},
		{"a status above 599", func(c *Call) error { return c.SetStatus(600) }, hostabi.EINVAL},
		{"a path without a slash", func(c *Call) error { return c.SetField(hostabi.FieldPath, "a") }, hostabi.EINVAL},
		{"a path with a query", func(c *Call) error { return c.SetField(hostabi.FieldPath, "/a?b") }, hostabi.EINVAL},
		{"a path with a space", func(c *Call) error { return c.SetField(hostabi.FieldPath, "/a b") }, hostabi.EINVAL},
		{"a query with a line break", func(c *Call) error { return c.SetField(hostabi.FieldQuery, "a\r\n") }, hostabi.EINVAL},
		{"a method with a space", func(c *Call) error { return c.SetField(hostabi.FieldMethod, "GET /") }, hostabi.EINVAL},
		{"a field that is no request line's", func(c *Call) error { return c.SetField(hostabi.FieldStage, "x") }, hostabi.EINVAL},
		{"a principal with a line break", func(c *Call) error { return c.SetPrincipal("a\n") }, hostabi.EINVAL},
		{"a context without a key", func(c *Call) error { return c.SetAuthContext("", "v", hostabi.ValueString) }, hostabi.EINVAL},
		{"a boolean that is none", func(c *Call) error { return c.SetAuthContext("k", "yes", hostabi.ValueBoolean) }, hostabi.EINVAL},
		{"a number that is none", func(c *Call) error { return c.SetAuthContext("k", "1x", hostabi.ValueNumber) }, hostabi.EINVAL},
		{"an object in a REST API", func(c *Call) error { return c.SetAuthContext("k", "{}", hostabi.ValueJSON) }, hostabi.EINVAL},
		{"a scratch over its size", func(c *Call) error { return c.SetScratch("p", make([]byte, hostabi.ScratchSize+1)) }, hostabi.E2BIG},
		{"a result over its size", func(c *Call) error { c.KeepLimit = 3; return c.WriteResult([]byte("1234")) }, hostabi.E2BIG},
		{"a flush that cannot be", func(c *Call) error { return c.FlushBody(true) }, hostabi.EPHASE},
		{"an event where there is none", func(c *Call) error { _, err := c.Event(); return err }, hostabi.EPHASE},
		{"a body over its size", func(c *Call) error { c.KeepLimit = 3; _, err := c.WriteBody(true, []byte("1234")); return err }, hostabi.E2BIG},
		{"reading what it writes", func(c *Call) error {
			c.WriteBody(true, []byte("a"))
			_, err := c.ReadBody(true, make([]byte, 1))
			return err
		}, hostabi.EPHASE},
		{"writing after closing", func(c *Call) error { c.CloseBody(true); _, err := c.WriteBody(true, nil); return err }, hostabi.EBADF},
		{"closing twice", func(c *Call) error { c.CloseBody(true); return c.CloseBody(true) }, hostabi.EBADF},
		{"reading after closing", func(c *Call) error { c.CloseBody(false); _, err := c.ReadBody(false, nil); return err }, hostabi.EBADF},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			if err := k.do(sample().NewCall()); err != k.want {
				t.Errorf("got %v, want %v", err, k.want)
			}
		})
	}
	c := sample().NewCall()
	for i := 0; i < MaxFields; i++ {
		c.AddHeader(true, "X", "1")
	}
	if err := c.AddHeader(true, "X", "1"); err != hostabi.E2BIG {
		t.Errorf("a flood of fields = %v", err)
	}
	if err := c.SetAuthContext("ok", "-1.5e3", hostabi.ValueNumber); err != nil {
		t.Errorf("a number = %v", err)
	}
}

func TestAPluginChangesTheRequest(t *testing.T) {
	x := sample()
	c := x.NewCall()
	for _, err := range []error{c.SetField(hostabi.FieldMethod, "POST"), c.SetField(hostabi.FieldPath, "/new"), c.SetField(hostabi.FieldQuery, "z=1"),
		c.SetHeader(false, "x-new", "1"), c.AddHeader(false, "X-New", "2"), c.RemoveHeader(false, "COOKIE"), c.SetStatus(201)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	v, _ := x.QueryParam("z")
	values := x.Request.Header.Values(nil, "X-NEW")
	if x.Request.Method != "POST" || x.Request.Path != "/new" || v != "1" || !slices.Equal(values, []string{"1", "2"}) || x.Request.Header.Has("Cookie") || x.Response.Status != 201 {
		t.Errorf("request is now %+v", x.Request)
	}
}

func TestScratchIsOfOnePlugin(t *testing.T) {
	x := sample()
	b := []byte("one")
	x.NewCall().SetScratch("a", b)
	b[0] = 'X'
	x.NewCall().SetScratch("b", []byte("two"))
	x.NewCall().SetScratch("b", []byte("three"))
	c := x.NewCall()
	if string(c.Scratch("a")) != "one" || string(c.Scratch("b")) != "three" || c.Scratch("c") != nil {
		t.Errorf("scratch a %q, b %q, c %q", c.Scratch("a"), c.Scratch("b"), c.Scratch("c"))
	}
}

func TestWhatIsUsedUpIsOfOnePlugin(t *testing.T) {
	x := sample()
	one, two := hostabi.Usage{Calls: 3, Lines: 1}, hostabi.Usage{Requests: 2, Bytes: 5}
	x.NewCall().SetUsage("a", one)
	x.NewCall().SetScratch("b", []byte("b"))
	x.NewCall().SetUsage("b", one)
	x.NewCall().SetUsage("b", two)
	c := x.NewCall()
	if c.Usage("a") != one || c.Usage("b") != two || c.Usage("c") != (hostabi.Usage{}) || string(c.Scratch("b")) != "b" || c.Scratch("a") != nil {
		t.Errorf("a used %+v, b %+v, c %+v; scratch %q, %q", c.Usage("a"), c.Usage("b"), c.Usage("c"), c.Scratch("a"), c.Scratch("b"))
	}
}

func TestEachPluginReadsABodyFromItsStart(t *testing.T) {
	x := sample()
	x.Request.Body.SetStream(stream("hello"), 5)
	for range 2 {
		c, got := x.NewCall(), ""
		p := make([]byte, 2)
		for {
			n, err := c.ReadBody(false, p)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			got += string(p[:n])
		}
		if got != "hello" {
			t.Errorf("read %q", got)
		}
	}
	c := x.NewCall()
	c.WriteBody(false, []byte("new "))
	c.WriteBody(false, []byte("body"))
	if got, _ := io.ReadAll(&x.Request.Body); string(got) != "new body" {
		t.Errorf("sent on %q", got)
	}
}

// pipe is a Streamer that notes what it gets.
type pipe struct {
	started, closed bool
	got             strings.Builder
	err             error
}

func (p *pipe) Start() error                { p.started = true; return p.err }
func (p *pipe) Write(b []byte) (int, error) { p.got.Write(b); return len(b), p.err }
func (p *pipe) Close() error                { p.closed = true; return p.err }

func TestAStreamingPluginKeepsToItsBody(t *testing.T) {
	x := sample()
	var c Call
	c.Init(x)
	p := &pipe{}
	c.Stream = p
	c.BuildEvent = func(*Call) ([]byte, error) { return []byte("{}"), nil }
	c.WriteBody(true, []byte("head"))
	if err := c.FlushBody(true); err != nil || !p.started || !c.Flushed() || x.Response.Status != 200 {
		t.Fatalf("FlushBody = %v, started %v, status %d", err, p.started, x.Response.Status)
	}
	if n, err := c.WriteBody(true, []byte("tail")); n != 4 || err != nil || p.got.String() != "tail" {
		t.Errorf("WriteBody = %d, %v; passed on %q", n, err, p.got.String())
	}
	for name, err := range map[string]error{
		"header":  c.SetHeader(true, "X", "1"),
		"status":  c.SetStatus(500),
		"field":   c.SetField(hostabi.FieldMethod, "PUT"),
		"result":  c.WriteResult(nil),
		"scratch": c.SetScratch("p", nil),
	} {
		if err != hostabi.EPHASE {
			t.Errorf("%s after the flush = %v, want EPHASE", name, err)
		}
	}
	c.SetUsage("p", hostabi.Usage{Calls: 1})
	if u := x.NewCall().Usage("p"); u != (hostabi.Usage{}) {
		t.Errorf("later phases see what the plugin uses beside them: %+v", u)
	}
	if _, err := c.Event(); err != hostabi.EPHASE {
		t.Errorf("Event after the flush = %v", err)
	}
	if c.Status() != 0 || c.Header(true) != nil {
		t.Error("the response can still be seen")
	}
	p.err = errors.New("gone")
	if _, err := c.WriteBody(true, []byte("x")); err != hostabi.EABORT {
		t.Errorf("writing to a client that has gone = %v", err)
	}
	if err := c.CloseBody(true); err != hostabi.EABORT || !p.closed {
		t.Errorf("CloseBody = %v", err)
	}
}

func TestContextVariables(t *testing.T) {
	x := sample()
	x.Log = Record{Status: 200, ResponseLength: 5, ResponseLatency: 3 * time.Millisecond, IntegrationStatus: 201, BackendStatus: 404,
		IntegrationLatency: 2 * time.Millisecond, ErrorMessage: `a "b"`, ErrorResponseType: "T", AuthorizerStatus: 200,
		AuthorizerLatency: time.Millisecond, AuthorizerError: "e", IntegrationError: errors.New("ie")}
	x.TraceID = "Root=1"
	want := map[string]string{
		"requestId": "req", "extendedRequestId": "ext=", "xrayTraceId": "Root=1", "requestTime": "14/Nov/2023:22:13:20 +0000",
		"requestTimeEpoch": "1700000000123", "httpMethod": "GET", "path": "/shop/prod/orders/a%20b", "protocol": "HTTP/1.1",
		"domainName": "Shop.example.com", "domainPrefix": "Shop", "accountId": "123456789012", "apiId": "api1", "stage": "prod",
		"resourcePath": "/orders/{id}", "resourceId": "abc123", "routeKey": "GET /orders/{id}", "operationName": "getOrder",
		"status": "200", "responseLength": "5", "responseLatency": "3", "error.message": `a "b"`, "error.messageString": `"a \"b\""`,
		"error.responseType": "T", "integrationLatency": "2", "integrationStatus": "201", "integration.integrationStatus": "201",
		"integration.status": "404", "integration.error": "ie",
		"authorizer.principalId": "me", "authorizer.tenant": "t1", "authorizer.latency": "1", "authorizer.status": "200",
		"authorizer.error": "e", "identity.sourceIp": "192.0.2.7", "identity.userAgent": "curl",
	}
	for name, w := range want {
		if got, ok := x.ContextValue(name); got != w || !ok {
			t.Errorf("$context.%s = %q, %v; want %q", name, got, ok, w)
		}
	}
	for _, name := range []string{"no", "authorizer.no", "identity.no", "", "wafResponseCode"} {
		if got, ok := x.ContextValue(name); ok {
			t.Errorf("$context.%s = %q, want it unset", name, got)
		}
	}
	empty := &Exchange{}
	for name := range want {
		if name == "requestTime" || name == "requestTimeEpoch" || strings.HasPrefix(name, "response") {
			continue
		}
		if got, ok := empty.ContextValue(name); ok {
			t.Errorf("$context.%s of an empty exchange = %q", name, got)
		}
	}
}

func TestTraceKeepsWhatTheClientSent(t *testing.T) {
	for sent, want := range map[string]string{
		"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
		"Root=1-5759e988-bd862e3fe1be46a994272793":                                   "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=",
		"Root=1-forged;Parent=<script>;Sampled=9":                                    "Root=1-",
		"": "Root=1-",
	} {
		x := &Exchange{Start: time.Now()}
		x.Request.Header.Add("x-amzn-trace-id", sent)
		got := x.Trace()
		if !strings.HasPrefix(got, want) || len(got) != 74 || got != x.Trace() {
			t.Errorf("Trace of %q = %q (%d bytes)", sent, got, len(got))
		}
	}
}

func TestResetForgetsEverything(t *testing.T) {
	x := sample()
	x.QueryParams()
	x.NewCall().SetScratch("p", []byte("s"))
	x.NewCall().SetUsage("q", hostabi.Usage{Calls: 1})
	x.Response.Header.Add("X", "1")
	x.Request.Body.SetBytes([]byte("b"))
	x.Refused = &Refusal{}
	x.Reset()
	if x.ID != "" || len(x.Request.Header)+len(x.Response.Header)+len(x.PathParams)+len(x.RawParams)+len(x.AuthContext) != 0 ||
		len(x.QueryParams()) != 0 || x.NewCall().Scratch("p") != nil || x.NewCall().Usage("q").Calls != 0 || x.Request.Body.Size() != 0 || x.Refused != nil || x.API != nil {
		t.Errorf("left over: %+v", x)
	}
}
