package native_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// makeRust makes a new plugin of a template as a programmer does: the template,
// the SDK beside it, and cargo.
func makeRust(t *testing.T, template string) *native.Plugin {
	t.Helper()
	rustGuest(t, "conformance") // skips without a toolchain
	dir := t.TempDir()
	copyRust(t, filepath.Join(sdkRust, "template", template), dir)
	copyRust(t, filepath.Join(sdkRust, "portico"), filepath.Join(dir, "portico"))
	script, err := filepath.Abs(filepath.Join(sdkRust, "cargo-wasm"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("sh", script, "build", "--release", "--target-dir", "target")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil || bytes.Contains(out, []byte("warning")) {
		t.Fatalf("cargo: %v\n%s", err, out)
	}
	wasm, err := os.ReadFile(filepath.Join(dir, "target", "wasm32-unknown-unknown", "release", "hello.wasm"))
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

// copyRust copies a file or folder and fills in the name of the plugin.
func copyRust(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		out := filepath.Join(to, rest)
		if err := os.MkdirAll(filepath.Dir(out), 0o700); err != nil {
			return err
		}
		return os.WriteFile(out, bytes.ReplaceAll(b, []byte("{{name}}"), []byte("hello")), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheAuthorizerOfTheRustTemplates(t *testing.T) {
	p := makeRust(t, "authorizer")
	for token, want := range map[string]int32{
		"Bearer letmein": hostabi.AnswerAllow, "Bearer guess": hostabi.AnswerDeny, "": hostabi.AnswerUnauthorized,
	} {
		h := bearer(token)
		got, err := p.Call(context.Background(), hostabi.Authorize, h)
		if principal, _ := h.Decision(); got != want || err != nil || (principal == "guest") != (want == hostabi.AnswerAllow) {
			t.Errorf("%q gave %d, %v as %q, want %d", token, got, err, principal, want)
		}
	}
}

func TestTheMapperOfTheRustTemplates(t *testing.T) {
	p := makeRust(t, "mapper")
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

func TestTheIntegrationOfTheRustTemplates(t *testing.T) {
	p := makeRust(t, "integration")
	for _, tt := range []struct {
		query  []hostabi.Field
		status int
		body   string
	}{
		{[]hostabi.Field{{Name: "name", Value: "world"}}, 0, "hello world\n"},
		{nil, 400, "say who you are: ?name=\n"},
	} {
		h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: tt.query}})
		got, err := p.Call(context.Background(), hostabi.Integrate, h)
		if body, _, _ := h.Body(true); got != 0 || err != nil || h.Status() != tt.status || string(body) != tt.body {
			t.Errorf("%v gave %d, %v, status %d, %q; want %d, %q", tt.query, got, err, h.Status(), body, tt.status, tt.body)
		}
	}
}
