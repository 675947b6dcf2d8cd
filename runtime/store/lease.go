package store

import (
	"context"
	"fmt"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/store/bucket"
)

// goneAfter is when a gateway that was not heard counts as gone: it missed two
// of its heartbeats of a second, and one may be late.
const goneAfter = 3500 * time.Millisecond

// Lease takes tokens of a bucket that gateways share. A bucket that the server
// does not know is full. One call is one round trip, and time is the server's.
func (r *Redis) Lease(ctx context.Context, key string, a bucket.Ask) (bucket.Grant, error) {
	if !(a.Rate > 0) || a.Least < 1 || a.Least > a.Burst || a.Want < a.Least || a.Spent < 0 || a.Back < 0 || a.Held < 0 || a.Loose < 0 {
		return bucket.Grant{}, hostabi.EINVAL
	}
	got, err := r.run(ctx, leaseScript, []string{keyPrefix + "bucket:" + key},
		a.Rate, a.Burst, a.Least, a.Want, a.Spent, a.Back, a.Held, a.Loose, a.Keep.Microseconds(), "by:"+r.id)
	if err != nil {
		return bucket.Grant{}, err
	}
	if list, ok := got.([]any); ok && len(list) == 3 {
		n, ok1 := list[0].(int64)
		us, ok2 := list[1].(int64)
		kept, ok3 := list[2].(int64)
		if ok1 && ok2 && ok3 {
			return bucket.Grant{N: int(n), Wait: time.Duration(us) * time.Microsecond, Kept: kept == 1}, nil
		}
	}
	return bucket.Grant{}, r.named("use", fmt.Errorf("%w: a lease is %v", ErrCorrupt, got))
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
