package capability

import (
	"context"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/throttle"
)

// limiter is a bucket for each key: throttle.Table alone, throttle.Shared
// among gateways.
type limiter interface {
	Take(ctx context.Context, key string, n int) (wait time.Duration, ok bool)
	Limit() throttle.Limit
	SetLimit(l throttle.Limit)
}

var _ limiter = (*throttle.Shared)(nil)

// alone is a Table as a limiter: it never waits.
type alone struct{ *throttle.Table }

var _ limiter = alone{}

func (a alone) Take(_ context.Context, key string, n int) (time.Duration, bool) {
	return a.Table.Take(key, n)
}

// buckets are those of one lease, by name.
type buckets map[string]limiter

var _ hostabi.Throttle = buckets(nil)

func (b buckets) Take(ctx context.Context, bucket, key string, n int) (time.Duration, error) {
	l, ok := b[bucket]
	switch {
	case !ok:
		return 0, hostabi.ENOENT
	case n < 1 || n > l.Limit().Burst():
		return 0, hostabi.EINVAL
	}
	wait, ok := l.Take(ctx, key, n)
	switch {
	case ok:
		return 0, nil
	case wait == throttle.Never: // the burst has become less meanwhile
		return 0, hostabi.EINVAL
	}
	return max(wait, 1), nil // 0 would say that the tokens were taken
}
