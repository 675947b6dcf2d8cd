package integrate

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/mapping"
	"github.com/portico-gateway/portico/runtime/upstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newExchange(p exchange.Protocol) *exchange.Exchange {
	x := &exchange.Exchange{API: &exchange.API{ID: "api", Protocol: p}, Route: &exchange.Route{Resource: "/orders/{id}"},
		Stage: &exchange.Stage{Name: "prod", Variables: []exchange.Field{{Name: "v", Value: "staged"}}}, TraceID: "trace"}
	x.Request = exchange.Request{Method: "GET", Path: "/orders/a%2Fb", RawPath: "/orders/a%2Fb", Query: "q=1&r=2", Host: "h.example", Scheme: "https",
		Proto: "HTTP/1.1", Client: netip.MustParseAddr("192.0.2.1"), Forwarded: "192.0.2.1, 2001:db8::1", Port: "443"}
	x.SetParams([]exchange.Field{{Name: "id", Value: "a%2Fb"}})
	return x
}

// client answers with what a test gives and notes what it was asked.
type client struct {
	got  upstream.Request
	body string
	err  error
	resp upstream.Response
}

func (c *client) CloseIdle()   {}
func (c *client) Close() error { return nil }
func (c *client) Do(_ context.Context, r *upstream.Request, resp *upstream.Response) error {
	c.got = *r
	c.got.Header = append(exchange.Header(nil), r.Header...)
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		c.body = string(b)
	}
	if c.err != nil {
		return c.err
	}
	*resp = c.resp
	return nil
}

func proxy(t *testing.T, c *client, uri string, change func(*ProxyOptions)) *Proxy {
	t.Helper()
	template, err := upstream.ParseTemplate(uri)
	if err != nil {
		t.Fatal(err)
	}
	o := ProxyOptions{Client: c, URI: template, Timeout: time.Second, KeepLimit: 100}
	if change != nil {
		change(&o)
	}
	p, err := NewProxy(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ok(body string) upstream.Response {
	return upstream.Response{Status: 200, Body: io.NopCloser(strings.NewReader(body)), Size: int64(len(body)),
		Header: exchange.Header{{Name: "Content-Type", Value: "text/plain"}, {Name: "X-B", Value: "b"}}}
}

func lines(h exchange.Header) string {
	var b strings.Builder
	for _, f := range h {
		b.WriteString(f.Name + ": " + f.Value + "\n")
	}
	return b.String()
}

func TestWhatABackendGets(t *testing.T) {
	sent := exchange.Header{{Name: "Accept", Value: "*/*"}, {Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}, {Name: "Via", Value: "v"},
		{Name: "X-Forwarded-For", Value: "spoofed"}, {Name: "Content-MD5", Value: "m"}, {Name: "Authorization", Value: "AWS4-HMAC-SHA256 Credential=x"},
		{Name: "User-Agent", Value: "curl"}}
	cases := []struct {
		name     string
		protocol exchange.Protocol
		uri      string
		change   func(*ProxyOptions)
		wantURI  string
		want     string
	}{
		{"from a REST proxy", exchange.REST, "http://b:1/base/{id}", nil, "/base/a%2Fb?q=1&r=2",
			"Accept: */*\nX-A: 1,2\nUser-Agent: curl\nX-Forwarded-For: 192.0.2.1, 2001:db8::1\nX-Forwarded-Port: 443\nX-Forwarded-Proto: https\nX-Amzn-Apigateway-Api-Id: api\nX-Amzn-Trace-Id: trace\n"},
		{"from an HTTP proxy", exchange.HTTP, "http://b:1/${stageVariables.v}", nil, "/staged?q=1&r=2",
			"Accept: */*\nX-A: 1\nx-a: 2\nVia: v\nContent-MD5: m\nUser-Agent: curl\nForwarded: for=192.0.2.1,for=\"[2001:db8::1]\";host=\"h.example\";proto=https\nX-Amzn-Trace-Id: trace\n"},
		{"from REST http only what is mapped", exchange.REST, "http://b:1/x?fixed=1", func(o *ProxyOptions) {
			o.Custom = true
			o.Parameters, _ = mapping.ParseRequest([]exchange.Field{{Name: "integration.request.header.X-New", Value: "'n'"},
				{Name: "integration.request.querystring.q", Value: "'m m'"}, {Name: "integration.request.header.Host", Value: "'other'"}})
			o.Responses = []Response{{Status: 200}}
		}, "/x?fixed=1&q=m+m", "X-New: n\nAccept: application/json\nUser-Agent: AmazonAPIGateway_api\nX-Amzn-Apigateway-Api-Id: api\nX-Amzn-Trace-Id: trace\n"},
		{"with mapped values behind the client's", exchange.REST, "http://b:1/{id}", func(o *ProxyOptions) {
			o.Parameters, _ = mapping.ParseRequest([]exchange.Field{{Name: "integration.request.querystring.q", Value: "'bar'"},
				{Name: "integration.request.querystring.z", Value: "'new'"}, {Name: "integration.request.path.id", Value: "'mapped'"},
				{Name: "integration.request.header.user-agent", Value: "'mine'"}})
		}, "/mapped?q=1%2Cbar&r=2&z=new",
			"Accept: */*\nX-A: 1,2\nuser-agent: mine\nX-Forwarded-For: 192.0.2.1, 2001:db8::1\nX-Forwarded-Port: 443\nX-Forwarded-Proto: https\nX-Amzn-Apigateway-Api-Id: api\nX-Amzn-Trace-Id: trace\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			fake := &client{resp: ok("hi")}
			x := newExchange(c.protocol)
			x.Request.Header = append(x.Request.Header, sent...)
			p := proxy(t, fake, c.uri, c.change)
			if refusal := p.Integrate(context.Background(), x); refusal != nil {
				t.Fatal(refusal, refusal.Cause)
			}
			if fake.got.URI != c.wantURI || lines(fake.got.Header) != c.want {
				t.Errorf("asked %s\n%s\nwant %s\n%s", fake.got.URI, lines(fake.got.Header), c.wantURI, c.want)
			}
			if p.Custom && fake.got.Host != "other" {
				t.Errorf("host %q", fake.got.Host)
			}
			body, _ := io.ReadAll(&x.Response.Body)
			if x.Response.Status != 200 || string(body) != "hi" || x.Log.IntegrationStatus != 200 {
				t.Errorf("response %d %q, logged %d", x.Response.Status, body, x.Log.IntegrationStatus)
			}
			x.Finisher.Finish()
		})
	}
}

func TestBodiesOfRequests(t *testing.T) {
	for _, c := range []struct {
		method   string
		protocol exchange.Protocol
		want     string
	}{
		{"POST", exchange.REST, "body"}, {"GET", exchange.REST, ""}, {"HEAD", exchange.REST, ""}, {"OPTIONS", exchange.REST, ""},
		{"DELETE", exchange.REST, "body"}, {"GET", exchange.HTTP, "body"},
	} {
		fake := &client{resp: ok("")}
		x := newExchange(c.protocol)
		x.Request.Method = c.method
		x.Request.Body.SetBytes([]byte("body"))
		if refusal := proxy(t, fake, "http://b", nil).Integrate(context.Background(), x); refusal != nil || fake.body != c.want {
			t.Errorf("%s: sent %q, want %q (%v)", c.method, fake.body, c.want, refusal)
		}
	}
}

func TestBackendsThatFail(t *testing.T) {
	cases := []struct {
		name string
		err  error
		rest *exchange.Refusal
		http *exchange.Refusal
	}{
		{"refused", upstream.ErrRefused, networkError, networkError},
		{"reset", upstream.ErrReset, networkError, networkError},
		{"late", upstream.ErrTimeout, timedOut, timedOut},
		{"malformed", upstream.ErrMalformed, badBackend, badBackendHTTP},
		{"client gone", upstream.ErrCanceled, gone, gone},
		{"request body broken", upstream.ErrBody, gone, gone},
		{"request body too large", errors.Join(upstream.ErrBody, exchange.ErrTooLarge), overLimit, overLimit},
		{"unsendable", upstream.ErrInvalid, misconfigured, misconfigured},
	}
	for _, c := range cases {
		for protocol, want := range map[exchange.Protocol]*exchange.Refusal{exchange.REST: c.rest, exchange.HTTP: c.http} {
			x := newExchange(protocol)
			got := proxy(t, &client{err: &upstream.Error{Addr: "b:80", Kind: c.err}}, "http://b", nil).Integrate(context.Background(), x)
			if got == nil || got.Type != want.Type || got.Status != want.Status || got.Message != want.Message || !errors.Is(got.Cause, c.err) {
				t.Errorf("%s: %+v, want %+v", c.name, got, want)
			}
			if x.Log.IntegrationError == nil {
				t.Errorf("%s: not logged", c.name)
			}
		}
	}
}

func TestARequestCannotLeaveItsBackend(t *testing.T) {
	fake := &client{resp: ok("")}
	template, err := upstream.ParseTemplate("http://b:1/base/{proxy}", "proxy")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := NewProxy(ProxyOptions{Client: fake, URI: template})
	for _, bad := range []string{"..", "../x", "a/../../x", "%2e%2e/x", ".%2E/x", "a/%2e%2e/%2e%2e/x"} {
		x := newExchange(exchange.HTTP)
		x.SetParams([]exchange.Field{{Name: "proxy", Value: bad}})
		if got := p.Integrate(context.Background(), x); got == nil || got.Status != 400 {
			t.Errorf("%s: asked %s (%v)", bad, fake.got.URI, got)
		}
	}
}

func TestResponsesAreChosenByStatus(t *testing.T) {
	text := "static"
	list := []Response{
		{Status: 404, Pattern: "4\\d\\d", Parameters: []exchange.Field{{Name: "method.response.header.X-From", Value: "integration.response.header.x-b"}}},
		{Status: 418, Pattern: "5", Body: &text, ContentType: "text/plain"},
		{Status: 200},
	}
	for status, want := range map[int]string{
		200: "200 Content-Type: text/plain\n hi",
		204: "200 Content-Type: text/plain\n hi",
		404: "404 Content-Type: text/plain\nX-From: b\n hi",
		503: "418 Content-Type: text/plain\n static",
	} {
		fake := &client{resp: ok("hi")}
		fake.resp.Status = status
		x := newExchange(exchange.REST)
		p := proxy(t, fake, "http://b", func(o *ProxyOptions) { o.Custom, o.Responses = true, list })
		if refusal := p.Integrate(context.Background(), x); refusal != nil {
			t.Fatal(refusal.Cause)
		}
		body, _ := io.ReadAll(&x.Response.Body)
		if got := x.Response; want != itoa(got.Status)+" "+lines(got.Header)+" "+string(body) {
			t.Errorf("status %d: %d %s %q, want %s", status, got.Status, lines(got.Header), body, want)
		}
	}
	fake := &client{resp: ok("")}
	p := proxy(t, fake, "http://b", func(o *ProxyOptions) { o.Custom, o.Responses = true, list[:1] })
	if got := p.Integrate(context.Background(), newExchange(exchange.REST)); got == nil || got.Type != exchange.APIConfigurationError {
		t.Errorf("no response matches: %v", got)
	}
}

func itoa(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

func TestMistakesInResponses(t *testing.T) {
	template, _ := upstream.ParseTemplate("http://b")
	_, err := NewProxy(ProxyOptions{Custom: true, URI: template, Responses: []Response{{Status: 99}, {Status: 200}, {Status: 200, Pattern: "("},
		{Status: 200, Pattern: "x", Parameters: []exchange.Field{{Name: "bad", Value: "bad"}}}}})
	for _, want := range []error{ErrPattern, ErrDefault, mapping.ErrTarget} {
		if !errors.Is(err, want) {
			t.Errorf("no %v in %v", want, err)
		}
	}
	if _, err := NewProxy(ProxyOptions{Custom: true, URI: template}); !errors.Is(err, ErrResponses) {
		t.Errorf("no responses = %v", err)
	}
}

func TestAMockAnswers(t *testing.T) {
	text := `{"ok":true}`
	m, err := NewMock(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := newExchange(exchange.REST)
	if refusal := m.Integrate(context.Background(), x); refusal != nil || x.Response.Status != 200 || lines(x.Response.Header) != "Content-Type: application/json\n" {
		t.Errorf("%v: %d %s", refusal, x.Response.Status, lines(x.Response.Header))
	}
	m, err = NewMock(404, nil)
	if err != nil {
		t.Fatal(err)
	}
	x = newExchange(exchange.REST)
	if refusal := m.Integrate(context.Background(), x); refusal != nil || x.Response.Status != 404 {
		t.Errorf("status 404 without responses: %v: %d", refusal, x.Response.Status)
	}
	m, err = NewMock(503, []Response{{Status: 200}, {Status: 418, Pattern: "5", Body: &text}})
	if err != nil {
		t.Fatal(err)
	}
	x = newExchange(exchange.REST)
	refusal := m.Integrate(context.Background(), x)
	if body, _ := x.Response.Body.InMemory(); refusal != nil || x.Response.Status != 418 || string(body) != text {
		t.Errorf("%v: %d %q", refusal, x.Response.Status, body)
	}
}

// fake is an integration plugin that does what a test says.
type fake struct {
	call func(ctx context.Context, c *exchange.Call) (int32, error)
}

func (f fake) Name() string          { return "fake" }
func (f fake) Has(hostabi.Kind) bool { return true }
func (f fake) Call(ctx context.Context, _ hostabi.Kind, h hostabi.Host) (int32, error) {
	return f.call(ctx, h.(*exchange.Call))
}

func TestWhatAPluginAnswers(t *testing.T) {
	fails := func(r hostabi.Reason) func(context.Context, *exchange.Call) (int32, error) {
		return func(context.Context, *exchange.Call) (int32, error) { return 0, &hostabi.Failure{Reason: r} }
	}
	result := func(json string) func(context.Context, *exchange.Call) (int32, error) {
		return func(_ context.Context, c *exchange.Call) (int32, error) {
			return hostabi.AnswerResult, c.WriteResult([]byte(json))
		}
	}
	cases := []struct {
		name       string
		call       func(context.Context, *exchange.Call) (int32, error)
		v2         bool
		rest, http int
		body       string
	}{
		{"by setters", func(_ context.Context, c *exchange.Call) (int32, error) {
			c.SetStatus(201)
			c.WriteBody(true, []byte("made"))
			return 0, nil
		}, false, 201, 201, "made"},
		{"nothing at all", func(context.Context, *exchange.Call) (int32, error) { return 0, nil }, false, 200, 200, ""},
		{"as a function", result(`{"statusCode":202,"body":"b"}`), false, 202, 202, "b"},
		{"as a function with an unknown key", result(`{"wrongValue":1}`), false, 502, 500, ""},
		{"inferred", result(`{"a":1}`), true, 200, 200, `{"a":1}`},
		{"a function that throws", result(`{"errorMessage":"boom"}`), false, 502, 500, ""},
		{"a trap", fails(hostabi.Trapped), false, 502, 500, ""},
		{"a timeout", fails(hostabi.TimedOut), false, 0, 0, ""},
		{"no instance", fails(hostabi.Busy), false, 503, 503, ""},
		{"another error", func(context.Context, *exchange.Call) (int32, error) { return 0, io.EOF }, false, 502, 500, ""},
	}
	for _, c := range cases {
		for protocol, want := range map[exchange.Protocol]int{exchange.REST: c.rest, exchange.HTTP: c.http} {
			t.Run(c.name+" "+protocol.String(), func(t *testing.T) {
				x := newExchange(protocol)
				p := &Plugin{Plugin: fake{c.call}, V2: c.v2, Timeout: time.Second}
				refusal := p.Integrate(context.Background(), x)
				status := x.Response.Status
				if refusal != nil {
					status = refusal.Status
				}
				body, _ := x.Response.Body.InMemory()
				if status != want || refusal == nil && string(body) != c.body {
					t.Errorf("status %d %q (%+v), want %d %q", status, body, refusal, want, c.body)
				}
			})
		}
	}
}

func TestAPluginStreamsBesideTheLaterPhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		p := &Plugin{Timeout: time.Second, Plugin: fake{func(_ context.Context, c *exchange.Call) (int32, error) {
			defer func() { ended = true }()
			c.SetHeader(true, "Content-Type", "text/event-stream")
			c.WriteBody(true, []byte("first "))
			if err := c.FlushBody(true); err != nil {
				return 0, err
			}
			for range 3 {
				time.Sleep(time.Minute)
				if _, err := c.WriteBody(true, []byte("more ")); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}}}
		x := newExchange(exchange.HTTP)
		if refusal := p.Integrate(context.Background(), x); refusal != nil {
			t.Fatal(refusal)
		}
		if ended || !x.Response.Streaming || x.Response.Status != 200 {
			t.Fatalf("ended %v, streaming %v, status %d", ended, x.Response.Streaming, x.Response.Status)
		}
		body, err := io.ReadAll(&x.Response.Body)
		if string(body) != "first more more more " || err != nil {
			t.Errorf("streamed %q, %v", body, err)
		}
		x.Finisher.Finish()
		if !ended {
			t.Error("Finish did not wait")
		}
	})
}

func TestAStreamThatFailsIsCutShort(t *testing.T) {
	trap := &hostabi.Failure{Reason: hostabi.Trapped}
	p := &Plugin{Plugin: fake{func(_ context.Context, c *exchange.Call) (int32, error) {
		c.FlushBody(true)
		c.WriteBody(true, []byte("half"))
		return 0, trap
	}}}
	x := newExchange(exchange.HTTP)
	if refusal := p.Integrate(context.Background(), x); refusal != nil {
		t.Fatal(refusal)
	}
	body, err := io.ReadAll(&x.Response.Body)
	if string(body) != "half" || !errors.Is(err, trap) {
		t.Errorf("streamed %q, %v; a body cut short must not pass for a whole one", body, err)
	}
	x.Finisher.Finish()
}

func TestAClientThatLeavesEndsTheStream(t *testing.T) {
	p := &Plugin{Plugin: fake{func(_ context.Context, c *exchange.Call) (int32, error) {
		c.FlushBody(true)
		for {
			if _, err := c.WriteBody(true, []byte("x")); err != nil {
				if err != hostabi.EABORT {
					t.Errorf("writing = %v, want EABORT", err)
				}
				return 0, nil
			}
		}
	}}}
	x := newExchange(exchange.HTTP)
	p.Integrate(context.Background(), x)
	io.ReadFull(&x.Response.Body, make([]byte, 3))
	x.Response.Body.Close()
	x.Finisher.Finish()
}

func TestAnEventTooLargeIsTheClientsFault(t *testing.T) {
	p := &Plugin{Plugin: fake{func(_ context.Context, c *exchange.Call) (int32, error) {
		if _, err := c.Event(); err != hostabi.E2BIG {
			t.Errorf("Event = %v", err)
		}
		return -10, &hostabi.Failure{Reason: hostabi.Answered}
	}}}
	x := newExchange(exchange.REST)
	x.Request.Method = "POST"
	x.Request.Body.SetBytes(make([]byte, 7<<20))
	if got := p.Integrate(context.Background(), x); got == nil || got.Type != exchange.RequestTooLarge {
		t.Errorf("refusal %+v", got)
	}
}

func TestEventsForPlugins(t *testing.T) {
	for _, v2 := range []bool{false, true} {
		want := map[bool]string{false: `"resource":"/orders/{id}"`, true: `"version":"2.0"`}[v2]
		p := &Plugin{V2: v2, Plugin: fake{func(_ context.Context, c *exchange.Call) (int32, error) {
			event, err := c.Event()
			if !strings.Contains(string(event), want) {
				t.Errorf("no %s in %s", want, event)
			}
			return 0, err
		}}}
		if refusal := p.Integrate(context.Background(), newExchange(exchange.HTTP)); refusal != nil {
			t.Error(refusal, refusal.Cause)
		}
	}
}

// TestStatusOfAFunction: Lambda's status is 200 of every function that answers,
// and $context.integration.status is the function's own (AWS guide, "Variables
// for access logging").
func TestStatusOfAFunction(t *testing.T) {
	type call = func(context.Context, *exchange.Call) (int32, error)
	result := func(json string) call {
		return func(_ context.Context, c *exchange.Call) (int32, error) {
			return hostabi.AnswerResult, c.WriteResult([]byte(json))
		}
	}
	for _, c := range []struct {
		name            string
		call            call
		status, service string // $context.integration.status and the two of the service
	}{
		{"by setters", func(_ context.Context, c *exchange.Call) (int32, error) { return 0, c.SetStatus(404) }, "404", "200"},
		{"without one", func(context.Context, *exchange.Call) (int32, error) { return 0, nil }, "200", "200"},
		{"as a function", result(`{"statusCode":404}`), "404", "200"},
		{"by flushing", func(_ context.Context, c *exchange.Call) (int32, error) {
			return 0, errors.Join(c.SetStatus(404), c.FlushBody(true))
		}, "404", "200"},
		{"what is no answer", result(`{"statusCode":"?"}`), "", "200"},
		{"with a failure", func(context.Context, *exchange.Call) (int32, error) { return 0, io.EOF }, "", ""},
	} {
		x := newExchange(exchange.REST)
		(&Plugin{Plugin: fake{c.call}}).Integrate(context.Background(), x)
		if x.Finisher != nil {
			x.Finisher.Finish()
		}
		x.Response.Status = 500 // later phases may change it
		for name, want := range map[string]string{"integration.status": c.status, "integration.integrationStatus": c.service, "integrationStatus": c.service} {
			if got, _ := x.ContextValue(name); got != want {
				t.Errorf("%s: $context.%s = %q, want %q", c.name, name, got, want)
			}
		}
	}
	backend := &client{resp: ok("")}
	backend.resp.Status = 404
	x := newExchange(exchange.REST)
	proxy(t, backend, "http://b", nil).Integrate(context.Background(), x)
	if got, _ := x.ContextValue("integration.status"); got != "404" {
		t.Errorf("a backend's: $context.integration.status = %q, want 404", got)
	}
}
