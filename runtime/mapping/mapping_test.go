package mapping

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// fake is a mapper that does what a test says.
type fake struct {
	name string
	call func(k hostabi.Kind, c *exchange.Call) (int32, error)
}

func (f *fake) Name() string          { return f.name }
func (f *fake) Has(hostabi.Kind) bool { return true }
func (f *fake) Call(_ context.Context, k hostabi.Kind, h hostabi.Host) (int32, error) {
	return f.call(k, h.(*exchange.Call))
}

func newExchange() *exchange.Exchange {
	x := &exchange.Exchange{API: &exchange.API{ID: "api", Protocol: exchange.REST},
		Stage: &exchange.Stage{Name: "prod", Variables: []exchange.Field{{Name: "v", Value: "stage"}}},
		Route: &exchange.Route{Resource: "/orders/{id}"}}
	x.Request.Method, x.Request.Path, x.Request.Query = "GET", "/orders/1", "q=1&q=2"
	x.Request.Header = exchange.Header{{Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}}
	x.SetParams([]exchange.Field{{Name: "id", Value: "1"}})
	return x
}

func (f *fake) mapper(open bool) Mapper {
	return Mapper{Plugin: f, Open: open, Log: slog.New(slog.DiscardHandler)}
}

func TestMappersRunInOrderAndInReverseOnTheWayBack(t *testing.T) {
	var order []string
	note := func(name string) Mapper {
		f := &fake{name: name}
		f.call = func(k hostabi.Kind, _ *exchange.Call) (int32, error) {
			order = append(order, name+" "+k.String())
			return hostabi.AnswerContinue, nil
		}
		return f.mapper(false)
	}
	chain := Chain{note("server"), note("api"), note("route")}
	x := newExchange()
	if respond, refusal := chain.Request(context.Background(), x); respond || refusal != nil {
		t.Fatal(respond, refusal)
	}
	if refusal := chain.Response(context.Background(), x); refusal != nil {
		t.Fatal(refusal)
	}
	want := []string{"server map_request", "api map_request", "route map_request", "route map_response", "api map_response", "server map_response"}
	if !reflect.DeepEqual(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

func TestAMapperThatFails(t *testing.T) {
	broken := &hostabi.Failure{Plugin: "broken", Reason: hostabi.Trapped}
	f := &fake{name: "broken", call: func(_ hostabi.Kind, c *exchange.Call) (int32, error) { return 0, broken }}
	reached := 0
	after := &fake{name: "after", call: func(hostabi.Kind, *exchange.Call) (int32, error) { reached++; return 0, nil }}

	closed := Chain{f.mapper(false), after.mapper(false)}
	_, refusal := closed.Request(context.Background(), newExchange())
	if refusal == nil || refusal.Type != exchange.APIConfigurationError || !errors.Is(refusal.Cause, broken) || reached != 0 {
		t.Errorf("closed: refusal %+v, later mappers ran %d times", refusal, reached)
	}
	if refusal = (Chain{f.mapper(false)}).Response(context.Background(), newExchange()); refusal == nil {
		t.Error("closed: a failing response mapper passed")
	}
	open := Chain{f.mapper(true), after.mapper(false)}
	if respond, refusal := open.Request(context.Background(), newExchange()); respond || refusal != nil || reached != 1 {
		t.Errorf("open: %v, %+v, later mappers ran %d times", respond, refusal, reached)
	}
	if refusal := open.Response(context.Background(), newExchange()); refusal != nil {
		t.Errorf("open: %+v", refusal)
	}
}

func TestAMapperMayAnswer(t *testing.T) {
	f := &fake{call: func(_ hostabi.Kind, c *exchange.Call) (int32, error) {
		c.WriteBody(true, []byte("done"))
		return hostabi.AnswerRespond, nil
	}}
	x := newExchange()
	respond, refusal := (Chain{f.mapper(false), f.mapper(false)}).Request(context.Background(), x)
	body, _ := x.Response.Body.InMemory()
	if !respond || refusal != nil || x.Response.Status != 200 || string(body) != "done" {
		t.Errorf("respond %v, refusal %v, %d %q", respond, refusal, x.Response.Status, body)
	}
}

func TestAChangedPathKeepsToItsRoute(t *testing.T) {
	cases := []struct {
		name, template, path string
		ok                   bool
		want                 []exchange.Field
	}{
		{"another value", "/orders/{id}", "/orders/a%2Fb", true, []exchange.Field{{Name: "id", Value: "a/b"}}},
		{"a slash at the end", "/orders/{id}", "/orders/2/", true, []exchange.Field{{Name: "id", Value: "2"}}},
		{"an empty value", "/orders/{id}", "/orders/", false, nil},
		{"a longer path", "/orders/{id}", "/orders/1/2", false, nil},
		{"a shorter path", "/orders/{id}", "/orders", false, nil},
		{"another literal", "/orders/{id}", "/users/1", false, nil},
		{"a greedy rest", "/a/{proxy+}", "/a/b/c/", true, []exchange.Field{{Name: "proxy", Value: "b/c"}}},
		{"no greedy rest", "/a/{proxy+}", "/a/", false, nil},
		{"the catch-all", "$default", "/anything", true, []exchange.Field{{Name: "id", Value: "1"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x := newExchange()
			x.Route.Resource = c.template
			f := &fake{call: func(_ hostabi.Kind, call *exchange.Call) (int32, error) {
				return 0, call.SetField(hostabi.FieldPath, c.path)
			}}
			_, refusal := (Chain{f.mapper(false)}).Request(context.Background(), x)
			if (refusal == nil) != c.ok || c.ok && !reflect.DeepEqual(x.PathParams, c.want) {
				t.Errorf("refusal %v, params %v, want ok %v, %v", refusal, x.PathParams, c.ok, c.want)
			}
		})
	}
}

func TestRequestParameters(t *testing.T) {
	p, err := ParseRequest([]exchange.Field{
		{Name: "integration.request.header.X-Static", Value: "'text'"},
		{Name: "integration.request.header.X-Last", Value: "method.request.header.x-a"},
		{Name: "integration.request.header.X-All", Value: "method.request.multivalueheader.x-a"},
		{Name: "integration.request.querystring.last", Value: "method.request.querystring.q"},
		{Name: "integration.request.querystring.all", Value: "method.request.multivaluequerystring.q"},
		{Name: "integration.request.path.key", Value: "method.request.path.id"},
		{Name: "integration.request.header.X-Stage", Value: "stageVariables.v"},
		{Name: "integration.request.header.X-Ctx", Value: "context.apiId"},
		{Name: "integration.request.header.X-Body", Value: "method.request.body"},
		{Name: "integration.request.header.X-None", Value: "method.request.header.none"},
	})
	if err != nil {
		t.Fatal(err)
	}
	x := newExchange()
	x.Request.Body.SetBytes([]byte("body"))
	var got Mapped
	if refusal := p.Request(x, &got, 10); refusal != nil {
		t.Fatal(refusal)
	}
	want := Mapped{
		Path:  []exchange.Field{{Name: "key", Value: "1"}},
		Query: []exchange.Field{{Name: "last", Value: "2"}, {Name: "all", Value: "1,2"}},
		Header: []exchange.Field{{Name: "X-Static", Value: "text"}, {Name: "X-Last", Value: "2"}, {Name: "X-All", Value: "1,2"},
			{Name: "X-Stage", Value: "stage"}, {Name: "X-Ctx", Value: "api"}, {Name: "X-Body", Value: "body"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("mapped %+v, want %+v", got, want)
	}
}

func TestAMappedValueCannotSplitAHeader(t *testing.T) {
	p, err := ParseRequest([]exchange.Field{{Name: "integration.request.header.X", Value: "method.request.querystring.q"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := ParseResponse([]exchange.Field{{Name: "method.response.header.X", Value: "integration.response.body"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"a%0d%0aX:1", "a%0aX:1", "a%00"} {
		x := newExchange()
		x.SetQuery("q=" + bad)
		if refusal := p.Request(x, &Mapped{}, 10); refusal == nil || refusal.Type != exchange.APIConfigurationError {
			t.Errorf("query %s: %v", bad, refusal)
		}
		x.Response.Body.SetBytes([]byte(exchange.Unescape(bad, false)))
		if refusal := r.Response(x, nil, 100); refusal == nil {
			t.Errorf("response body %s passed into a header", bad)
		}
	}
}

func TestABodyTooLargeToMap(t *testing.T) {
	p, _ := ParseRequest([]exchange.Field{{Name: "integration.request.header.X", Value: "method.request.body"}})
	x := newExchange()
	x.Request.Body.SetBytes([]byte(strings.Repeat("a", 11)))
	if refusal := p.Request(x, &Mapped{}, 10); refusal == nil || refusal.Type != exchange.BadProtocol || refusal.Status != 413 {
		t.Errorf("refusal %v", refusal)
	}
}

func TestResponseParameters(t *testing.T) {
	p, err := ParseResponse([]exchange.Field{
		{Name: "method.response.header.X-From", Value: "integration.response.header.x-b"},
		{Name: "method.response.header.X-Static", Value: "'s'"},
		{Name: "method.response.header.X-Gone", Value: "integration.response.header.gone"},
	})
	if err != nil {
		t.Fatal(err)
	}
	x := newExchange()
	if refusal := p.Response(x, exchange.Header{{Name: "X-B", Value: "b"}}, 10); refusal != nil {
		t.Fatal(refusal)
	}
	want := exchange.Header{{Name: "X-From", Value: "b"}, {Name: "X-Static", Value: "s"}}
	if !reflect.DeepEqual(x.Response.Header, want) {
		t.Errorf("header %v, want %v", x.Response.Header, want)
	}
}

func TestMistakesInParametersAreAllReported(t *testing.T) {
	_, err := ParseRequest([]exchange.Field{
		{Name: "header.X", Value: "'a'"},
		{Name: "integration.request.body", Value: "'a'"},
		{Name: "integration.request.header.a b", Value: "'a'"},
		{Name: "integration.request.header.Content-Length", Value: "'1'"},
		{Name: "integration.request.header.X-Amzn-Trace-Id", Value: "'1'"},
		{Name: "integration.request.header.X", Value: "plain"},
		{Name: "integration.request.header.X", Value: "method.request.body.a"},
		{Name: "integration.request.header.X", Value: "integration.response.header.a"},
		{Name: "integration.request.header.X", Value: "'a\nb'"},
	})
	if err == nil {
		t.Fatal("no error")
	}
	if n := len(err.(interface{ Unwrap() []error }).Unwrap()); n != 9 {
		t.Errorf("%d mistakes, want 9:\n%v", n, err)
	}
	for _, want := range []error{ErrTarget, ErrSource, ErrReserved} {
		if !errors.Is(err, want) {
			t.Errorf("no %v in %v", want, err)
		}
	}
	if _, err := ParseResponse([]exchange.Field{{Name: "method.response.header.X", Value: "integration.response.path.a"}}); !errors.Is(err, ErrSource) {
		t.Errorf("a path of a response = %v", err)
	}
	if p, err := ParseRequest(nil); p != nil || err != nil {
		t.Errorf("no parameters = %v, %v", p, err)
	}
}
