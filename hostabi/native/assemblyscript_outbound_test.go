package native_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func TestTheAssemblyScriptSDKKnowsHTTPAndJWT(t *testing.T) {
	wasm := string(asGuest(t, "outbound"))
	imports := func(module string, names ...string) {
		for _, name := range names {
			if !strings.Contains(wasm, string(byte(len(module)))+module+string(byte(len(name)))+name+"\x00") {
				t.Errorf("it does not import %s of %s", name, module)
			}
		}
	}
	imports(hostabi.ModuleHTTP, "request", "start", "wait", "status", "headers", "get_header", "trailers", "set_trailer", "close")
	imports(hostabi.ModuleJWT, "verify", "reason")
}

// token signs claims as the issuer that the capabilities of tck know.
func token(claims string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	m := hmac.New(sha256.New, []byte("thirty-two bytes, as HS256 wants"))
	m.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func TestTheAssemblyScriptSDKSendsRequestsAndVerifiesTokens(t *testing.T) {
	p, err := loadAS(t, "outbound", native.Options{Capabilities: tck.NewCapabilities()})
	if err != nil {
		t.Fatal(err)
	}
	claims := `{"iss":"https://issuer.example","aud":"orders","exp":99999999999}`
	good, other := token(claims), token("{}")
	forged := good[:len(good)-43] + other[len(other)-43:] // 32 bytes of signature
	tests := []struct{ name, op, argument, want string }{
		{"a request and its answer", "send", "/echo?a",
			"status: 200\nheader: POST /echo?a, yes\nnone: nothing\nheaders: Content-Type,X-Asked,X-In,X-Sum\nbody: the body\ntrailers: \n"},
		{"trailers", "send", "/trailers",
			"status: 200\nheader: nothing, nothing\nnone: nothing\nheaders: \nbody: hello\ntrailers: X-Sum\n"},
		{"a redirect is followed", "send", "/to/307",
			"status: 200\nheader: POST /echo?307, yes\nnone: nothing\nheaders: Content-Type,X-Asked,X-In,X-Sum\nbody: the body\ntrailers: \n"},
		{"one that is refused has a code", "send", ".elsewhere/", "code -4"},
		{"one that fails has a code", "send", "/reset", "code -9"},
		{"two at the same time", "fan", "/plain", "answer: hello\nanswer: hello\n"},
		{"a body in parts with a trailer", "stream", "/echo", "status: 200\nsum: 2\none two"},
		{"a token that holds", "jwt", good, claims},
		{"one with another signature", "jwt", forged, "-4 signature"},
		{"what is no token", "jwt", "x", "-2 malformed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {
				{Name: "op", Value: tt.op}, {Name: "url", Value: "http://peer.example" + tt.argument}, {Name: "token", Value: tt.argument}}}})
			if got, err := p.Call(context.Background(), hostabi.Integrate, h); got != 0 || err != nil {
				t.Fatalf("answered %d, %v", got, err)
			}
			if body, _, _ := h.Body(true); string(body) != tt.want {
				t.Errorf("got\n%s\nwant\n%s", body, tt.want)
			}
		})
	}
}
