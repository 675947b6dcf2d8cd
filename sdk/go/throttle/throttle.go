// Package throttle takes tokens from buckets whose rates the operator sets:
// [throttle.BUCKET] in the plugin's NAME.toml, which must grant the capability
// "throttle" too. Each key has a bucket of its own. It does not work in
// portico.Configure.
package throttle

import (
	"math"
	"time"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Take takes n tokens from the key's bucket; wait is 0 then. Else it takes none
// and wait is the time until they will be there. An empty key is one bucket
// that all share.
//
// It fails with portico.ErrNotFound for a bucket that is not declared, with
// portico.ErrInvalid unless n is 1 to its burst, and with portico.ErrTooLarge
// for a key of more than 512 bytes.
func Take(bucket, key string, n int) (wait time.Duration, err error) {
	if n < 1 || n > math.MaxInt32 {
		return 0, abi.EINVAL
	}
	ms := abi.ThrottleTake(bucket, key, uint32(n))
	if ms < 0 {
		return 0, abi.Code(ms)
	}
	return time.Duration(ms) * time.Millisecond, nil
}
