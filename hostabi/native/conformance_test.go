package native_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

func newEngine(t testing.TB) *engine.Engine {
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
	return e
}

// subject puts a conformance guest behind this adapter.
func subject(e *engine.Engine, guest []byte, memory uint32) tck.Subject {
	capabilities := tck.NewCapabilities()
	load := func(config []byte, c hostabi.Capabilities) (*native.Plugin, error) {
		return native.New(context.Background(), e, guest, native.Options{
			Name:         "conformance",
			Config:       config,
			Capabilities: c,
			Timeout:      time.Minute, // 10 MiB take long under the race detector
			Log:          slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
	}
	return tck.Subject{
		Memory:       memory,
		Capabilities: capabilities,
		Load: func(t *testing.T, config []byte) (hostabi.Plugin, error) {
			p, err := load(config, capabilities)
			if err != nil {
				return nil, err
			}
			t.Cleanup(p.Close)
			return p, nil
		},
		Deny: func(_ *testing.T, c hostabi.Capability) error {
			p, err := load(nil, without(capabilities, c))
			if err == nil {
				p.Close()
			}
			return err
		},
	}
}

// without takes a capability back.
func without(have hostabi.Capabilities, c hostabi.Capability) hostabi.Capabilities {
	switch c {
	case hostabi.CapabilityCache:
		have.Cache = nil
	case hostabi.CapabilityThrottle:
		have.Throttle = nil
	case hostabi.CapabilitySecrets:
		have.Secrets = nil
	case hostabi.CapabilityMetrics:
		have.Metrics = nil
	case hostabi.CapabilityKV:
		have.KV = nil
	case hostabi.CapabilityHTTP:
		have.HTTP = nil
	case hostabi.CapabilityJWT:
		have.JWT = nil
	}
	return have
}

func TestConformanceOfTheTextGuest(t *testing.T) {
	tck.Run(t, subject(newEngine(t), tck.Guest, tck.GuestMemory))
}
