package tck

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

func kvCases() []testCase {
	const set = hostabi.FuncKVCompareAndSet
	put := func(key, value string) step {
		return step{Command: Command{Func: hostabi.FuncKVPut, In: [2]string{key, value}}}
	}
	// cas sets n bytes of filler.
	cas := func(key, old string, n, flags uint32, ttl uint64, want hostabi.Code) step {
		return step{Command: Command{Func: set, In: [2]string{key, old}, Cap: n, Number: flags, Mask: ttl}, want: int64(want)}
	}
	increment := func(key string, delta int64, sum string) step {
		return step{Command: with(Command{Func: hostabi.FuncKVIncrement, In: [2]string{key}, Mask: uint64(delta)}, 8), buffer: sum}
	}
	refused := func(s step, want hostabi.Code) step {
		s.want, s.buffer = int64(want), untouched(8)
		return s
	}
	get := func(key, value string) []step {
		return sized(Command{Func: hostabi.FuncKVGet, In: [2]string{key}}, value)
	}
	list := func(prefix, after string, limit uint32) Command {
		return Command{Func: hostabi.FuncKVList, In: [2]string{prefix, after}, Number: limit}
	}
	bad := func(c Command, want hostabi.Code) step { return step{Command: c, want: int64(want)} }
	long := strings.Repeat("k", hostabi.MaxKey+1)
	maxTTL := uint64(hostabi.MaxTTL.Milliseconds())
	own := []testCase{
		{name: "kv increments what is absent and what is a number", kind: hostabi.Authorize, setup: example(), steps: slices.Concat([]step{
			increment("i", 5, "\x05\x00\x00\x00\x00\x00\x00\x00"), increment("i", -7, "\xfe\xff\xff\xff\xff\xff\xff\xff"),
			increment("i", 0, "\xfe\xff\xff\xff\xff\xff\xff\xff")}, get("i", "-2"),
			[]step{put("i", "41"), increment("i", 1, "\x2a\x00\x00\x00\x00\x00\x00\x00")}, get("i", "42"))},
		{name: "kv increments nothing else", kind: hostabi.MapRequest, setup: example(), steps: slices.Concat([]step{
			put("j", "x"), refused(increment("j", 1, ""), hostabi.EINVAL), put("j", ""), refused(increment("j", 1, ""), hostabi.EINVAL),
			put("j", "9223372036854775807"), refused(increment("j", 1, ""), hostabi.EINVAL)}, get("j", "9223372036854775807"), []step{
			put("j", "-9223372036854775808"), refused(increment("j", -1, ""), hostabi.EINVAL), refused(increment("j", math.MinInt64, ""), hostabi.EINVAL),
			refused(increment("", 1, ""), hostabi.EINVAL), refused(increment(long, 1, ""), hostabi.E2BIG)})},
		{name: "kv compares before it sets", kind: hostabi.MapResponse, setup: example(), steps: slices.Concat([]step{
			cas("c", "", 1, 0, 0, hostabi.EEXIST), // an empty value is not none
			cas("c", "", 2, 1, 0, 0), cas("c", "", 3, 1, 0, hostabi.EEXIST)}, get("c", untouched(2)), []step{
			cas("c", untouched(1), 3, 0, 0, hostabi.EEXIST), cas("c", untouched(2), 3, 0, 60_000, 0)}, get("c", untouched(3)), []step{
			cas("c", untouched(3), 0, 0, 0, 0)}, get("c", ""), []step{
			cas("c", "", 1, 1, 0, hostabi.EEXIST), cas("c", "", 1, 0, 0, 0)}, get("c", untouched(1)))},
		{name: "kv compares within bounds", kind: hostabi.Integrate, setup: example(), steps: []step{
			cas("b", "", 1, 2, 0, hostabi.EINVAL), cas("b", "", 1, 1<<31|1, 0, hostabi.EINVAL), cas("", "", 1, 1, 0, hostabi.EINVAL),
			cas(long, "", 1, 1, 0, hostabi.E2BIG), cas("b", "", 1, 1, maxTTL+1, hostabi.EINVAL), cas("b", "", 1, 1, 1<<63, hostabi.EINVAL),
			cas("b", "", hostabi.MaxValue+1, 1, 0, hostabi.E2BIG), cas("b", "", hostabi.MaxValue, 1, maxTTL, 0),
			bad(Command{Func: hostabi.FuncKVDelete, In: [2]string{"b"}}, 1)}},
		{name: "kv lists in order, from where the last list ended", kind: hostabi.Authorize, setup: example(), steps: slices.Concat(
			[]step{put("l/b", ""), put("l/a", "1"), put("l/c", ""), put("l/\xff", ""), put("l0", "")},
			sized(list("l/", "", 10), listOf("l/a", "l/b", "l/c", "l/\xff")), sized(list("l/", "", 2), listOf("l/a", "l/b")),
			sized(list("l/", "l/b", 2), listOf("l/c", "l/\xff")), sized(list("l/", "l/bb", 1), listOf("l/c")),
			sized(list("l/", "l/\xff", 10), ""), sized(list("l/x", "", 10), ""))},
		{name: "kv lists within bounds", kind: hostabi.Integrate, setup: example(), steps: []step{
			bad(list("l", "", 0), hostabi.EINVAL), bad(list("l", "", hostabi.MaxList+1), hostabi.EINVAL), bad(list("l", "", 1<<32-1), hostabi.EINVAL),
			bad(list(long, "", 1), hostabi.E2BIG), bad(list("l", long, 1), hostabi.E2BIG),
			{Command: list("", "", hostabi.MaxList), atLeast: true}, {Command: list(long[1:], long[1:], 1)}}},
	}
	large := func(n int, want hostabi.Code) step {
		return step{Command: Command{Func: hostabi.FuncKVPut, In: [2]string{fmt.Sprint("q", n)}, Cap: hostabi.MaxValue, Fault: 16}, want: int64(want)}
	}
	var quota, empty []step
	for n := range Bytes/hostabi.MaxValue - 1 {
		quota = append(quota, large(n, 0))
		empty = append(empty, bad(Command{Func: hostabi.FuncKVDelete, In: [2]string{fmt.Sprint("q", n)}}, 1))
	}
	own = append(own, testCase{name: "kv holds a namespace to its quota", kind: hostabi.MapResponse, setup: example(), steps: slices.Concat(quota, []step{
		large(len(quota), hostabi.E2BIG), large(0, 0), put("q", "small"), bad(Command{Func: hostabi.FuncKVDelete, In: [2]string{"q"}}, 1)}, empty)})
	return slices.Concat(storedCases(stored{hostabi.FuncKVGet, hostabi.FuncKVPut, hostabi.FuncKVDelete}), own)
}
