package store

import (
	"context"
	"fmt"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// goneAfter is when a gateway that was not heard counts as gone: it missed two
// of its heartbeats of a second, and one may be late.
const goneAfter = 3500 * time.Millisecond

// Lease takes least to want tokens of a bucket that gateways share, as many as
// are there, or none if there are fewer than least; wait is the time until there
// are more. A bucket that the server does not know is full. One call is one
// round trip, and time is the server's.
func (r *Redis) Lease(ctx context.Context, key string, rate float64, burst, least, want int) (granted int, wait time.Duration, err error) {
	if !(rate > 0) || least < 1 || least > burst || want < least {
		return 0, 0, hostabi.EINVAL
	}
	got, err := r.run(ctx, leaseScript, []string{keyPrefix + "bucket:" + key}, rate, burst, least, want)
	if err != nil {
		return 0, 0, err
	}
	if list, ok := got.([]any); ok && len(list) == 2 {
		n, ok1 := list[0].(int64)
		us, ok2 := list[1].(int64)
		if ok1 && ok2 {
			return int(n), time.Duration(us) * time.Microsecond, nil
		}
	}
	return 0, 0, r.named("use", fmt.Errorf("%w: a lease is %v", ErrCorrupt, got))
}

// Gateways says that this gateway is alive and returns how many are: those that
// said so in the last three seconds.
func (r *Redis) Gateways(ctx context.Context) (int, error) {
	got, err := r.run(ctx, gatewaysScript, []string{keyPrefix + "gateways"}, r.id, goneAfter.Milliseconds())
	if err != nil {
		return 0, err
	}
	n, _ := got.(int64)
	return int(n), nil
}
