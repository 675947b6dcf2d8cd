package javascript_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func message() tck.Setup {
	return tck.Setup{
		Fields: map[hostabi.FieldID]string{hostabi.FieldMethod: "POST", hostabi.FieldPath: "/a", hostabi.FieldQuery: "q=1",
			hostabi.FieldRequestID: "id-1", hostabi.FieldSourceIP: "192.0.2.7", hostabi.FieldStage: "prod"},
		Params: map[hostabi.Source][]hostabi.Field{hostabi.SourcePath: {{Name: "id", Value: "é"}},
			hostabi.SourceQuery: {{Name: "q", Value: "1"}, {Name: "r", Value: ""}}, hostabi.SourceAuthContext: {{Name: "tenant", Value: "t1"}}},
		Header:         hostabi.Header{{Name: "Accept", Value: "a"}, {Name: "accept", Value: "b"}, {Name: "X-Old", Value: "1"}},
		ResponseHeader: hostabi.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Set-Cookie", Value: "a=1"}, {Name: "Set-Cookie", Value: "b=2"}},
		Status:         200,
		Body:           []byte(`{"card":"4111"}`),
		ResponseBody:   []byte(`{"secret":1,"name":"é"}`),
		TimeUnixMs:     1700000000123,
	}
}

// effect is what a mapper did, in words.
func effect(answer int32, err error, h *tck.Host) string {
	if err != nil {
		return err.Error()
	}
	field := func(id hostabi.FieldID) string { v, _ := h.Field(id); return v }
	line := func(head hostabi.Header) string {
		var all []string
		for _, f := range head {
			all = append(all, f.Name+": "+f.Value)
		}
		return strings.Join(all, "; ")
	}
	request, _, _ := h.Body(false)
	response, _, _ := h.Body(true)
	return fmt.Sprintf("%d | %s %s ?%s | %s | %s | %d | %s | %s", answer, field(hostabi.FieldMethod), field(hostabi.FieldPath), field(hostabi.FieldQuery),
		line(h.Header(false)), request, h.Status(), line(h.Header(true)), response)
}

func TestMapRequest(t *testing.T) {
	const same = `0 | POST /a ?q=1 | Accept: a; accept: b; X-Old: 1 | {"card":"4111"} | `
	const response = `200 | Content-Type: application/json; Set-Cookie: a=1; Set-Cookie: b=2 | {"secret":1,"name":"é"}`
	for _, tt := range []struct{ name, body, want string }{
		{"nothing is no change", ``, same + response},
		{"the message is changed as it is written to",
			`e.method = "PUT"; e.path = "/b%20c"; e.query = "?x=1"; e.headers.set("X-New", e.headers.get("accept")); e.headers.delete("x-old"); e.headers.append("Accept", "c"); const b = e.json(); b.card = "*"; e.body = JSON.stringify(b);`,
			`0 | PUT /b%20c ?x=1 | Accept: a; accept: b; X-New: a, b; Accept: c | {"card":"*"} | ` + response},
		{"or by what is returned", `return { path: "/c", headers: { "X-Old": null, "X-Id": e.pathParameters.id, "X-Two": ["1", "2"] }, body: "" };`,
			`0 | POST /c ?q=1 | Accept: a; accept: b; X-Id: é; X-Two: 1; X-Two: 2 |  | ` + response},
		{"asynchronously", `await null; return { method: "GET" };`, strings.Replace(same, "POST", "GET", 1) + response},
		{"a response ends the request", `return { statusCode: 429, headers: { "Retry-After": "1" }, body: { error: "slow down" } };`,
			`1 | POST /a ?q=1 | Accept: a; accept: b; X-Old: 1 | {"card":"4111"} | 429 | Content-Type: application/json; Set-Cookie: a=1; Set-Cookie: b=2; Retry-After: 1 | {"error":"slow down"}`},
		{"a Response, too", `return Response.json({ a: 1 }, { status: 401 });`,
			`1 | POST /a ?q=1 | Accept: a; accept: b; X-Old: 1 | {"card":"4111"} | 401 | content-type: application/json; Set-Cookie: a=1; Set-Cookie: b=2 | {"a":1}`},
		{"what is known of the request", `throw [e.requestId, e.sourceIp, e.stage, e.time, e.route, JSON.stringify([e.queryStringParameters, e.pathParameters, e.stageVariables, e.authorizer]), e.headers.has("x"), [...e.headers.keys()]].join("|");`,
			`plugin "demo": map_request: bad answer: id-1|192.0.2.7|prod|1700000000123||[{"q":"1","r":""},{"id":"é"},{},{"tenant":"t1"}]|false|Accept,accept,X-Old`},
		{"an unknown change is named", `return { paht: "/b" };`,
			`plugin "demo": map_request: bad answer: TypeError: a mapper cannot change "paht": method, path, query, headers, body it can`},
		{"a header of the host is refused", `e.headers.set("Host", "x");`,
			`plugin "demo": map_request: bad answer: PorticoError: headers.set: EPERM: the operator has not granted it, or it belongs to the host in mapRequest (demo.js:1)`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustLoad(t, "export const mapRequest = async (e) => { "+tt.body+" };", native.Options{})
			h := tck.NewHost(message())
			answer, err := call(t, p, hostabi.MapRequest, h)
			if got := effect(answer, err, h); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestMapResponse(t *testing.T) {
	const request = `0 | POST /a ?q=1 | Accept: a; accept: b; X-Old: 1 | {"card":"4111"} | `
	for _, tt := range []struct{ name, body, want string }{
		{"it is changed as it is written to",
			`e.statusCode = 203; const b = e.json(); delete b.secret; e.body = JSON.stringify(b); e.headers.set("X-Path", e.request.path + e.headers.getSetCookie().length);`,
			request + `203 | Content-Type: application/json; Set-Cookie: a=1; Set-Cookie: b=2; X-Path: /a2 | {"name":"é"}`},
		{"or by what is returned", `return { statusCode: e.statusCode + 4, headers: { "set-cookie": null }, body: e.body.length };`,
			request + `204 | Content-Type: application/json | 23`},
		{"the request is fixed", `e.request.path = "/b";`,
			`plugin "demo": map_response: bad answer: PorticoError: path: EPHASE: not in this kind of call, or no longer in mapResponse (demo.js:1)`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustLoad(t, "export const mapResponse = (e) => { "+tt.body+" };", native.Options{})
			h := tck.NewHost(message())
			answer, err := call(t, p, hostabi.MapResponse, h)
			if got := effect(answer, err, h); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// What one kind leaves in scratch the other finds; what a module keeps, the next
// request of the instance finds.
func TestStateOfAScript(t *testing.T) {
	const source = `let calls = 0;
	exports.mapRequest = (e, context) => { portico.scratch.set(context.functionName + ++calls); };
	exports.mapResponse = (e) => { e.headers.set("X-Scratch", portico.scratch.get()); };`
	p := mustLoad(t, source, native.Options{Instances: 1})
	for _, want := range []string{"demo1", "demo2"} {
		h := tck.NewHost(message())
		if _, err := call(t, p, hostabi.MapRequest, h); err != nil {
			t.Fatal(err)
		}
		h.NextCall()
		if _, err := call(t, p, hostabi.MapResponse, h); err != nil {
			t.Fatal(err)
		}
		if got, _ := h.Header(true).Get("X-Scratch"); got != want {
			t.Errorf("it found %q, want %q", got, want)
		}
	}
}

func TestIntegrations(t *testing.T) {
	type answer struct {
		answer int32
		result string
	}
	for _, tt := range []struct {
		name, source string
		want         answer
	}{
		{"a proxy response", `exports.handler = async (event, context) => ({ statusCode: 200, body: JSON.stringify({ id: context.awsRequestId, env: process.env.TABLE, left: context.getRemainingTimeInMillis() > 0 }) });`,
			answer{3, `{"statusCode":200,"body":"{\"id\":\"id-1\",\"env\":\"orders\",\"left\":true}"}`}},
		{"any value", `exports.handler = () => [1, "a"];`, answer{3, `[1,"a"]`}},
		{"nothing", `exports.handler = async () => {};`, answer{3, `null`}},
		{"a thenable", `exports.handler = () => ({ then(resolve) { resolve("late"); } });`, answer{3, `"late"`}},
		{"a Response writes itself", `export const handler = async () => new Response("hello", { status: 202, headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] });`, answer{0, ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setup := tck.Setup{Event: []byte(`{}`), Fields: message().Fields}
			h := tck.NewHost(setup)
			p := mustLoad(t, tt.source, native.Options{Config: []byte(`{"TABLE":"orders"}`)})
			got, err := call(t, p, hostabi.Integrate, h)
			if g := (answer{got, string(h.Result())}); err != nil || g != tt.want {
				t.Errorf("got %+v, %v, want %+v", g, err, tt.want)
			}
			if tt.want.answer == 0 {
				body, _, _ := h.Body(true)
				want := hostabi.Header{{Name: "content-type", Value: "text/plain;charset=UTF-8"}, {Name: "set-cookie", Value: "a=1"}, {Name: "set-cookie", Value: "b=2"}}
				if string(body) != "hello" || h.Status() != 202 || !reflect.DeepEqual(h.Header(true), want) {
					t.Errorf("it wrote %d %v %s", h.Status(), h.Header(true), body)
				}
			}
		})
	}
}
