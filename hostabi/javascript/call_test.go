package javascript_test

import (
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// What the calls below give: an answer with its result, or a failure.
type outcome struct {
	answer int32
	result string
	err    string
}

func outcomeOf(t *testing.T, source string, k hostabi.Kind, h *tck.Host) outcome {
	t.Helper()
	answer, err := call(t, mustLoad(t, source, native.Options{}), k, h)
	o := outcome{answer: answer, result: string(h.Result())}
	if err != nil {
		o.err = strings.TrimPrefix(err.Error(), `plugin "demo": `+k.String()+": bad answer: ")
	}
	return o
}

func TestAuthorizers(t *testing.T) {
	const request = `{"headers":{"authorization":"Bearer letmein"},"type":"TOKEN","methodArn":"arn:x"}`
	tests := []struct {
		name, source string
		want         outcome
	}{
		{"the simple answer of an HTTP API",
			`export function authorize(event) { return {isAuthorized: event.headers.authorization === "Bearer letmein"}; }`,
			outcome{answer: hostabi.AnswerResult, result: `{"isAuthorized":true}`}},
		{"a policy of an async handler of CommonJS",
			`exports.handler = async (event) => ({principalId: "u", policyDocument: {Version: "2012-10-17", Statement: [{Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn}]}});`,
			outcome{answer: hostabi.AnswerResult, result: `{"principalId":"u","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:x"}]}}`}},
		{"module.exports replaced",
			`module.exports = { authorize() { return true; } };`,
			outcome{answer: hostabi.AnswerAllow}},
		{"false denies", `export const authorize = () => false;`, outcome{answer: hostabi.AnswerDeny}},
		{"the error Unauthorized is 401",
			`export async function authorize() { await null; throw new Error("Unauthorized"); }`,
			outcome{answer: hostabi.AnswerUnauthorized}},
		{"so it is by the callback",
			`exports.handler = (event, context, callback) => callback("Unauthorized");`,
			outcome{answer: hostabi.AnswerUnauthorized}},
		{"a callback's value",
			`exports.handler = function (event, context, callback) { setTimeout(() => callback(null, {isAuthorized: true, context: {id: 1}}), 1); };`,
			outcome{answer: hostabi.AnswerResult, result: `{"isAuthorized":true,"context":{"id":1}}`}},
		{"authorize stands before handler",
			`export function authorize() { return true; } export function handler() { return false; }`,
			outcome{answer: hostabi.AnswerAllow}},
		{"nothing is a failure",
			`export function authorize() {}`,
			outcome{err: `TypeError: an authorizer returns a policy, {isAuthorized}, true or false`}},
		{"an exception names its functions",
			"function inner(e) {\n  return e.no.such;\n}\nexport function authorize(event) { return inner(event); }",
			outcome{err: "TypeError: cannot read property 'such' of undefined in inner (demo.js:2) < authorize (demo.js:4)"}},
		{"a promise that nothing settles fails at once",
			`export function authorize() { return new Promise(() => {}); }`,
			outcome{err: "TypeError: the promise that was returned never settles: nothing is left that it could wait for"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcomeOf(t, tt.source, hostabi.Authorize, event(request)); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestScriptsThatDoNotLoad(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"a syntax error in a module", "export function authorize(event) {\n  return {isAuthorized: tru e};\n}", "2:29: SyntaxError: expecting '}'"},
		{"one in a script", "exports.handler = async () => {\n\n  let x = ;\n};", "3:11: SyntaxError: unexpected token in expression: ';'"},
		{"columns count characters", "const é = 1; let = = 2; exports.handler = () => é;", "1:20: SyntaxError: unexpected token in expression: '='"},
		{"an exception at the top", "const a = {};\na.b.c = 1;\nexport function authorize() {}", "2: TypeError: cannot set property 'c' of undefined in <anonymous> (demo.js:2)"},
		{"an import", `import fs from "fs"; export function authorize() {}`, `ReferenceError: cannot import "fs": a plugin is one file and there are no modules to import; bundle what it needs into it (for example: esbuild --bundle --format=esm)`},
		{"a require", `const fs = require("fs"); exports.handler = () => 1;`, `require("fs"): there are no modules; a plugin is one file`},
		{"nothing exported", `function authorize() {}`, `TypeError: it exports none of authorize, mapRequest, mapResponse and handler`},
		{"an export that is no function", `export const authorize = 1;`, `TypeError: the export "authorize" is no function`},
		{"a configuration refused", "export function authorize() {}\nexport async function configure(c) { if (!c.key) throw new Error(\"key is missing\"); }", "2: Error: key is missing in configure (demo.js:2)"},
		{"an endless loop", `for (;;) {} export function authorize() {}`, "deadline"},
		{"an empty file", "", "it exports none of"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, tt.source, native.Options{StartTimeout: 300e6})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
