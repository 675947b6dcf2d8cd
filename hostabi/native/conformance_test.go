package native_test

import (
	"context"
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
	return tck.Subject{
		Memory:       memory,
		Capabilities: capabilities,
		Load: func(t *testing.T, config []byte) (hostabi.Plugin, error) {
			p, err := native.New(context.Background(), e, guest, native.Options{
				Name:         "conformance",
				Config:       config,
				Capabilities: capabilities,
				Timeout:      time.Minute, // 10 MiB take long under the race detector
				Log:          slog.New(slog.DiscardHandler),
			})
			if err != nil {
				return nil, err
			}
			t.Cleanup(p.Close)
			return p, nil
		},
	}
}

func TestConformanceOfTheTextGuest(t *testing.T) {
	tck.Run(t, subject(newEngine(t), tck.Guest, tck.GuestMemory))
}
