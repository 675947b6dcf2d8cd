package hostabi

import (
	"context"
	"testing"
	"time"
)

func TestTheEarlierDeadlineHolds(t *testing.T) {
	now := time.Now()
	parent, cancel := context.WithDeadline(context.Background(), now.Add(time.Hour))
	defer cancel()
	tests := []struct {
		name   string
		parent context.Context
		at     time.Time
		want   time.Time
	}{
		{"the only one", context.Background(), now.Add(time.Minute), now.Add(time.Minute)},
		{"an earlier one than the parent's", parent, now.Add(time.Minute), now.Add(time.Minute)},
		{"a later one than the parent's does not", parent, now.Add(2 * time.Hour), now.Add(time.Hour)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := WithDeadline(tt.parent, tt.at)
			if got, ok := ctx.Deadline(); !ok || !got.Equal(tt.want) {
				t.Errorf("got %v, %v, want %v", got, ok, tt.want)
			}
			if ctx.Done() != tt.parent.Done() || ctx.Err() != nil {
				t.Error("it ends by itself")
			}
		})
	}
}
