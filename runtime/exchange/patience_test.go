package exchange

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// trickle is a client that sends a byte every ten seconds, for ever.
type trickle struct{ cut chan struct{} }

func (s *trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(10 * time.Second):
		p[0] = '.'
		return 1, nil
	case <-s.cut:
		return 0, errors.New("cut")
	}
}
func (s *trickle) Interrupt()   { close(s.cut) }
func (s *trickle) Close() error { return nil }

// TestBound: a plugin, whose instance others want, waits no longer for a
// slow client than nine tenths of its timeout, however often a byte comes.
func TestBound(t *testing.T) {
	cases := []struct {
		name string
		read func(c *Call) error
		want error
	}{
		{"by streaming", func(c *Call) error {
			for {
				if n, err := c.ReadBody(false, make([]byte, 10)); n == 0 || err != nil {
					return err
				}
			}
		}, hostabi.ECONN},
		{"through the event", func(c *Call) error {
			c.BuildEvent = func(c *Call) ([]byte, error) { return c.Exchange().Request.Body.Keep(1 << 20) }
			_, err := c.Event()
			return err
		}, hostabi.ECONN},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var x Exchange
				x.Request.Body.SetStream(&trickle{make(chan struct{})}, -1)
				c := x.NewCall()
				c.Bound(time.Time{}, 30*time.Second)
				start := time.Now()
				if err := test.read(c); err != test.want {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if took := time.Since(start); took != 27*time.Second {
					t.Errorf("took %v, want 27s", took)
				}
			})
		})
	}
	t.Run("what is there in time passes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var x Exchange
			x.Request.Body.SetStream(io.NopCloser(&io.LimitedReader{R: &trickle{make(chan struct{})}, N: 2}), -1)
			c := x.NewCall()
			c.Bound(time.Time{}, time.Minute)
			for range 2 {
				if n, err := c.ReadBody(false, make([]byte, 10)); n != 1 || err != nil {
					t.Fatalf("got %d, %v", n, err)
				}
			}
			if n, err := c.ReadBody(false, make([]byte, 10)); n != 0 || err != nil {
				t.Errorf("at the end: %d, %v", n, err)
			}
		})
	})
}
