package plugin

import (
	"context"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// counted is a guest whose calls are counted.
type counted struct {
	Guest
	calls *int
}

func (c counted) Call(ctx context.Context, k hostabi.Kind, h hostabi.Host) (int32, error) {
	*c.calls++
	return c.Guest.Call(ctx, k, h)
}

func TestAGuestCanBeWrapped(t *testing.T) {
	calls, wrapped := 0, ""
	s := newScene(t, Options{Engine: newEngine(t), Wrap: func(name string, g Guest) Guest {
		wrapped += name
		return counted{g, &calls}
	}}, "allow.wasm", wat(t, "allow"))
	p := s.get(s.load("allow"), "allow")
	if answer, err := p.Call(t.Context(), hostabi.Authorize, nil); answer != hostabi.AnswerAllow || err != nil || calls != 1 || wrapped != "allow" {
		t.Errorf("Call = %d, %v; %d calls seen of %q, want 1 of allow", answer, err, calls, wrapped)
	}
}
