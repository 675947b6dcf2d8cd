package native

import (
	"context"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// throttle.take(bptr, blen, kptr, klen, n) -> i64
func throttleTake(c *call, s []uint64) int64 {
	n := uint32(s[4])
	if n == 0 || n > 1<<31-1 {
		return int64(hostabi.EINVAL)
	}
	bucket, ok := c.memory(s[0], s[1])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	key, code := c.key(s[2:])
	if code != 0 {
		return code
	}
	ctx := c.caller()
	if c.phase == flushed { // its deadline does not count any more
		var cancel context.CancelFunc
		ctx, cancel = c.bounded()
		defer cancel()
	}
	wait, err := c.plugin.capabilities.Throttle.Take(ctx, view(bucket), key, int(n))
	if err != nil {
		return c.refuse(ctx, err)
	}
	// Rounded up: who waits that long finds the tokens there.
	return int64((wait + time.Millisecond - 1) / time.Millisecond)
}
