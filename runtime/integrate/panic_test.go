package integrate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// TestAPanicFailsItsRequestAlone: what calls plugins runs on a goroutine of its
// own here, where a panic would end the process.
func TestAPanicFailsItsRequestAlone(t *testing.T) {
	for _, flushed := range []bool{false, true} {
		for protocol, want := range map[exchange.Protocol]int{exchange.REST: 502, exchange.HTTP: 500} {
			var log bytes.Buffer
			p := &Plugin{Log: slog.New(slog.NewTextHandler(&log, nil)), Plugin: fake{func(_ context.Context, c *exchange.Call) (int32, error) {
				if flushed {
					c.FlushBody(true)
					c.WriteBody(true, []byte("half"))
				}
				panic("a bug")
			}}}
			x := newExchange(protocol)
			x.ID = "the-id"
			refusal := p.Integrate(context.Background(), x)
			if flushed {
				if refusal != nil {
					t.Fatal(refusal)
				}
				body, err := io.ReadAll(&x.Response.Body)
				if string(body) != "half" || !errors.Is(err, errPanic) {
					t.Errorf("streamed %q, %v; a body cut short must not pass for a whole one", body, err)
				}
				x.Finisher.Finish()
			} else if refusal == nil || refusal.Status != want || !errors.Is(refusal.Cause, errPanic) || x.Log.IntegrationError == nil {
				t.Errorf("%s: %+v, logged %v; want %d", protocol, refusal, x.Log.IntegrationError, want)
			}
			for _, part := range []string{"a bug", "the-id", "plugin=fake", "TestAPanicFailsItsRequestAlone"} {
				if !strings.Contains(log.String(), part) {
					t.Errorf("flushed %v: no %s in the log: %s", flushed, part, &log)
				}
			}
		}
	}
}
