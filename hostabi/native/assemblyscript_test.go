package native_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// loadAS makes a plugin of a folder of the AssemblyScript SDK.
func loadAS(t *testing.T, folder string, o native.Options) (*native.Plugin, error) {
	wasm := asGuest(t, folder)
	o.Name = "as"
	p, err := native.New(context.Background(), newEngine(t), wasm, o)
	if err == nil {
		t.Cleanup(p.Close)
	}
	return p, err
}

// tour loads the plugin that uses every function of the SDK.
func tour(t *testing.T) (*native.Plugin, *record) {
	t.Helper()
	var r record
	p, err := loadAS(t, "test", native.Options{Log: r.logger(slog.LevelDebug), Capabilities: tck.NewCapabilities(), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return p, &r
}

// says calls a plugin that leaves a report in the scratch.
func says(t *testing.T, p *native.Plugin, k hostabi.Kind, h *tck.Host, answer int32, want string) {
	t.Helper()
	if got, err := p.Call(context.Background(), k, h); got != answer || err != nil {
		t.Fatalf("answered %d, %v, want %d", got, err, answer)
	}
	if got := string(h.Scratch("as")); got != strings.TrimLeft(want, "\n") {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}

func TestTheAssemblyScriptSDKDecides(t *testing.T) {
	p, _ := tour(t)
	h := tck.NewHost(tck.Setup{
		Fields:   map[hostabi.FieldID]string{hostabi.FieldToken: "Bearer x"},
		Identity: []string{"Bearer x", "second"}, Body: []byte("body"),
		Header: hostabi.Header{{Name: "Accept", Value: "text/html"}},
	})
	says(t, p, hostabi.Authorize, h, hostabi.AnswerAllow, `
token: Bearer x
identity: Bearer x|second
body: body
bytes: text/html
`)
	principal, context := h.Decision()
	want := []tck.Value{{Key: "s", Value: "té"}, {Key: "n", Value: "42", Kind: hostabi.ValueNumber},
		{Key: "f", Value: "1.5", Kind: hostabi.ValueNumber}, {Key: "b", Value: "true", Kind: hostabi.ValueBoolean}, {Key: "j", Value: "{}", Kind: hostabi.ValueJSON}}
	if principal != "alice" || !slices.Equal(context, want) {
		t.Errorf("it gave %q and %v, want %v", principal, context, want)
	}
}

func TestTheAssemblyScriptSDKAnswersWithAPolicy(t *testing.T) {
	p, _ := tour(t)
	h := tck.NewHost(tck.Setup{Header: hostabi.Header{{Name: "Accept", Value: "*/*"}, {Name: "X-Policy", Value: "yes"}}, Event: []byte(`{"a":1}`)})
	if got, err := p.Call(context.Background(), hostabi.Authorize, h); got != hostabi.AnswerResult || err != nil || string(h.Result()) != `{"a":1}` {
		t.Errorf("answered %d, %v with %q", got, err, h.Result())
	}
}

func TestTheAssemblyScriptSDKMapsRequests(t *testing.T) {
	p, r := tour(t)
	h := tck.NewHost(tck.Setup{
		Fields: map[hostabi.FieldID]string{hostabi.FieldMethod: "GET", hostabi.FieldPath: "/a",
			hostabi.FieldSourceIP: "192.0.2.7", hostabi.FieldHost: "api.example"},
		TimeUnixMs: 1700000000123,
		Params: map[hostabi.Source][]hostabi.Field{
			hostabi.SourcePath:          {{Name: "id", Value: "a/b"}},
			hostabi.SourceQuery:         {{Name: "q", Value: "1"}, {Name: "q", Value: "2"}},
			hostabi.SourceStageVariable: {{Name: "v", Value: "10.0.0.7"}},
			hostabi.SourceAuthContext:   {{Name: "k", Value: "t1"}},
			hostabi.SourceCookie:        {{Name: "c", Value: "1"}, {Name: "c", Value: "2"}}},
		Header: hostabi.Header{{Name: "Accept", Value: "text/html"}, {Name: "X-Many", Value: "1"},
			{Name: "x-many", Value: "2"}, {Name: "X-Empty"}, {Name: "X-Long", Value: strings.Repeat("x", 5000)}},
		Body:    []byte("the body"),
		Scratch: map[string][]byte{"as": []byte("kept")},
	})
	says(t, p, hostabi.MapRequest, h, hostabi.AnswerContinue, `
method: GET
path: /a
source: 192.0.2.7
time: 1700000000123
get host is: true
absent field: 
header Accept: text/html
header X-Many: 1
header x-many: 2
header X-Empty: 
header X-Long: `+strings.Repeat("x", 5000)+`
values: 1|2
bytes: 2|/a|a/b|true|0
absent: true
empty: true
is: true|false|false|false
long: 5000
query: 2|1|2
param: a/b
variable: 10.0.0.7
context: t1
cookie: 1|1|2
fields: GET|1700000000123|1
missing fields: true
body: the body
second reading: 0
scratch: kept
forbidden: -4
random: true
clocks: true
Math.random: true
`)
	var changed []string
	for _, id := range []hostabi.FieldID{hostabi.FieldMethod, hostabi.FieldPath, hostabi.FieldQuery} {
		v, _ := h.Field(id)
		changed = append(changed, v)
	}
	body, _, closed := h.Body(false)
	_, accepts := h.Header(false).Get("accept")
	if v, _ := h.Header(false).Get("X-Set"); v != "1" || accepts || string(body) != "new body" || !closed ||
		!slices.Equal(changed, []string{"PUT", "/changed", "a=b"}) {
		t.Errorf("the request is now %v, %v, %q", changed, h.Header(false), body)
	}
	want := []string{"level=INFO msg=mapped plugin=as call=map_request", "level=WARN msg=é plugin=as call=map_request", `level=DEBUG msg="traced 1.0 2.0" plugin=as call=map_request`}
	if !slices.Equal(r.lines(), want) {
		t.Errorf("logged %q, want %q", r.lines(), want)
	}
}

func TestTheAssemblyScriptSDKAnswersAndFailsInPlaceOfTheIntegration(t *testing.T) {
	p, r := tour(t)
	asked := func(header string) *tck.Host {
		return tck.NewHost(tck.Setup{Header: hostabi.Header{{Name: header, Value: "yes"}}})
	}
	h := asked("X-Respond")
	got, err := p.Call(context.Background(), hostabi.MapRequest, h)
	pot, _ := h.Header(true).Get("X-Pot")
	if body, _, _ := h.Body(true); got != hostabi.AnswerRespond || err != nil || h.Status() != 418 || pot != "tea" || string(body) != "short and stout" {
		t.Errorf("answered %d, %v: %d, %v, %q", got, err, h.Status(), h.Header(true), body)
	}

	if _, err := p.Call(context.Background(), hostabi.MapRequest, asked("X-Fail")); err == nil || !strings.Contains(err.Error(), "ECONN") {
		t.Errorf("a code gave %v", err)
	}
	if _, err := p.Call(context.Background(), hostabi.MapRequest, asked("X-Throw")); err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("throw gave %v", err)
	}
	want := []string{`level=ERROR msg="no luck" plugin=as call=map_request`,
		`level=ERROR msg="thrown, not caught: ? at assembly/index.ts:`}
	if got := r.lines(); len(got) != 2 || got[0] != want[0] || !strings.HasPrefix(got[1], want[1]) {
		t.Errorf("logged %q, want %q", got, want)
	}
}

func TestTheAssemblyScriptSDKMapsResponses(t *testing.T) {
	p, _ := tour(t)
	h := tck.NewHost(tck.Setup{
		Fields:         map[hostabi.FieldID]string{hostabi.FieldMethod: "GET"},
		ResponseHeader: hostabi.Header{{Name: "Content-Type", Value: "text/plain"}},
		Status:         201, ResponseBody: []byte("the response's body"),
		Scratch: map[string][]byte{"as": []byte("kept")},
	})
	says(t, p, hostabi.MapResponse, h, hostabi.AnswerContinue, `
request: GET
status: 201
type: text/plain
fields: 201|Content-Type
piece: the 
more: resp
`)
	body, _, _ := h.Body(true)
	if seen, _ := h.Header(true).Get("X-Seen"); seen != "kept" || h.Status() != 202 || string(body) != "ok" {
		t.Errorf("the response is now %d, %v, %q", h.Status(), h.Header(true), body)
	}
}

func TestTheAssemblyScriptSDKUsesCapabilities(t *testing.T) {
	p, _ := tour(t)
	h := tck.NewHost(tck.Setup{Header: hostabi.Header{{Name: "X-State", Value: "yes"}}})
	says(t, p, hostabi.MapRequest, h, hostabi.AnswerContinue, `
cache absent: -1
cache put: 00
cache get: 12
cache remove: 10
cache empty key: -2
kv absent: -1
kv put: 01
kv create: -14|0
kv replace: 0|-14|4
kv increment: 5|6
kv list: a,c,n|c
kv limit: -2
kv remove: 10
kv large: 100000|7
throttle: 0
throttle none: -1
secret: the value of a secret
secret none: -1
hmac: 32
metrics: 0|0|0|0
metrics wrong: -2
`)
}

func TestTheAssemblyScriptSDKIntegrates(t *testing.T) {
	p, _ := tour(t)
	large := strings.Repeat("0123456789", 1<<16)
	tests := []struct{ name, op, value, body, want string }{
		{"a body comes back whole", "echo", "", large, large},
		{"an empty one too", "echo", "", "", ""},
		{"after a flush nothing of the head can be set", "status", "", "", "before: 0\nafter: 299\nlate: 0|-5\n"},

		{"text beyond ASCII is kept", "utf8", "é€😀", "", "é€😀"},
		{"an overlong slash is no slash", "utf8", "a\xc0\xafb", "", "a\ufffd\ufffdb"},
		{"an overlong sequence of three is none", "utf8", "\xe0\x80\xaf", "", "\ufffd\ufffd\ufffd"},
		{"a surrogate is none", "utf8", "\xed\xa0\x80", "", "\ufffd\ufffd\ufffd"},
		{"nothing is above U+10FFFF", "utf8", "\xf4\x90\x80\x80\xf4\x8f\xbf\xbf", "", "\ufffd\ufffd\ufffd\ufffd\U0010ffff"},
		{"what is cut off is one character", "utf8", "\xe2\x82", "", "\ufffd"},
		{"what follows is read again", "utf8", "\xf0\x9f\x98x\xc3", "", "\ufffdx\ufffd"},
		{"a lone continuation is none", "utf8", "\x80\xff", "", "\ufffd\ufffd"},

		{"a member is found", "member", "", `{"a":[{"k":0}],"k" : {"k": "}"} , "z":1}`, `{"k": "}"}`},
		{"the last of a repeated member counts", "member", "", `{"k":1,"k":2}`, "2"},
		{"a key may be escaped", "member", "", `{"\u006b":true}`, "true"},
		{"an absent one is not", "member", "", `{"a":"k"}`, "nothing"},
		{"an empty object has none", "member", "", ` { } `, "nothing"},
		{"an array has none", "member", "", `["k",1]`, "nothing"},
		{"what ends early is no object", "member", "", `{"k":1`, "nothing"},
		{"nor what ends in a string", "member", "", `{"k":"a\`, "nothing"},
		{"keys keep their order", "keys", "", ` { "b" : {"x":1}, "\u0061":[] } `, "b|a"},
		{"only objects have keys", "keys", "", `["a"]`, ""},
		{"nor what has no value", "member", "", `{"k":,}`, "nothing"},
		{"elements are found", "items", "", `[ 1, "a,b" ,[2,3],{"x":[]} ]`, `1|"a,b"|[2,3]|{"x":[]}`},
		{"an open array has none", "items", "", `[1,2`, ""},
		{"text is unescaped", "text", "", `"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`, "a\"\\/\b\f\n\r\té😀"},
		{"a wrong escape is no text", "text", "", `"\x"`, "nothing"},
		{"half an escape is no text", "text", "", `"\u00"`, "nothing"},
		{"a number is no text", "text", "", `1`, "nothing"},
		{"a number is one", "number", "", `-1.5e3`, "-1500.0"},
		{"a string is none", "number", "", `"1"`, "NaN"},
		{"true is true", "truth", "", `true`, "true"},
		{"a string is not", "truth", "", `"true"`, "false"},
		{"quoting escapes", "quote", "", "a\"\\\n\x01é", `"a\"\\\u000a\u0001é"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := tck.NewHost(tck.Setup{Body: []byte(tt.body), Params: map[hostabi.Source][]hostabi.Field{
				hostabi.SourceQuery: {{Name: "op", Value: tt.op}, {Name: "v", Value: tt.value}}}})
			if got, err := p.Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil {
				t.Fatal(got, err)
			}
			if body, _, _ := h.Body(true); string(body) != tt.want {
				t.Errorf("got %.100q, want %.100q", body, tt.want)
			}
		})
	}
}

func TestTheAssemblyScriptSDKAnswersAsALambdaFunction(t *testing.T) {
	p, _ := tour(t)
	h := tck.NewHost(tck.Setup{Event: make([]byte, 3000), Params: map[hostabi.Source][]hostabi.Field{
		hostabi.SourceQuery: {{Name: "op", Value: "event"}}}})
	got, err := p.Call(context.Background(), hostabi.Integrate, h)
	if want := `{"statusCode":201,"body":"3000"}`; got != hostabi.AnswerResult || err != nil || string(h.Result()) != want {
		t.Errorf("answered %d, %v with %q, want %q", got, err, h.Result(), want)
	}
}
