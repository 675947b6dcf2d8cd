package capability_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/runtime/capability"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newState(t testing.TB, s capability.Stores) *capability.State {
	t.Helper()
	st := capability.NewState(s)
	t.Cleanup(st.Close)
	return st
}

// acquire gets a lease that serves until the test ends.
func acquire(t testing.TB, s *capability.State, plugin string, g capability.Grants) *capability.Lease {
	t.Helper()
	if g.Namespace == "" {
		g.Namespace = plugin
	}
	l, err := s.Acquire(plugin, g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Release)
	l.Activate()
	return l
}

// has grants capabilities.
func has(list ...hostabi.Capability) (h [hostabi.CapabilityCount]bool) {
	for _, c := range list {
		h[c] = true
	}
	return h
}

// load makes a plugin that may use what a lease has.
func load(t testing.TB, wasm []byte, config []byte, c hostabi.Capabilities) (*native.Plugin, error) {
	t.Helper()
	return loadWith(t, wasm, native.Options{Name: "conformance", Config: config, Capabilities: c,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

func loadWith(t testing.TB, wasm []byte, o native.Options) (*native.Plugin, error) {
	t.Helper()
	e, err := engine.New(engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := native.Define(e); err != nil {
		t.Fatal(err)
	}
	p, err := native.New(context.Background(), e, wasm, o)
	if err == nil {
		t.Cleanup(p.Close)
	}
	return p, err
}
