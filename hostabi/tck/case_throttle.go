package tck

import (
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

func throttleCases() []testCase {
	take := func(bucket, key string, n uint32, want int64) step {
		return step{Command: Command{Func: hostabi.FuncThrottleTake, In: [2]string{bucket, key}, Number: n}, want: want}
	}
	later := func(s step) step {
		s.want, s.atLeast = 1, true
		return s
	}
	einval, enoent, e2big := int64(hostabi.EINVAL), int64(hostabi.ENOENT), int64(hostabi.E2BIG)
	return []testCase{
		{name: "throttle gives what there is and then says how long to wait", kind: hostabi.Authorize, setup: example(), steps: []step{
			take(Bucket, "one", Burst-1, 0), later(take(Bucket, "one", 2, 0)), take(Bucket, "one", 1, 0), later(take(Bucket, "one", 1, 0))}},
		{name: "throttle keeps keys apart", kind: hostabi.MapRequest, setup: example(), steps: []step{
			take(Bucket, "two", Burst, 0), later(take(Bucket, "two", 1, 0)), take(Bucket, "two\x00", Burst, 0), take(Bucket, "", Burst, 0), later(take(Bucket, "", 1, 0))}},
		{name: "throttle bounds tokens", kind: hostabi.MapResponse, setup: example(), steps: []step{
			take(Bucket, "three", 0, einval), take(Bucket, "three", Burst+1, einval), take(Bucket, "three", 1<<31, einval),
			take(Bucket, "three", 1<<32-1, einval), take(Bucket, "three", Burst, 0)}},
		{name: "throttle bounds keys and knows its buckets", kind: hostabi.Integrate, setup: example(), steps: []step{
			take(Bucket, strings.Repeat("k", hostabi.MaxKey-1), 1, 0), take(Bucket, strings.Repeat("k", hostabi.MaxKey), 1, 0),
			take(Bucket, strings.Repeat("k", hostabi.MaxKey+1), 1, e2big),
			take("none", "k", 1, enoent), take("", "k", 1, enoent), take(Bucket+"x", "k", 1, enoent)}},
	}
}
