package tck

import (
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// stored are the functions that cache and kv have in common.
type stored struct{ get, put, delete string }

func cacheCases() []testCase {
	return storedCases(stored{hostabi.FuncCacheGet, hostabi.FuncCachePut, hostabi.FuncCacheDelete})
}

// storedCases hold for cache and for kv.
func storedCases(f stored) []testCase {
	put := func(key, value string, ttl uint64, want hostabi.Code) step {
		return step{Command: Command{Func: f.put, In: [2]string{key, value}, Mask: ttl}, want: int64(want)}
	}
	remove := func(key string, want int64) step {
		return step{Command: Command{Func: f.delete, In: [2]string{key}}, want: want}
	}
	get := func(key string, want int64) step {
		return step{Command: Command{Func: f.get, In: [2]string{key}}, want: want}
	}
	bulk := func(n uint32, want hostabi.Code) step {
		return step{Command: Command{Func: f.put, In: [2]string{"bulk"}, Cap: n, Fault: 16}, want: int64(want)}
	}
	name, _, _ := strings.Cut(f.get, ".")
	key := func(n int) string { return strings.Repeat("k", n) }
	maxTTL := uint64(hostabi.MaxTTL.Milliseconds())
	return []testCase{
		{name: name + " gives back what was put, whole or not at all", kind: hostabi.Authorize, setup: example(), steps: slices.Concat(
			[]step{put("a", "value", 0, 0)}, sized(Command{Func: f.get, In: [2]string{"a"}}, "value"),
			[]step{put("a", "other", 60_000, 0)}, sized(Command{Func: f.get, In: [2]string{"a"}}, "other"),
			[]step{put("a", "", 0, 0)}, sized(Command{Func: f.get, In: [2]string{"a"}}, ""))},
		{name: name + " deletes, and says whether there was something", kind: hostabi.MapRequest, setup: example(), steps: []step{
			put("d", "", 0, 0), remove("d", 1), remove("d", 0), get("d", int64(hostabi.ENOENT)), get("never", int64(hostabi.ENOENT))}},
		{name: name + " keeps keys apart byte by byte", kind: hostabi.MapResponse, setup: example(), steps: []step{
			put("x\x00", "1", 0, 0), put("x", "22", 0, 0), get("x", 2), get("x\x00", 1), get("X", int64(hostabi.ENOENT)), put("\xff\xfe", "333", 0, 0), get("\xff\xfe", 3)}},
		{name: name + " bounds keys", kind: hostabi.Integrate, setup: example(), steps: []step{
			put(key(hostabi.MaxKey-1), "1", 0, 0), put(key(hostabi.MaxKey), "1", 0, 0), put(key(hostabi.MaxKey+1), "1", 0, hostabi.E2BIG),
			get(key(hostabi.MaxKey), 1), get(key(hostabi.MaxKey+1), int64(hostabi.E2BIG)),
			remove(key(hostabi.MaxKey+1), int64(hostabi.E2BIG)), remove(key(hostabi.MaxKey), 1),
			put("", "1", 0, hostabi.EINVAL), get("", int64(hostabi.EINVAL)), remove("", int64(hostabi.EINVAL))}},
		{name: name + " bounds values", kind: hostabi.Integrate, setup: example(), steps: []step{
			bulk(hostabi.MaxValue-1, 0), get("bulk", hostabi.MaxValue-1), bulk(hostabi.MaxValue, 0), get("bulk", hostabi.MaxValue),
			bulk(hostabi.MaxValue+1, hostabi.E2BIG), get("bulk", hostabi.MaxValue), remove("bulk", 1)}},
		{name: name + " bounds times to live", kind: hostabi.Integrate, setup: example(), steps: []step{
			put("t", "1", maxTTL-1, 0), put("t", "1", maxTTL, 0), put("t", "22", maxTTL+1, hostabi.EINVAL),
			put("t", "22", 1<<64-1, hostabi.EINVAL), put("t", "22", 1<<63, hostabi.EINVAL), get("t", 1)}},
	}
}
