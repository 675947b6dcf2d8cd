package javascript_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/javascript"
	"github.com/portico-gateway/portico/hostabi/native"
	"github.com/portico-gateway/portico/hostabi/tck"
)

// newEngine is one for all tests of the process: compiling takes half a second.
var newEngine = sync.OnceValues(func() (*engine.Engine, error) {
	e, err := engine.New(engine.Options{})
	if err != nil {
		return nil, err
	}
	if err := native.Define(e); err != nil {
		return nil, err
	}
	if err := javascript.Define(e); err != nil {
		return nil, err
	}
	// The module stays compiled as long as one plugin holds it.
	_, err = e.Compile(context.Background(), javascript.Engine, javascript.Limits(engine.Limits{}))
	return e, err
})

func load(t testing.TB, source string, o native.Options) (*javascript.Plugin, error) {
	t.Helper()
	e, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	if o.Name == "" {
		o.Name = "demo"
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute // a busy machine needs it, others never
	}
	p, err := javascript.New(t.Context(), e, []byte(source), o)
	if err == nil {
		t.Cleanup(p.Close)
	}
	return p, err
}

func mustLoad(t testing.TB, source string, o native.Options) *javascript.Plugin {
	t.Helper()
	p, err := load(t, source, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// logged collects what a plugin logs, a line each.
type logged struct{ bytes.Buffer }

func (l *logged) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(&l.Buffer, &slog.HandlerOptions{Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
}

// event is a host whose event is that.
func event(json string) *tck.Host { return tck.NewHost(tck.Setup{Event: []byte(json)}) }

func call(t testing.TB, p *javascript.Plugin, k hostabi.Kind, h hostabi.Host) (int32, error) {
	t.Helper()
	return p.Call(context.Background(), k, h)
}
