//go:build !wasip1

package porticotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Limits of the gateway.
const (
	maxKey   = 512
	maxValue = 1 << 20
	maxTTL   = 10 * 365 * 24 * 60 * 60 * 1000
	maxCalls = 1000
	maxLabel = 128
)

// may counts a call of a capability; the result is the code of a refusal.
func (h *host) may(capability string) int32 {
	switch {
	case h.configuring:
		return int32(abi.EPHASE)
	case h.used[capability] >= maxCalls:
		return int32(abi.EAGAIN)
	}
	h.used[capability]++
	return 0
}

// stored checks what functions of cache and kv get.
func (h *host) stored(capability, key, value string, ttlMs int64) int32 {
	if code := h.may(capability); code != 0 {
		return code
	}
	switch {
	case ttlMs < 0 || ttlMs > maxTTL || key == "":
		return int32(abi.EINVAL)
	case len(key) > maxKey || len(value) > maxValue:
		return int32(abi.E2BIG)
	}
	return 0
}

func (h *host) get(capability string, m map[string]entry, key string, buf []byte) int32 {
	if code := h.stored(capability, key, "", 0); code != 0 {
		return code
	}
	v, ok := h.state.live(m, key)
	if !ok {
		return int32(abi.ENOENT)
	}
	return put(buf, v)
}

func (h *host) remove(capability string, m map[string]entry, key string) int32 {
	if code := h.stored(capability, key, "", 0); code != 0 {
		return code
	}
	_, ok := h.state.live(m, key)
	delete(m, key)
	if ok {
		return 1
	}
	return 0
}

func (h *host) CacheGet(key string, buf []byte) int32 { return h.get("cache", h.state.cache, key, buf) }
func (h *host) CacheDelete(key string) int32          { return h.remove("cache", h.state.cache, key) }

func (h *host) CachePut(key, value string, ttlMs int64) int32 {
	if code := h.stored("cache", key, value, ttlMs); code != 0 {
		return code
	}
	h.state.cache[strings.Clone(key)] = h.state.entry(value, ttlMs)
	return 0
}

func (h *host) ThrottleTake(bucket, key string, n uint32) int64 {
	if code := h.may("throttle"); code != 0 {
		return int64(code)
	}
	b, ok := h.state.Buckets[bucket]
	switch {
	case len(key) > maxKey:
		return int64(abi.E2BIG)
	case !ok:
		return int64(abi.ENOENT)
	case n == 0 || int64(n) > int64(b.Burst):
		return int64(abi.EINVAL)
	}
	id, now := [2]string{strings.Clone(bucket), strings.Clone(key)}, h.state.now()
	t, ok := h.state.tokens[id]
	if !ok {
		t = tokens{float64(b.Burst), now}
	}
	t.left = min(float64(b.Burst), t.left+now.Sub(t.at).Seconds()*b.Rate)
	t.at = now
	defer func() { h.state.tokens[id] = t }()
	if missing := float64(n) - t.left; missing > 0 {
		return int64(math.Ceil(missing / b.Rate * 1000))
	}
	t.left -= float64(n)
	return 0
}

func (h *host) SecretsRead(name string, buf []byte) int32 {
	if code := h.may("secrets"); code != 0 {
		return code
	}
	s, ok := h.state.Secrets[name]
	switch {
	case !ok:
		return int32(abi.ENOENT)
	case s.UseOnly:
		return int32(abi.EPERM)
	}
	return put(buf, s.Value)
}

func (h *host) SecretsHMAC(name string, kind uint32, data string, buf []byte) int32 {
	if code := h.may("secrets"); code != 0 {
		return code
	}
	f := map[uint32]func() hash.Hash{abi.HashSHA1: sha1.New, abi.HashSHA256: sha256.New, abi.HashSHA512: sha512.New}[kind]
	s, ok := h.state.Secrets[name]
	switch {
	case f == nil:
		return int32(abi.EINVAL)
	case len(data) > maxValue:
		return int32(abi.E2BIG)
	case !ok:
		return int32(abi.ENOENT)
	}
	m := hmac.New(f, []byte(s.Value))
	m.Write([]byte(data))
	return put(buf, string(m.Sum(nil)))
}

// metric checks a call of a metric and gives the key of its series.
func (h *host) metric(kind, name, encoded string, v float64) (series string, code int32) {
	if code := h.may("metrics"); code != 0 {
		return "", code
	}
	if len(encoded) > 4<<10 {
		return "", int32(abi.E2BIG)
	}
	labels, ok := pairsFrom(encoded)
	m, known := h.state.Metrics[name]
	switch {
	case !ok:
		return "", int32(abi.EINVAL)
	case !known:
		return "", int32(abi.ENOENT)
	case m.Type != kind || math.IsNaN(v) || math.IsInf(v, 0) || kind == "counter" && v < 0:
		return "", int32(abi.EINVAL)
	}
	for i, l := range labels {
		twice := slices.ContainsFunc(labels[:i], func(o [2]string) bool { return o[0] == l[0] })
		switch {
		case twice || !slices.Contains(m.Labels, l[0]) || !utf8.ValidString(l[1]):
			return "", int32(abi.EINVAL)
		case len(l[1]) > maxLabel:
			return "", int32(abi.E2BIG)
		}
	}
	return h.state.series(name, labels), 0
}

// pairsFrom reads pairs; ok is false when they end early.
func pairsFrom(s string) (p Pairs, ok bool) {
	var parts []string
	for len(s) > 0 {
		if len(s) < 4 {
			return nil, false
		}
		n := uint64(binary.LittleEndian.Uint32([]byte(s)))
		if s = s[4:]; n > uint64(len(s)) {
			return nil, false
		}
		parts = append(parts, strings.Clone(s[:n]))
		s = s[n:]
	}
	for i := 0; i+1 < len(parts); i += 2 {
		p = append(p, [2]string{parts[i], parts[i+1]})
	}
	return p, len(parts)%2 == 0
}

func (h *host) CounterAdd(name, labels string, v float64) int32 {
	series, code := h.metric("counter", name, labels, v)
	if code == 0 {
		h.state.values[series] += v
	}
	return code
}

func (h *host) GaugeSet(name, labels string, v float64) int32 {
	series, code := h.metric("gauge", name, labels, v)
	if code == 0 {
		h.state.values[series] = v
	}
	return code
}

func (h *host) HistogramObserve(name, labels string, v float64) int32 {
	series, code := h.metric("histogram", name, labels, v)
	if code == 0 {
		h.state.values[series]++
	}
	return code
}

func (h *host) KVGet(key string, buf []byte) int32 { return h.get("kv", h.state.kv, key, buf) }
func (h *host) KVDelete(key string) int32          { return h.remove("kv", h.state.kv, key) }

func (h *host) KVPut(key, value string, ttlMs int64) int32 {
	if code := h.stored("kv", key, value, ttlMs); code != 0 {
		return code
	}
	h.state.kv[strings.Clone(key)] = h.state.entry(value, ttlMs)
	return 0
}

func (h *host) KVIncrement(key string, delta int64, sum *byte) int32 {
	if code := h.stored("kv", key, "", 0); code != 0 {
		return code
	}
	var n int64
	var until time.Time
	if v, ok := h.state.live(h.state.kv, key); ok {
		var err error
		if n, err = strconv.ParseInt(v, 10, 64); err != nil {
			return int32(abi.EINVAL)
		}
		until = h.state.kv[key].until
	}
	if delta > 0 && n > math.MaxInt64-delta || delta < 0 && n < math.MinInt64-delta {
		return int32(abi.EINVAL)
	}
	n += delta
	h.state.kv[strings.Clone(key)] = entry{strconv.FormatInt(n, 10), until}
	binary.LittleEndian.PutUint64(unsafe.Slice(sum, 8), uint64(n))
	return 0
}

func (h *host) KVCompareAndSet(key, old, next string, ttlMs int64, flags uint32) int32 {
	if code := h.stored("kv", key, next, ttlMs); code != 0 {
		return code
	}
	v, ok := h.state.live(h.state.kv, key)
	absent := flags == abi.FlagAbsent
	switch {
	case flags > abi.FlagAbsent:
		return int32(abi.EINVAL)
	case ok == absent || !absent && v != old:
		return int32(abi.EEXIST)
	}
	h.state.kv[strings.Clone(key)] = h.state.entry(next, ttlMs)
	return 0
}

func (h *host) KVList(prefix, after string, limit uint32, buf []byte) int32 {
	if code := h.may("kv"); code != 0 {
		return code
	}
	switch {
	case limit == 0 || limit > 1000:
		return int32(abi.EINVAL)
	case len(prefix) > maxKey || len(after) > maxKey:
		return int32(abi.E2BIG)
	}
	var keys []string
	for k := range h.state.kv {
		if _, ok := h.state.live(h.state.kv, k); ok && strings.HasPrefix(k, prefix) && k > after {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return put(buf, listOf(keys[:min(len(keys), int(limit))]))
}
