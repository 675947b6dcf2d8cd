package event

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
	"github.com/portico-gateway/portico/runtime/policy"
)

// response is what a client gets of an answer.
type response struct {
	Status int
	Header exchange.Header
	Body   string
}

func responseOf(x *exchange.Exchange) response {
	b, _ := x.Response.Body.InMemory()
	r := response{x.Response.Status, append(exchange.Header(nil), x.Response.Header...), string(b)}
	return r
}

// of is an exchange that waits for an answer, with leftovers in its response.
func of(p exchange.Protocol, accept string) *exchange.Exchange {
	x := &exchange.Exchange{API: &exchange.API{Protocol: p, BinaryTypes: []string{"image/*", "application/pdf"}}}
	if accept != "" {
		x.Request.Header = exchange.Header{{Name: "accept", Value: accept}}
	}
	x.Response.Status = 599
	x.Response.Header = exchange.Header{{Name: "Left", Value: "over"}}
	x.Response.Body.SetBytes([]byte("left over"))
	return x
}

func h(pairs ...string) exchange.Header {
	var h exchange.Header
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

var typed = h("Content-Type", "application/json")

func TestParseProxyV1(t *testing.T) {
	tests := []struct {
		name, json string
		want       response
	}{
		{"a status alone", `{"statusCode":200}`, response{200, typed, ""}},
		{"an empty object", `{}`, response{200, typed, ""}},
		{"headers alone", `{"headers":{"test-header":"value"}}`, response{200, h("test-header", "value", "Content-Type", "application/json"), ""}},
		{"nulls are missing", ` {"statusCode":null,"headers":null,"multiValueHeaders":null,"body":null,"isBase64Encoded":null} `, response{200, typed, ""}},
		{"a boolean in a header", `{"headers":{"a":true,"b":false}}`, response{200, h("a", "true", "b", "false", "Content-Type", "application/json"), ""}},
		{"a status in a string", `{"statusCode":"201"}`, response{201, typed, ""}},
		{"a body", `{"statusCode":404,"body":"n\u00f6 \ud83d\ude00\n\"\\\/\b\f\r\t"}`, response{404, typed, "nö 😀\n\"\\/\b\f\r\t"}},
		{"half a pair", `{"body":"\ud83d \ud83dx \ude00 \ud83d\u0041"}`, response{200, typed, "\uFFFD \uFFFDx \uFFFD \uFFFDA"}},
		{"a content type of its own", `{"headers":{"content-type":"text/html"},"body":"x"}`, response{200, h("content-type", "text/html"), "x"}},
		{"a content type of null", `{"headers":{"Content-Type":null,"x":null}}`, response{200, nil, ""}},
		{"a content type among the lists", `{"multiValueHeaders":{"Content-Type":["a/b"]}}`, response{200, h("Content-Type", "a/b"), ""}},
		{"lists", `{"multiValueHeaders":{"Set-Cookie":["a=1","b=2"],"x":[]}}`, response{200, h("Set-Cookie", "a=1", "Set-Cookie", "b=2", "Content-Type", "application/json"), ""}},
		{"lists come before single values, under their own name", `{"headers":{"test-multi":"solo"},"multiValueHeaders":{"tesT-Multi":["multi"]}}`,
			response{200, h("tesT-Multi", "multi", "tesT-Multi", "solo", "Content-Type", "application/json"), ""}},
		{"the same value is given once", `{"headers":{"x":" a ","y":"b"},"multiValueHeaders":{"X":["a","c"]}}`,
			response{200, h("X", "a", "X", "c", "y", "b", "Content-Type", "application/json"), ""}},
		{"a name given twice counts last", `{"statusCode":500,"headers":{"a":"1","a":"2"},"statusCode":200,"multiValueHeaders":{"b":["1","2"],"b":["3"]}}`,
			response{200, h("b", "3", "a", "2", "Content-Type", "application/json"), ""}},
		{"an escaped key", `{"status\u0043ode":204,"headers":{"\u0061":"1"}}`, response{204, h("a", "1", "Content-Type", "application/json"), ""}},
		{"white space around a value", `{"headers":{"a":" \t1 "}}`, response{200, h("a", "1", "Content-Type", "application/json"), ""}},
		{"a length is remapped", `{"headers":{"content-length":"5"},"body":"x"}`, response{200, h("x-amzn-Remapped-Content-Length", "5", "Content-Type", "application/json"), "x"}},
		{"base64 that nobody asked for", `{"body":"cG5n","isBase64Encoded":true}`, response{200, typed, "cG5n"}},
		{"white space everywhere", "\r\n\t{ \"statusCode\" :\n200 , \"headers\" : { } }\n", response{200, typed, ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := of(exchange.REST, "")
			if err := ParseProxyV1([]byte(tt.json), x); err != nil {
				t.Fatal(err)
			}
			if got := responseOf(x); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("ParseProxyV1(%s) gives %+v, want %+v", tt.json, got, tt.want)
			}
		})
	}
}

func TestBase64IsDecodedForWhoAcceptsIt(t *testing.T) {
	tests := []struct {
		name, accept, want string
		p                  exchange.Protocol
	}{
		{"a listed type", "application/pdf", "png", exchange.REST},
		{"a listed family", "image/webp;q=0.8, text/html", "png", exchange.REST},
		{"a listed type that is second", "text/html, image/png", "cG5n", exchange.REST},
		{"any type", "*/*", "cG5n", exchange.REST},
		{"no type", "", "cG5n", exchange.REST},
		{"an HTTP API asks nobody", "text/html", "png", exchange.HTTP},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := of(tt.p, tt.accept)
			if err := ParseProxyV1([]byte(`{"statusCode":200,"body":"cG5n","isBase64Encoded":true}`), x); err != nil {
				t.Fatal(err)
			}
			if got := responseOf(x).Body; got != tt.want {
				t.Errorf("body is %q, want %q", got, tt.want)
			}
		})
	}
	x := &exchange.Exchange{}
	if err := ParseProxyV1([]byte(`{"body":"cG5n","isBase64Encoded":true}`), x); err != nil || responseOf(x).Body != "cG5n" {
		t.Errorf("without an API: %q, %v", responseOf(x).Body, err)
	}
}

func TestParseProxyV1OfAnHTTPAPI(t *testing.T) {
	plain := h("content-type", "text/plain;charset=UTF-8")
	tests := []struct {
		name, json string
		want       response
	}{
		{"other keys are passed over", `{"statusCode":200,"more":1,"cookies":["a=1"],"body":"x"}`, response{200, plain, "x"}},
		{"an empty body has no type", `{"statusCode":204}`, response{204, nil, ""}},
		{"a length is dropped", `{"statusCode":200,"headers":{"Content-Length":"9","a":"b"}}`, response{200, h("a", "b"), ""}},
		{"base64 without padding", `{"statusCode":200,"body":"Lw","isBase64Encoded":true}`, response{200, plain, "/"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := of(exchange.HTTP, "")
			if err := ParseProxyV1([]byte(tt.json), x); err != nil {
				t.Fatal(err)
			}
			if got := responseOf(x); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("ParseProxyV1(%s) gives %+v, want %+v", tt.json, got, tt.want)
			}
		})
	}
}

func TestParseProxyV2(t *testing.T) {
	inferred := h("content-type", "application/json")
	tests := []struct {
		name, json string
		want       response
	}{
		{"a whole answer", `{"statusCode":201,"headers":{"A":"b","content-type":"a/b"},"cookies":["s=1; Secure","t=2"],"body":"cG5n","isBase64Encoded":true}`,
			response{201, h("A", "b", "content-type", "a/b", "set-cookie", "s=1; Secure", "set-cookie", "t=2"), "png"}},
		{"other keys are passed over", `{"statusCode":200,"multiValueHeaders":{"a":["b"]},"cookies":null,"more":[]}`, response{200, nil, ""}},
		{"an object without a status is the body", ` {"message": "hi", "body": 1} `, response{200, inferred, `{"message": "hi", "body": 1}`}},
		{"a string is the body, as JSON", `"hi"`, response{200, inferred, `"hi"`}},
		{"a list is the body", `[1, 2]`, response{200, inferred, `[1, 2]`}},
		{"null is the body", `null`, response{200, inferred, `null`}},
		{"an errorMessage among other things is the body", `{"errorMessage":"x","id":1}`, response{200, inferred, `{"errorMessage":"x","id":1}`}},
		{"a type of text is made up", `{"statusCode":"200","body":"x"}`, response{200, h("content-type", "text/plain;charset=UTF-8"), "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := of(exchange.HTTP, "")
			if err := ParseProxyV2([]byte(tt.json), x); err != nil {
				t.Fatal(err)
			}
			if got := responseOf(x); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("ParseProxyV2(%s) gives %+v, want %+v", tt.json, got, tt.want)
			}
		})
	}
}

// deep is JSON nested that many levels.
func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

func TestMalformedAnswers(t *testing.T) {
	big := strings.Repeat("x", 30000)
	many := `{"a":[]` + strings.Repeat(`,"b":[]`, exchange.MaxFields) + `}`
	tests := []struct {
		name, json, want string
		rest, http1, v2  bool // which of the parsers find it malformed
	}{
		{"nothing", ``, "ends too early", true, true, true},
		{"white space", " \n", "ends too early", true, true, true},
		{"a string", `"x"`, "not an object", true, true, false},
		{"a list", `[{}]`, "not an object", true, true, false},
		{"more after the end", `{} {}`, "more after the end", true, true, true},
		{"an object cut off", `{"statusCode":200`, "neither a comma", true, true, true},
		{"a comma too many", `{"statusCode":200,}`, "not a key", true, true, true},
		{"a key without quotes", `{statusCode:200}`, "not a key", true, true, true},
		{"a key cut off", `{"a`, "string without an end", true, true, true},
		{"no colon", `{"a" 1}`, "no colon", true, true, true},
		{"half a word", `{"a":tru}`, "not a value", true, true, true},
		{"NaN", `{"a":NaN}`, "not a value", true, true, true},
		{"a leading zero", `{"a":01}`, "neither a comma", true, true, true},
		{"a lone minus", `{"a":-}`, "not a number", true, true, true},
		{"a lone point", `{"a":1.}`, "not a number", true, true, true},
		{"a lone exponent", `{"a":1e+}`, "not a number", true, true, true},
		{"a bare newline", "{\"a\":\"\n\"}", "control character", true, true, true},
		{"an unknown escape", `{"a":"\x"}`, "unknown escape", true, true, true},
		{"a short escape", `{"a":"\u12"}`, "unknown escape", true, true, true},
		{"an escape cut off", `{"a":"\`, "string without an end", true, true, true},
		{"what is not UTF-8", "{\"a\":\"\xff\"}", "not UTF-8", true, true, true},
		{"a byte order mark", "\uFEFF{}", "not a value", true, true, true},
		{"nesting without end", deep(maxDepth + 2), "nested too deep", true, true, true},
		{"no status", `{"body":"x"}`, "no statusCode", false, true, false},
		{"an unknown key", `{"statusCode":200,"wrongValue":"value"}`, `no key "wrongValue"`, true, false, false},
		{"a key with null", `{"statusCode":200,"wrongValue":null}`, `no key "wrongValue"`, true, false, false},
		{"cookies of null", `{"statusCode":200,"cookies":null}`, `no key "cookies"`, true, false, false},
		{"cookies", `{"statusCode":200,"cookies":[]}`, `no key "cookies"`, true, false, false},
		{"a status that is text", `{"statusCode":"test"}`, "not a status", true, true, true},
		{"a status that is empty", `{"statusCode":""}`, "not a status", true, true, true},
		{"a status with a fraction", `{"statusCode":200.0}`, "not a status", true, true, true},
		{"a status with a sign", `{"statusCode":"-20"}`, "not a status", true, true, true},
		{"an interim status", `{"statusCode":101}`, "from 200 to 599", true, true, true},
		{"a status too high", `{"statusCode":600}`, "from 200 to 599", true, true, true},
		{"headers that are a list", `{"statusCode":200,"headers":[]}`, "headers is not an object", true, true, true},
		{"a header that is a number", `{"statusCode":200,"headers":{"a":1}}`, "neither a string nor a boolean", true, true, true},
		{"a header that is a list", `{"statusCode":200,"headers":{"a":["b"]}}`, "neither a string nor a boolean", true, true, true},
		{"a header with a line break", `{"statusCode":200,"headers":{"a":"b\r\nc: d"}}`, "control character", true, true, true},
		{"a header with NUL", `{"statusCode":200,"headers":{"a":"\u0000"}}`, "control character", true, true, true},
		{"a name with a colon", `{"statusCode":200,"headers":{"a:b":"c"}}`, "not a name", true, true, true},
		{"a name with a line break", `{"statusCode":200,"headers":{"a\nb":"c"}}`, "not a name", true, true, true},
		{"an empty name", `{"statusCode":200,"headers":{"":"c"}}`, "not a name", true, true, true},
		{"headers too large", `{"statusCode":200,"headers":{"a":"` + big + `","b":"` + big + `"}}`, "too many headers", true, true, true},
		{"too many headers", `{"statusCode":200,"headers":` + strings.ReplaceAll(many, "[]", "null") + `}`, "too many headers", true, true, true},
		{"too many empty lists", `{"statusCode":200,"multiValueHeaders":` + many + `}`, "too many headers", true, true, false},
		{"lists that are a list", `{"statusCode":200,"multiValueHeaders":[]}`, "multiValueHeaders is not an object", true, true, false},
		{"a list that is a string", `{"statusCode":200,"multiValueHeaders":{"a":"b"}}`, "is not a list", true, true, false},
		{"a list of numbers", `{"statusCode":200,"multiValueHeaders":{"a":[1]}}`, "neither a string nor a boolean", true, true, false},
		{"cookies that are a string", `{"statusCode":200,"cookies":"a=b"}`, "cookie", true, false, true},
		{"a cookie that is a boolean", `{"statusCode":200,"cookies":[true]}`, "cookie", true, false, true},
		{"a cookie with a line break", `{"statusCode":200,"headers":{},"cookies":["a=b\r\nc: d"]}`, "", true, false, true},
		{"a body that is an object", `{"statusCode":200,"body":{}}`, "body is not a string", true, true, true},
		{"a flag that is a string", `{"statusCode":200,"isBase64Encoded":"true"}`, "not a boolean", true, true, true},
		{"bad base64", `{"statusCode":200,"body":"*","isBase64Encoded":true}`, "not base64", false, true, true},
	}
	parse := []struct {
		name string
		x    func() *exchange.Exchange
		f    func([]byte, *exchange.Exchange) error
	}{
		{"REST", func() *exchange.Exchange { return of(exchange.REST, "") }, ParseProxyV1},
		{"HTTP 1.0", func() *exchange.Exchange { return of(exchange.HTTP, "") }, ParseProxyV1},
		{"2.0", func() *exchange.Exchange { return of(exchange.HTTP, "") }, ParseProxyV2},
	}
	for _, tt := range tests {
		for i, want := range []bool{tt.rest, tt.http1, tt.v2} {
			t.Run(tt.name+" in "+parse[i].name, func(t *testing.T) {
				x := parse[i].x()
				err := parse[i].f([]byte(tt.json), x)
				var malformed *Malformed
				if got := errors.As(err, &malformed); got != want || !want && err != nil {
					t.Fatalf("error is %v, malformed = %v, want %v", err, got, want)
				}
				if !want {
					return
				}
				if prefix := "Execution failed due to configuration error: Malformed Lambda proxy response: "; !strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error is %q, want %q after %q", err, tt.want, prefix)
				}
				if got := responseOf(x); got.Status != 0 || len(got.Header) != 0 || got.Body != "" {
					t.Errorf("response is %+v, want it empty", got)
				}
			})
		}
	}
}

func TestFunctionErrors(t *testing.T) {
	const json = `{"errorMessage":"division by \"zero\"","errorType":"ZeroDivisionError","requestId":"r","stackTrace":[["a"]]}`
	want := &FunctionError{Message: `division by "zero"`, Type: "ZeroDivisionError"}
	for name, err := range map[string]error{
		"proxy 1.0":      ParseProxyV1([]byte(json), of(exchange.REST, "")),
		"proxy 2.0":      ParseProxyV2([]byte(json), of(exchange.HTTP, "")),
		"authorizer 1.0": second(ParseAuthorizerV1([]byte(json))),
		"authorizer 2.0": second(ParseAuthorizerV2([]byte(json))),
	} {
		if !reflect.DeepEqual(err, error(want)) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if got, want := want.Error(), `Lambda execution failed with status 200 due to customer function error: division by "zero"`; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
	var e *FunctionError
	if err := ParseProxyV1([]byte(`{"errorMessage":null}`), of(exchange.REST, "")); !errors.As(err, &e) || e.Message != "null" {
		t.Errorf("a message of null: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAnswersAreCopied(t *testing.T) {
	json := []byte(`{"statusCode":200,"headers":{"a":"b"},"body":"text"}`)
	x := of(exchange.HTTP, "")
	if err := ParseProxyV1(json, x); err != nil {
		t.Fatal(err)
	}
	clear(json)
	want := response{200, h("a", "b", "content-type", "text/plain;charset=UTF-8"), "text"}
	if got := responseOf(x); !reflect.DeepEqual(got, want) {
		t.Errorf("response is %+v after its text is gone, want %+v", got, want)
	}
}

// A usual answer costs a string per name and value, and the body.
func TestParseProxyV1AllocatesLittle(t *testing.T) {
	json := []byte(`{"statusCode":200,"headers":{"Content-Type":"text/plain","X-A":"b"},"body":"text","isBase64Encoded":false}`)
	x := of(exchange.REST, "")
	if n := testing.AllocsPerRun(200, func() { _ = ParseProxyV1(json, x) }); n > 5 {
		t.Errorf("ParseProxyV1 allocates %v times, want at most 5", n)
	}
}

func BenchmarkParseProxyV1(b *testing.B) {
	json := []byte(`{"statusCode":200,"headers":{"Content-Type":"text/plain","X-A":"b"},"body":"` + strings.Repeat("text", 250) + `"}`)
	x := of(exchange.REST, "")
	b.ReportAllocs()
	for b.Loop() {
		_ = ParseProxyV1(json, x)
	}
}

const policyText = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"}}`

func TestParseAuthorizer(t *testing.T) {
	values := []exchange.AuthValue{
		{Key: "s", Value: "é\n"}, {Key: "n", Value: "-1.50e3", Kind: hostabi.ValueNumber}, {Key: "b", Value: "false", Kind: hostabi.ValueBoolean},
	}
	nested := append(append([]exchange.AuthValue(nil), values...), exchange.AuthValue{Key: "o", Value: `{"a": [1]}`, Kind: hostabi.ValueJSON},
		exchange.AuthValue{Key: "l", Value: `[]`, Kind: hostabi.ValueJSON}, exchange.AuthValue{Key: "z", Value: `null`, Kind: hostabi.ValueJSON})
	tests := []struct {
		name, json string
		v2         bool
		want       Decision
		policy     bool
	}{
		{"a policy", `{"principalId":"ann","policyDocument":` + policyText + `}`, false, Decision{Principal: "ann"}, true},
		{"a policy with all else", `{"principalId":"ann","policyDocument":` + policyText + `,"context":{"s":"\u00e9\n","n":-1.50e3,"b":false,"z":null},"usageIdentifierKey":"key1","more":1}`,
			false, Decision{Principal: "ann", Context: values, UsageKey: "key1"}, true},
		{"nulls are missing", `{"principalId":"ann","policyDocument":` + policyText + `,"context":null,"usageIdentifierKey":null}`, false, Decision{Principal: "ann"}, true},
		{"a policy in 2.0", `{"principalId":"ann","policyDocument":` + policyText + `}`, true, Decision{Principal: "ann"}, true},
		{"isAuthorized is any other key in 1.0", `{"principalId":"ann","isAuthorized":false,"policyDocument":` + policyText + `}`, false, Decision{Principal: "ann"}, true},
		{"a simple yes", `{"isAuthorized":true}`, true, Decision{Simple: true, Allowed: true}, false},
		{"a simple no", `{"isAuthorized":false,"context":{}}`, true, Decision{Simple: true}, false},
		{"a simple context", `{"isAuthorized":true,"context":{"s":"\u00e9\n","n":-1.50e3,"b":false,"o":{"a": [1]},"l":[],"z":null}}`, true,
			Decision{Simple: true, Allowed: true, Context: nested}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parse := ParseAuthorizerV1
			if tt.v2 {
				parse = ParseAuthorizerV2
			}
			d, err := parse([]byte(tt.json))
			if err != nil {
				t.Fatal(err)
			}
			if (d.Policy != nil) != tt.policy {
				t.Errorf("policy is %v", d.Policy)
			}
			d.Policy = nil
			if !reflect.DeepEqual(*d, tt.want) {
				t.Errorf("decision is %+v, want %+v", *d, tt.want)
			}
		})
	}
}

func TestCauseOfABadPolicyIsKept(t *testing.T) {
	_, err := ParseAuthorizerV1([]byte(`{"principalId":"a","policyDocument":{"Statement":[{"Effect":"Permit"}]}}`))
	var syntax *policy.SyntaxError
	if !errors.As(err, &syntax) || syntax.Statement != 0 {
		t.Errorf("error is %v, want it to be of statement 0", err)
	}
}

func TestParseAuthorizerRefuses(t *testing.T) {
	with := func(s string) string { return `{"principalId":"ann","policyDocument":` + policyText + `,` + s + `}` }
	tests := []struct {
		name, json, want string
		v2               bool
	}{
		{"nothing", ``, "ends too early", false},
		{"a string", `"Allow"`, "not an object", false},
		{"an empty object", `{}`, "no policyDocument", false},
		{"a simple answer to 1.0", `{"isAuthorized":true}`, "no policyDocument", false},
		{"no principal", `{"policyDocument":` + policyText + `}`, "no principalId", false},
		{"a principal of null", `{"principalId":null,"policyDocument":` + policyText + `}`, "no principalId", false},
		{"a principal that is a number", `{"principalId":1,"policyDocument":` + policyText + `}`, "principalId is not a string", false},
		{"an empty principal", `{"principalId":"","policyDocument":` + policyText + `}`, "principalId is empty", false},
		{"a principal with a line break", `{"principalId":"a\r\nb","policyDocument":` + policyText + `}`, "control character", false},
		{"a policy in a string", `{"principalId":"a","policyDocument":"{}"}`, "must be an object", false},
		{"a policy that is not understood", `{"principalId":"a","policyDocument":{"Statement":{"Effect":"Permit"}}}`, "statement 0: Effect", false},
		{"a context that is a list", with(`"context":[]`), "context is not an object", false},
		{"a context with an object", with(`"context":{"a":{}}`), "a list or an object", false},
		{"a context with a list", with(`"context":{"a":[]}`), "a list or an object", true},
		{"a context with an empty key", with(`"context":{"":"a"}`), "is empty", false},
		{"a context with a key twice", with(`"context":{"a":1,"\u0061":2}`), "given twice", false},
		{"a context without end", with(`"context":{` + numbered(exchange.MaxFields+1) + `}`), "too many keys", false},
		{"a usage key that is a number", with(`"usageIdentifierKey":7`), "usageIdentifierKey is not", false},
		{"a policy twice", with(`"policyDocument":null`), "policyDocument is given twice", false},
		{"a verdict twice", `{"isAuthorized":false,"isAuthorized":true}`, "isAuthorized is given twice", true},
		{"a verdict in a string", `{"isAuthorized":"true"}`, "isAuthorized is not a boolean", true},
		{"a verdict of null", `{"isAuthorized":null}`, "no policyDocument", true},
		{"a verdict beside a policy", with(`"isAuthorized":true`), "beside isAuthorized", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parse := ParseAuthorizerV1
			if tt.v2 {
				parse = ParseAuthorizerV2
			}
			d, err := parse([]byte(tt.json))
			var malformed *Malformed
			if d != nil || !errors.As(err, &malformed) || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "The response from the Lambda Authorizer function doesn't match") {
				t.Errorf("%v, %v, want a Malformed with %q", d, err, tt.want)
			}
		})
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.Repeat("k", i+1) + `":1`)
	}
	return b.String()
}

func TestUnauthorizedIsExact(t *testing.T) {
	for json, want := range map[string]bool{
		`{"errorMessage":"Unauthorized"}`:                         true,
		`{"errorMessage":"Unauthorized","errorType":"Error"}`:     true,
		`{"errorMessage":"unauthorized"}`:                         false,
		`{"errorMessage":"Unauthorized."}`:                        false,
		`{"errorMessage":"Unauthorized","principalId":"a"}`:       false,
		`{"errorMessage":"[500] Internal","errorType":"Failure"}`: false,
	} {
		for _, parse := range []func([]byte) (*Decision, error){ParseAuthorizerV1, ParseAuthorizerV2} {
			d, err := parse([]byte(json))
			if d != nil || err == nil || errors.Is(err, ErrUnauthorized) != want {
				t.Errorf("%s: %v, %v, want unauthorized = %v", json, d, err, want)
			}
		}
	}
}
