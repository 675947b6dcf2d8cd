package workbench

import (
	"reflect"
	"testing"

	"github.com/portico-gateway/portico/runtime/config"
)

func TestAStarStandsForAnyText(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"", "", true}, {"*", "", true}, {"*", "anything", true},
		{"a*", "ab", true}, {"a*", "ba", false}, {"*a", "ba", true}, {"*a", "ab", false},
		{"a*b*c", "a1b2c", true}, {"a*b*c", "abc", true}, {"a*b*c", "acb", false}, {"a*a", "a", false},
		{"a*b*b", "ab", false}, {"*b*", "abc", true}, {"*b*", "ac", false},
	} {
		if got := matches(test.pattern, test.text); got != test.want {
			t.Errorf("matches(%q, %q) = %v, want %v", test.pattern, test.text, got, test.want)
		}
	}
}

func TestDiff(t *testing.T) {
	for _, test := range []struct{ name, want, got, diff string }{
		{"equal", "a\nb\n", "a\nb", "\t  a\n\t  b"},
		{"a line more", "a\nc", "a\nb\nc", "\t  a\n\t+ b\n\t  c"},
		{"a line less", "a\nb\nc", "a\nc", "\t  a\n\t- b\n\t  c"},
		{"another line", "a\nb\nc", "a\nx\nc", "\t  a\n\t- b\n\t+ x\n\t  c"},
		{"nothing was expected", "", "a", "\t+ a"},
		{"nothing came", "a\nb", "", "\t- a\n\t- b"},
		{"neither", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := diff(test.want, test.got, nil); got != test.diff {
				t.Errorf("diff:\n%q\nwant\n%q", got, test.diff)
			}
		})
	}
}

func TestAnEventBecomesItsRequest(t *testing.T) {
	own := func(change func(r *config.CaseRequest)) config.CaseRequest {
		r := config.CaseRequest{Method: "GET", Path: "/a", Host: "api.example.com", SourceIP: "192.0.2.1", Context: map[string]any{}}
		change(&r)
		return r
	}
	for _, test := range []struct {
		name, event string
		want        config.CaseRequest
		variables   map[string]string
		err         string
	}{
		{"a TOKEN authorizer's", `{"type":"TOKEN","authorizationToken":"Bearer t","methodArn":"arn:aws:execute-api:eu:1:a/prod/GET/a"}`,
			own(func(r *config.CaseRequest) { r.Headers = []config.Pair{{Name: "Authorization", Value: "Bearer t"}} }), nil, ""},
		{"a method ARN of the root", `{"methodArn":"arn:aws:execute-api:eu:1:a/prod/GET"}`, own(func(r *config.CaseRequest) { r.Path = "/" }), nil, ""},
		{"format 1.0", `{"httpMethod":"PUT","path":"/a b","multiValueHeaders":{"B":["1","2"],"A":["x"]},"headers":{"A":"x"},
			"multiValueQueryStringParameters":{"q":["1","2"]},"queryStringParameters":{"q":"2"},"body":"aGk=","isBase64Encoded":true,
			"stageVariables":{"v":"1"},"requestContext":{"identity":{"sourceIp":"198.51.100.1"},"domainName":"h.example",
			"authorizer":{"principalId":"p","integrationLatency":3,"n":1}}}`,
			own(func(r *config.CaseRequest) {
				r.Method, r.Path, r.Body, r.SourceIP, r.Host = "PUT", "/a%20b?q=1&q=2", "hi", "198.51.100.1", "h.example"
				r.Headers = []config.Pair{{Name: "A", Value: "x"}, {Name: "B", Value: "1"}, {Name: "B", Value: "2"}}
				r.Principal, r.Context = "p", map[string]any{"n": 1.0}
			}), map[string]string{"v": "1"}, ""},
		{"format 2.0", `{"version":"2.0","rawPath":"/a","rawQueryString":"x=%20","cookies":["a=1","b=2"],"headers":{"x":"1,2"},
			"requestContext":{"http":{"method":"POST","sourceIp":"198.51.100.2"},"authorizer":{"lambda":{"k":"v"}}}}`,
			own(func(r *config.CaseRequest) {
				r.Method, r.Path, r.SourceIP, r.Context = "POST", "/a?x=%20", "198.51.100.2", map[string]any{"k": "v"}
				r.Headers = []config.Pair{{Name: "x", Value: "1,2"}, {Name: "Cookie", Value: "a=1; b=2"}}
			}), nil, ""},
		{"no JSON", `{`, config.CaseRequest{}, nil, "event: unexpected end of JSON input"},
		{"no request", `{}`, config.CaseRequest{}, nil, errNoRequest.Error()},
		{"no ARN", `{"methodArn":"x"}`, config.CaseRequest{}, nil, `event: methodArn "x" is not arn:…/STAGE/METHOD/PATH`},
		{"a path without a slash", `{"httpMethod":"GET","path":"a"}`, config.CaseRequest{}, nil, `event: the path "a" does not start with "/"`},
		{"a body that is not base64", `{"httpMethod":"GET","path":"/","body":"!","isBase64Encoded":true}`, config.CaseRequest{}, nil,
			"event: body: illegal base64 data at input byte 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, variables, err := requestOfEvent([]byte(test.event))
			if err != nil || test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Errorf("error = %v, want %s", err, test.err)
				}
				return
			}
			if !reflect.DeepEqual(got, test.want) || !reflect.DeepEqual(variables, test.variables) {
				t.Errorf("got  %+v, %v\nwant %+v, %v", got, variables, test.want, test.variables)
			}
		})
	}
}
