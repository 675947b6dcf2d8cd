package native_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// fromTemplate makes a project of a template as "portico plugin new" does: its
// files with their placeholders filled in, and the SDK beside them.
func fromTemplate(t *testing.T, template, sdk, beside string) string {
	t.Helper()
	dir := t.TempDir()
	fill := func(b []byte) []byte {
		b = bytes.ReplaceAll(b, []byte("{{name}}"), []byte("hello"))
		if i := bytes.Index(b, []byte("{{")); i >= 0 {
			t.Errorf("a placeholder is left: %.20s", b[i:])
		}
		return b
	}
	copyTree(t, template, dir, fill)
	copyTree(t, sdk, filepath.Join(dir, beside), func(b []byte) []byte { return b })
	return dir
}

func copyTree(t *testing.T, from, to string, change func([]byte) []byte) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), change(b), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tryTemplates holds the plugins that the three templates of a language make
// to what the cases beside them say, and to a few more. The mapper sets a field.
func tryTemplates(t *testing.T, mapped hostabi.Field, build func(t *testing.T, kind string) []byte) {
	load := func(t *testing.T, kind string) *native.Plugin {
		p, err := native.New(context.Background(), newEngine(t), build(t, kind), native.Options{Name: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		return p
	}
	call := func(t *testing.T, p *native.Plugin, k hostabi.Kind, h *tck.Host, want int32) {
		t.Helper()
		if got, err := p.Call(context.Background(), k, h); got != want || err != nil {
			t.Fatalf("%v answered %d, %v, want %d", k, got, err, want)
		}
	}
	t.Run("authorizer", func(t *testing.T) {
		p := load(t, "authorizer")
		for token, want := range map[string]int32{"Bearer letmein": hostabi.AnswerAllow, "Bearer letmeiN": hostabi.AnswerDeny,
			"Bearer letmein2": hostabi.AnswerDeny, "Bearer " + strings.Repeat("x", 5000): hostabi.AnswerDeny, "": hostabi.AnswerUnauthorized} {
			h := bearer(token)
			call(t, p, hostabi.Authorize, h, want)
			if principal, _ := h.Decision(); (principal == "guest") != (want == hostabi.AnswerAllow) {
				t.Errorf("%.20q: the principal is %q", token, principal)
			}
		}
	})
	t.Run("mapper", func(t *testing.T) {
		p := load(t, "mapper")
		h := tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{hostabi.FieldSourceIP: "192.0.2.7", hostabi.FieldRequestID: "r-1"},
			ResponseHeader: hostabi.Header{{Name: "Server", Value: "secret/1.0"}}, Status: 200})
		call(t, p, hostabi.MapRequest, h, hostabi.AnswerContinue)
		h.NextCall()
		call(t, p, hostabi.MapResponse, h, hostabi.AnswerContinue)
		value, _ := h.Header(false).Get(mapped.Name)
		if value != mapped.Value || len(h.Header(true)) != 0 {
			t.Errorf("the request has %v, the response %v", h.Header(false), h.Header(true))
		}
	})
	t.Run("integration", func(t *testing.T) {
		p := load(t, "integration")
		h := tck.NewHost(tck.Setup{Params: map[hostabi.Source][]hostabi.Field{hostabi.SourceQuery: {{Name: "name", Value: "world"}}}})
		call(t, p, hostabi.Integrate, h, 0)
		if body, _, _ := h.Body(true); string(body) != "hello world\n" {
			t.Errorf("the body is %q", body)
		}
		h = tck.NewHost(tck.Setup{})
		call(t, p, hostabi.Integrate, h, 0)
		if h.Status() != 400 {
			t.Errorf("the status is %d, want 400", h.Status())
		}
	})
}
