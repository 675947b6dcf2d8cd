package throttle

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func limit(t testing.TB, rate float64, burst int) Limit {
	t.Helper()
	l, err := NewLimit(rate, burst)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// taken is what a take answered.
type taken struct {
	wait time.Duration
	ok   bool
}

func takes(wait time.Duration, ok bool) taken { return taken{wait, ok} }

var yes = taken{0, true}

func after(d time.Duration) taken { return taken{d, false} }
