package tck

import (
	"slices"

	"github.com/portico-gateway/portico/hostabi"
)

// Messages, as numbers of commands.
const (
	request  = hostabi.StreamRequest
	response = hostabi.StreamResponse
)

// flushedBody is what the cases that flush write themselves; the report
// follows it.
const flushedBody = "data: 1\n\n"

func cases(s Subject) []testCase {
	return slices.Concat(
		phaseCases(s),
		bufferCases(),
		argumentCases(),
		faultCases(s),
		headerCases(),
		fieldCases(),
		limitCases(),
		bodyCases(),
		answerCases(),
		streamCases(s),
		configureCases(),
		cacheCases(),
		throttleCases(),
		secretsCases(),
		metricsCases(),
		kvCases(),
		httpCases(s),
		sentCases(s),
		jwtCases(),
		spendCases(s),
		usageCases(s),
	)
}

// example is a request with everything. What a gateway derives, such as
// cookies, agrees with what it derives it from.
func example() Setup {
	var s Setup
	s.Fields = map[hostabi.FieldID]string{
		hostabi.FieldMethod: "GET", hostabi.FieldPath: "/orders/a%2Fb", hostabi.FieldRawPath: "/prod/orders/a%2Fb",
		hostabi.FieldQuery: "q=1&q=%32&empty", hostabi.FieldScheme: "https", hostabi.FieldHost: "api.example:8443",
		hostabi.FieldProtocol: "HTTP/1.1", hostabi.FieldSourceIP: "192.0.2.7", hostabi.FieldUserAgent: "tck",
		hostabi.FieldRequestID: "a-b-c", hostabi.FieldAPI: "orders", hostabi.FieldStage: "prod",
		hostabi.FieldRoute: "GET /orders/{id}", hostabi.FieldResource: "/orders/{id}",
		hostabi.FieldMethodARN: "arn:aws:execute-api:eu-central-1:123456789012:orders/prod/GET/orders/a%2Fb", hostabi.FieldPrincipal: "alice",
		hostabi.FieldAccount: "123456789012", hostabi.FieldRegion: "eu-central-1",
		hostabi.FieldDomainName: "api.example", hostabi.FieldToken: "Bearer x",
	}
	s.TimeUnixMs = 1700000000123
	s.Params = map[hostabi.Source][]hostabi.Field{
		hostabi.SourcePath:          {{Name: "id", Value: "a/b"}},
		hostabi.SourceQuery:         {{Name: "q", Value: "1"}, {Name: "q", Value: "2"}, {Name: "empty", Value: ""}},
		hostabi.SourceStageVariable: {{Name: "backend", Value: "10.0.0.7"}},
		hostabi.SourceAuthContext:   {{Name: "tenant", Value: "t1"}},
		hostabi.SourceCookie:        {{Name: "c", Value: "1"}, {Name: "c", Value: "2"}},
	}
	s.Identity = []string{"Bearer x", "second"}
	s.Header = hostabi.Header{{Name: "Accept", Value: "text/html"}, {Name: "X-Many", Value: "1"},
		{Name: "cookie", Value: "c=1"}, {Name: "x-many", Value: "2"}, {Name: "Empty", Value: ""},
		{Name: "Cookie", Value: "c=2"}, {Name: "X-MANY", Value: "3"}, {Name: "User-Agent", Value: "tck"}}
	s.ResponseHeader = hostabi.Header{{Name: "Content-Type", Value: "text/plain"},
		{Name: "Set-Cookie", Value: "a=1"}, {Name: "set-cookie", Value: "b=2"}}
	s.Status = 201
	s.Body = []byte("the request's body")
	s.ResponseBody = []byte("the response's body")
	s.Event = []byte(`{"version":"2.0"}`)
	return s
}

// with gives a command a buffer that is reported whole.
func with(c Command, capacity uint32) Command {
	c.Cap, c.Keep = capacity, capacity
	return c
}
