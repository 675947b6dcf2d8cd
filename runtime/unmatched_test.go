package runtime_test

import (
	"crypto/sha256"
	"encoding/base64"
	"testing"
)

// TestUnmatched: what a REST API says where no route takes a request depends
// on the Authorization field; an HTTP API always says the same.
func TestUnmatched(t *testing.T) {
	s := serve(t, files(t, `
[apis.rest]
protocol = "rest"
base_path = "/rest"
[[apis.rest.routes]]
route = "DELETE /thing"
integration = { type = "mock", responses = [{ body = "deleted" }] }
[apis.http]
protocol = "http"
base_path = "/http"
`))
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	const all = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
		"Authorization header requires 'SignedHeaders' parameter. "
	const date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
	for _, test := range []struct {
		name, method, path string
		fields             []string
		status             int
		kind, body         string
	}{
		{"without the field", "GET", "/rest/none", nil, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{"another method", "GET", "/rest/thing", nil, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{"a bearer token", "GET", "/rest/none", []string{"Authorization: Bearer x"}, 403, "IncompleteSignatureException",
			`{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '` + hash("Bearer x") + `'."}`},
		{"a pair that is no signature", "GET", "/rest/none", []string{"Authorization: a=b"}, 403, "IncompleteSignatureException",
			`{"message":"` + all + date + `(Hashed with SHA-256 and encoded with Base64) Authorization=` + hash("a=b") + `"}`},
		{"the same with a date", "GET", "/rest/none", []string{"Authorization: a=b", "X-Amz-Date: now"}, 403, "IncompleteSignatureException",
			`{"message":"` + all + `(Hashed with SHA-256 and encoded with Base64) Authorization=` + hash("a=b") + `"}`},
		{"a whole signature", "GET", "/rest/none", []string{"Authorization: AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c"}, 403,
			"MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{"a method that overrides", "POST", "/rest/thing", []string{"X-HTTP-Method-Override: DELETE"}, 200, "", "deleted"},
		{"a method that cannot", "POST", "/rest/thing", []string{"X-HTTP-Method-Override: TRACE"}, 403, "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`},
		{"an HTTP API", "GET", "/http/none", []string{"Authorization: Bearer x"}, 404, "", `{"message":"Not Found"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			resp, body := s.do(test.method, test.path, nil, test.fields...)
			if kind := resp.Header.Get("X-Amzn-Errortype"); resp.StatusCode != test.status || kind != test.kind || body != test.body {
				t.Errorf("got %d %q\n%s\nwant %d %q\n%s", resp.StatusCode, kind, body, test.status, test.kind, test.body)
			}
		})
	}
}
