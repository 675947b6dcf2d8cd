package native_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// makeC makes a new plugin of a template as a programmer does: the template,
// the header beside it, and make.
func makeC(t *testing.T, template string) *native.Plugin {
	t.Helper()
	if testing.Short() {
		t.Skip("C guests are built in the long form")
	}
	freestanding.need(t)
	need(t, "make", "make")
	dir := t.TempDir()
	sources, err := filepath.Glob(filepath.Join(sdkC, "template", template, "*"))
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	for _, file := range append(sources, filepath.Join(sdkC, "portico.h")) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b = bytes.ReplaceAll(b, []byte("{{name}}"), []byte("hello"))
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("make")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil || bytes.Contains(out, []byte("warning")) {
		t.Fatalf("make: %v\n%s", err, out)
	}
	wasm, err := os.ReadFile(filepath.Join(dir, "hello.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := native.New(context.Background(), newEngine(t), wasm, native.Options{Name: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestTheAuthorizerOfTheCTemplates(t *testing.T) {
	p := makeC(t, "authorizer")
	for token, want := range map[string]int32{
		"Bearer letmein": hostabi.AnswerAllow, "Bearer letmeim": hostabi.AnswerDeny, "Bearer": hostabi.AnswerDeny,
		"Bearer " + strings.Repeat("x", 1100): hostabi.AnswerDeny, "": hostabi.AnswerUnauthorized,
	} {
		h := bearer(token)
		got, err := p.Call(context.Background(), hostabi.Authorize, h)
		if principal, _ := h.Decision(); got != want || err != nil || (principal == "guest") != (want == hostabi.AnswerAllow) {
			t.Errorf("%q gave %d, %v as %q, want %d", token, got, err, principal, want)
		}
	}
}

func TestTheMapperOfTheCTemplates(t *testing.T) {
	p := makeC(t, "mapper")
	h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldRequestID: "r-1"},
		ResponseHeader: hostabi.Header{{Name: "Server", Value: "secret/1.0"}}})
	for _, k := range []hostabi.Kind{hostabi.MapRequest, hostabi.MapResponse} {
		if got, err := p.Call(context.Background(), k, h); got != hostabi.AnswerContinue || err != nil {
			t.Errorf("%s gave %d, %v", k, got, err)
		}
		h.NextCall()
	}
	if id, _ := h.Header(false).Get("X-Request-Id"); id != "r-1" || len(h.Header(true)) != 0 {
		t.Errorf("the request has the id %q, the response %v", id, h.Header(true))
	}
}

func TestTheIntegrationOfTheCTemplates(t *testing.T) {
	p := makeC(t, "integration")
	for _, tt := range []struct {
		query  []hostabi.Field
		status int
		body   string
	}{
		{[]hostabi.Field{{Name: "name", Value: "world"}}, 200, "hello world\n"},
		{nil, 400, "say who you are: ?name=\n"},
		{[]hostabi.Field{{Name: "name", Value: strings.Repeat("x", 129)}}, 414, "that is too long for a name\n"},
	} {
		h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: tt.query}})
		got, err := p.Call(context.Background(), hostabi.Integrate, h)
		if body, _, _ := h.Body(true); got != 0 || err != nil || h.Status() != tt.status || string(body) != tt.body {
			t.Errorf("%v gave %d, %v, status %d, %q; want %d, %q", tt.query, got, err, h.Status(), body, tt.status, tt.body)
		}
	}
}

// Without WebAssembly the header has plain externs, for tests that stand in
// for the gateway.
func TestAPluginInCRunsInATestOfItsOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("C guests are built in the long form")
	}
	cc := need(t, "cc", "gcc libc6-dev")
	out := filepath.Join(t.TempDir(), "native")
	args := append(strings.Fields(warnings), "-std=c11", "-I", sdkC, "-o", out,
		filepath.Join(sdkC, "test/native.c"), filepath.Join(sdkC, "template/authorizer/plugin.c"))
	for _, file := range args[len(args)-2:] {
		if _, err := os.Stat(file); err != nil { // so that go test knows of it
			t.Fatal(err)
		}
	}
	if b, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if b, err := exec.Command(out).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, b)
	}
}
