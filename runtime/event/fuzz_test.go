package event

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/exchange"
)

// An event is JSON, and its fields read back are the request's.
func FuzzEvents(f *testing.F) {
	f.Add("/a", "x=1&x=2&%zz", "X-A", "v\xff", "k=v; w", []byte("body\x00\xff"))
	f.Add("/\"\\", "a\u2028=\"", "name", "tab\there", ";", []byte(`{"a":1}`))
	f.Fuzz(func(t *testing.T, path, query, name, value, cookie string, body []byte) {
		for _, p := range []exchange.Protocol{exchange.REST, exchange.HTTP} {
			x := request(p, string(body))
			x.Request.Path = path
			x.SetQuery(query)
			x.Request.Header = exchange.Header{{Name: "X-" + name, Value: value}, {Name: "Cookie", Value: cookie}, {Name: "Content-Type", Value: "text/plain"}}
			v1, err1 := AppendProxyV1(nil, x)
			v2, err2 := AppendProxyV2(nil, x)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			for _, e := range [][]byte{v1, v2, AppendRequestV1(nil, x, []string{value, name}), AppendRequestV2(nil, x, []string{value, name}), AppendToken(nil, x, value)} {
				if !json.Valid(e) || !utf8.Valid(e) {
					t.Fatalf("not JSON: %q", e)
				}
			}
			var e struct {
				Body            string
				IsBase64Encoded bool
				Q               map[string]string `json:"queryStringParameters"`
			}
			if err := json.Unmarshal(v1, &e); err != nil {
				t.Fatal(err)
			}
			got := []byte(e.Body)
			if e.IsBase64Encoded {
				if got, err1 = base64.StdEncoding.DecodeString(e.Body); err1 != nil {
					t.Fatal(err1)
				}
			}
			if !bytes.Equal(got, body) {
				t.Errorf("body is %q, want %q", got, body)
			}
			for _, q := range x.QueryParams() {
				if last, _ := x.QueryParam(q.Name); utf8.ValidString(last) && utf8.ValidString(q.Name) && e.Q[q.Name] != last {
					t.Errorf("%q is %q, want %q", q.Name, e.Q[q.Name], last)
				}
			}
		}
	})
}

var answers = []string{
	`{"statusCode":200,"headers":{"a":"b","C":true},"multiValueHeaders":{"A":["x","y"]},"body":"t\u00e9\n","isBase64Encoded":false}`,
	`{"statusCode":"404","headers":null,"cookies":["a=1"],"body":"cG5n","isBase64Encoded":true}`,
	`{"errorMessage":"x","errorType":"y"}`, `[1,2,{"a":null}]`, `"\ud83d\ude00"`, `{"statusCode":200,"headers":{"a":"b\r\n"}}`,
	`{"principalId":"a","policyDocument":` + policyText + `,"context":{"a":1,"b":"x","c":true},"usageIdentifierKey":"k"}`,
	`{"isAuthorized":true,"context":{"a":{"b":[]}}}`,
}

// A parser never panics, takes only valid JSON, gives only names, values and
// a status that can be sent, and an answer written anew from what it gave is
// read as the same.
func FuzzParseProxy(f *testing.F) {
	for _, s := range answers {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"statusCode":200,"headers":{"a":"0","A":true}}`)) // two fields of one name keep their order
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, p := range []exchange.Protocol{exchange.REST, exchange.HTTP} {
			for i, parse := range []func([]byte, *exchange.Exchange) error{ParseProxyV1, ParseProxyV2} {
				x := of(p, "image/png")
				if err := parse(data, x); err != nil {
					var malformed *Malformed
					var function *FunctionError
					if !errors.As(err, &malformed) && !errors.As(err, &function) {
						t.Fatalf("%q: %T", data, err)
					}
					continue
				}
				if !json.Valid(data) {
					t.Fatalf("%q is taken and no JSON", data)
				}
				got := responseOf(x)
				if got.Status < 200 || got.Status > 599 {
					t.Errorf("status %d of %q", got.Status, data)
				}
				for _, field := range got.Header {
					if !hostabi.ValidName(field.Name) || !hostabi.ValidValue(field.Value) || hostabi.EqualName(field.Name, "Content-Length") {
						t.Errorf("field %q of %q", field, data)
					}
				}
				again := of(p, "image/png")
				if err := parse(written(got, i == 1), again); err != nil {
					t.Fatalf("%s, written from %q: %v", written(got, i == 1), data, err)
				}
				if second := responseOf(again); !sameResponse(second, got) {
					t.Errorf("%q gives %+v, and written anew %+v", data, got, second)
				}
			}
		}
	})
}

// sameResponse compares without the order among different names, and without
// the Content-Type that is made up when there is none.
func sameResponse(a, b response) bool {
	group := func(r response) map[string][]string {
		m := map[string][]string{}
		for _, f := range r.Header {
			key := strings.ToLower(f.Name)
			m[key] = append(m[key], f.Value)
		}
		return m
	}
	return a.Status == b.Status && a.Body == b.Body && reflect.DeepEqual(group(a), group(b))
}

// written is an answer that gives r, with all fields in lists where the
// format has those.
func written(r response, v2 bool) []byte {
	a := appendInt([]byte("{"), "statusCode", int64(r.Status))
	a = appendMember(a, "body", base64.StdEncoding.EncodeToString([]byte(r.Body)))
	a = append(a, `,"isBase64Encoded":true,"headers":{`...)
	if !r.Header.Has("Content-Type") {
		a = append(a, `"Content-Type":null`...)
	}
	if !v2 {
		a = append(a, `},"multiValueHeaders":`...)
		g := newGroups()
		g.fields = append(g.fields, r.Header...)
		g.build(true)
		return append(g.appendLists(a, "{}"), '}')
	}
	for _, f := range r.Header {
		if !hostabi.EqualName(f.Name, "Set-Cookie") {
			a = appendMember(a, f.Name, f.Value)
		}
	}
	a = append(a, `},"cookies":[`...)
	for i, v := range r.Header.Values(nil, "Set-Cookie") {
		if i > 0 {
			a = append(a, ',')
		}
		a = appendString(a, v)
	}
	return append(a, `]}`...)
}

// A decision comes only from valid JSON, is either simple or has a policy,
// has distinct keys of its context and values of their kinds; read by format
// 1.0 it has nothing nested.
func FuzzParseAuthorizer(f *testing.F) {
	for _, s := range answers {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for i, parse := range []func([]byte) (*Decision, error){ParseAuthorizerV1, ParseAuthorizerV2} {
			d, err := parse(data)
			if err != nil {
				if d != nil {
					t.Errorf("%q: a decision beside %v", data, err)
				}
				continue
			}
			if !json.Valid(data) || d.Simple == (d.Policy != nil) || d.Allowed && !d.Simple || i == 0 && d.Simple {
				t.Errorf("%q: %+v", data, d)
			}
			seen := map[string]bool{}
			for _, v := range d.Context {
				if seen[v.Key] || v.Key == "" {
					t.Errorf("%q: key %q", data, v.Key)
				}
				seen[v.Key] = true
				if v.Kind != hostabi.ValueString && !json.Valid([]byte(v.Value)) || v.Kind == hostabi.ValueJSON && i == 0 {
					t.Errorf("%q: value %+v", data, v)
				}
			}
		}
	})
}

// A string read is what encoding/json reads.
func FuzzUnquote(f *testing.F) {
	f.Add([]byte(`"a\u00e9\ud83d\ude00\ud83d\n"`))
	f.Add([]byte(`"\ud83d\u0041\\"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := scanner{data: data}
		ok := s.document()
		if want := json.Valid(data) && utf8.Valid(data); ok != want && s.text != "nested too deep" {
			t.Fatalf("%q is valid = %v, want %v", data, ok, want)
		}
		value, _ := trimmed(data)
		if !ok || value[0] != '"' {
			return
		}
		var want string
		if err := json.Unmarshal(value, &want); err != nil {
			t.Fatal(err)
		}
		if got := string(unquoted(value)); got != want {
			t.Errorf("%s is %q, want %q", value, got, want)
		}
		if got := string(appendString(nil, want)); !json.Valid([]byte(got)) || string(unquoted([]byte(got))) != want {
			t.Errorf("%q is written as %s", want, got)
		}
	})
}
