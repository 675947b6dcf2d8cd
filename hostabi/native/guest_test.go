package native_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// guest reads a guest of testdata.
func guest(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// load makes a plugin of a guest of testdata.
func load(t testing.TB, e *engine.Engine, name string, o native.Options) *native.Plugin {
	t.Helper()
	if o.Name == "" {
		o.Name = name
	}
	p, err := native.New(context.Background(), e, guest(t, name), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// about is a request that puts the guest moods into a mood.
func about(path string) *tck.Host {
	return tck.NewHost(tck.Setup{Fields: map[hostabi.FieldID]string{
		hostabi.FieldPath:      path,
		hostabi.FieldRequestID: "request-1",
	}})
}

// bearer is a request with an Authorization field, or without for "".
func bearer(token string) *tck.Host {
	var h hostabi.Header
	if token != "" {
		h.Add("Authorization", token)
	}
	return tck.NewHost(tck.Setup{Header: h})
}

// record keeps log lines without their time.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

func (r *record) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Split(strings.TrimSuffix(r.b.String(), "\n"), "\n")
}

func (r *record) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.b.Reset()
}

func TestGuestsAreBuiltFromTheirSources(t *testing.T) {
	tool, err := exec.LookPath("wat2wasm")
	if err != nil {
		t.Skip("wat2wasm is not installed")
	}
	sources, err := filepath.Glob("testdata/*.wat")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	for _, source := range sources {
		name := strings.TrimSuffix(filepath.Base(source), ".wat")
		out := filepath.Join(t.TempDir(), "out.wasm")
		if b, err := exec.Command(tool, "--debug-names", source, "-o", out).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		built, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(built, guest(t, name)) {
			t.Errorf("%s.wasm is not what its source gives", name)
		}
	}
}

func TestTheExampleOfABIWorks(t *testing.T) {
	page, err := os.ReadFile("../ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```wat\n")
	example, _, _ := strings.Cut(rest, "```")
	source, err := os.ReadFile("testdata/authorizer.wat")
	if err != nil {
		t.Fatal(err)
	}
	if example != string(source) {
		t.Fatal("testdata/authorizer.wat is not the example of ABI.md")
	}
	p := load(t, newEngine(t), "authorizer", native.Options{})
	if !p.Has(hostabi.Authorize) || p.Has(hostabi.Integrate) || p.Has(hostabi.Configure) || p.Has(99) {
		t.Error("the example is no authorizer, or more than one")
	}
	tests := []struct {
		name, token string
		want        int32
		principal   string
	}{
		{"the token allows", "Bearer letmein", hostabi.AnswerAllow, "guest"},
		{"another one is denied", "Bearer letmeIn", hostabi.AnswerDeny, ""},
		{"one longer than the buffer is denied", "Bearer " + strings.Repeat("x", 300), hostabi.AnswerDeny, ""},
		{"none is unauthorized", "", hostabi.AnswerUnauthorized, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := bearer(tt.token)
			got, err := p.Call(context.Background(), hostabi.Authorize, h)
			principal, _ := h.Decision()
			if err != nil || got != tt.want || principal != tt.principal {
				t.Errorf("got %d, %v as %q, want %d as %q", got, err, principal, tt.want, tt.principal)
			}
		})
	}
}
