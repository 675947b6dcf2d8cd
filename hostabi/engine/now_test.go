package engine

import (
	"encoding/binary"
	"testing"
	"time"
)

func TestTheWallClockCanBeAnother(t *testing.T) {
	e := newEngine(t, Options{Now: func() time.Time { return time.Unix(0, 42) }})
	i := get(t, newPool(t, compileGuest(t, e, guest(t, "wasi"), Limits{}), PoolOptions{}))
	mustCall(t, i, "clock_time_get_", clockRealtime, 0, 8)
	if got := binary.LittleEndian.Uint64(memory(t, i, 8, 8)); got != 42 {
		t.Errorf("the clock is %d, want 42", got)
	}
}
