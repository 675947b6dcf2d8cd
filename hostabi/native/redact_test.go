package native_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// messages is a handler that keeps what lines say.
type messages struct {
	mu   sync.Mutex
	list []string
}

func (m *messages) Enabled(context.Context, slog.Level) bool { return true }
func (m *messages) WithAttrs([]slog.Attr) slog.Handler       { return m }
func (m *messages) WithGroup(string) slog.Handler            { return m }
func (m *messages) Handle(_ context.Context, r slog.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = append(m.list, r.Message)
	return nil
}

// printed is what gets into the log of what a guest prints.
func printed(t *testing.T, text string, c hostabi.Capabilities) []string {
	t.Helper()
	var m messages
	p := load(t, newEngine(t), "print", native.Options{Config: []byte(text), Log: slog.New(&m), Capabilities: c,
		Allowance: hostabi.Allowance{Lines: 1000}})
	if _, err := p.Call(context.Background(), hostabi.Authorize, about("/")); err != nil {
		t.Fatal(err)
	}
	return m.list
}

func TestAPrintedSecretIsRedactedWhereverTheLineIsCut(t *testing.T) {
	const secret, other = tck.SecretReadValue, tck.SecretUseValue
	x := func(n int) string { return strings.Repeat("x", n) }
	texts := map[string]string{
		"a short line":                  "it is " + secret + "!",
		"where a line of the log ends":  x(4090) + secret + "!",
		"after many of them":            x(9*4096+4090) + secret + "!",
		"much that gets short":          strings.Repeat(secret, 4000),
		"much that gets short, shifted": x(5) + strings.Repeat(secret+other, 4000) + "end",
		"a beginning alone":             x(64<<10-3) + secret[:3],
	}
	for n := range len(secret) + 2 {
		texts[fmt.Sprintf("%d bytes before what is held of a line", n)] = x(64<<10-n) + secret + x(70_000) + secret
	}
	for name, text := range texts {
		lines := printed(t, text, tck.NewCapabilities())
		want := strings.NewReplacer(secret, "[redacted]", other, "[redacted]").Replace(text)
		if got := strings.Join(lines, ""); got != want {
			t.Errorf("%s: logged\n%.200s… of %d bytes, want\n%.200s… of %d", name, got, len(got), want, len(want))
		}
		for _, line := range lines {
			if len(line) > 4096 {
				t.Errorf("%s: a line has %d bytes", name, len(line))
			}
		}
	}
}

func TestWithoutSecretsPrintedLinesAreCutAsTheyCome(t *testing.T) {
	x := strings.Repeat("x", 4096)
	if got := printed(t, x+x+"y\nz", hostabi.Capabilities{}); len(got) != 4 || got[0] != x || got[1] != x || got[2] != "y" || got[3] != "z" {
		t.Errorf("logged %.100q", got)
	}
}
