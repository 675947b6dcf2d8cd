package config

import (
	"reflect"
	"testing"
	"time"
)

func ptr[V any](v V) *V { return &v }

func TestEveryKeyOfTheCasesArrives(t *testing.T) {
	file, err := LoadCases("testdata/full-cases.toml")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	keys := HTTPAnswer{URL: "https://keys.example.com/*", Status: 200, JSON: map[string]any{"keys": []any{}}}
	backend := Answer{Status: 201, Headers: []Pair{{"A", "1"}, {"B", "2"}, {"B", "3"}}, Body: "two\nlines", Delay: 10 * time.Millisecond}
	none := CaseRequest{Method: "GET", Path: "/", Host: "api.example.com", SourceIP: "192.0.2.1"}
	defaults := Case{
		Key: "defaults", Kind: CaseAuthorizer, Protocol: ProtocolHTTP, Route: "GET /orders/{id}", Stage: "prod",
		StageVariables: []Pair{{"backend", "b"}, {"tier", "gold"}}, Type: AuthorizerRequest,
		IdentitySource: []string{"$request.header.Authorization"}, PayloadFormat: Payload2, TTL: time.Minute,
		Config: map[string]any{"tokens": map[string]any{"a": "b"}, "mode": "strict"}, Timeout: 100 * time.Millisecond,
		Secrets: []Pair{{"key", "k"}}, KV: []Pair{{"user/1", "ada"}}, At: at, Backend: backend, HTTP: []HTTPAnswer{keys},
	}
	one := defaults
	one.Key, one.Name = "case[0]", "one request"
	one.Config = map[string]any{"tokens": map[string]any{"a": "b"}, "mode": "lax"}
	one.Secrets = []Pair{{"key", "other"}, {"more", "m"}}
	one.HTTP = []HTTPAnswer{
		{URL: "https://a.example.com/", Method: "POST", Times: 2, Status: 503, Headers: []Pair{{"C", "c"}}, Body: "no", Delay: time.Second,
			Expect: &BackendWant{Headers: []HeaderWant{{"Authorization", []string{"Bearer k"}}}, JSON: []any{int64(1)}}},
		{URL: "*", Status: 200, Error: "timeout"}, keys,
	}
	one.Request = CaseRequest{Method: "POST", Path: "/orders/1?x=%20", Headers: []Pair{{"X-Token", "t"}, {"Y", "1"}, {"Y", "2"}},
		JSON: map[string]any{"a": []any{int64(1), 2.5, true}}, Host: "h.example.com", SourceIP: "2001:db8::1"}
	one.Expect = Expect{
		Decision: "allow", Principal: ptr(""), Context: &map[string]any{"n": int64(1)}, Status: 200,
		Headers: []HeaderWant{{"A", []string{"1"}}, {"B", []string{"2", "3"}}, {"C", nil}}, Body: ptr(""),
		Backend: &BackendWant{Method: "POST", Path: "/orders/1", Headers: []HeaderWant{{"A", nil}}, Body: ptr("x")},
		Logs:    []string{"a", "a"}, Calls: &[]string{}, Failure: "trap", Golden: "golden/one.txt",
	}
	one.Step = []Step{{Key: one.Key, Request: one.Request, Expect: one.Expect}}
	refused := defaults
	refused.Key, refused.Name, refused.Request, refused.Refused = "case[1]", "a configuration that the plugin does not take", none, "mode"
	refused.Config = map[string]any{"tokens": map[string]any{"a": "b"}, "mode": "none"}
	two := defaults
	two.Key, two.Name, two.Protocol, two.Kind, two.Request = "case[2]", "two requests", ProtocolREST, CaseIntegration, none
	two.Step = []Step{
		{Key: "case[2].step[0]", Request: CaseRequest{Method: "GET", Path: "/", Host: "api.example.com", SourceIP: "192.0.2.1",
			Principal: "ada", Context: map[string]any{"tenant": "acme"}}, Expect: Expect{Backend: &BackendWant{None: true}}},
		{Key: "case[2].step[1]", Request: none, Event: CaseEvent{File: "event.json"}, Expect: Expect{Backend: &BackendWant{None: true}}},
		{Key: "case[2].step[2]", After: 2 * time.Hour, Request: none,
			Event:  CaseEvent{Table: map[string]any{"httpMethod": "GET", "path": "/"}},
			Expect: Expect{JSON: []any{int64(1)}, Backend: &BackendWant{JSON: map[string]any{"a": int64(1)}}}},
	}
	if !reflect.DeepEqual(file.Defaults, defaults) {
		t.Errorf("defaults:\n got %+v\nwant %+v", file.Defaults, defaults)
	}
	for i, want := range []Case{one, refused, two} {
		if got := file.Case[i]; !reflect.DeepEqual(got, want) {
			t.Errorf("case %d:\n got %+v\nwant %+v", i, got, want)
		}
	}
}

func TestACaseWithoutAnythingHasDefaults(t *testing.T) {
	file, err := ParseCases("cases.toml", []byte("[[case]]\nname = \"a\"\nexpect = { status = 200 }\n"))
	if err != nil {
		t.Fatal(err)
	}
	request := CaseRequest{Method: "GET", Path: "/", Host: "api.example.com", SourceIP: "192.0.2.1"}
	want := Case{Key: "case[0]", Name: "a", Protocol: ProtocolREST, Stage: DefaultStage, Backend: Answer{Status: 200},
		Request: request, Expect: Expect{Status: 200}, Step: []Step{{Key: "case[0]", Request: request, Expect: Expect{Status: 200}}}}
	if got := file.Case[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
