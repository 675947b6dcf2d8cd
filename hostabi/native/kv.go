package native

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// Stores get copies: one that groups writes may look at them after a call that
// ran out of time has returned.

// kv.get(kptr, klen, ptr, cap)
func kvGet(c *call, s []uint64) int64 {
	key, dst, code := c.keyAndMore(s, 2)
	if code != 0 {
		return code
	}
	ctx, cancel := c.bounded()
	defer cancel()
	v, ok, err := c.plugin.capabilities.KV.Get(ctx, strings.Clone(key))
	switch {
	case err != nil:
		return c.refuse(ctx, err)
	case !ok:
		return int64(hostabi.ENOENT)
	}
	return gave(dst, v)
}

// kv.put(kptr, klen, vptr, vlen, ttl_ms i64)
func kvPut(c *call, s []uint64) int64 {
	life, ok := ttl(s[4])
	if !ok {
		return int64(hostabi.EINVAL)
	}
	key, value, code := c.keyAndMore(s, 2)
	switch {
	case code != 0:
		return code
	case len(value) > hostabi.MaxValue:
		return int64(hostabi.E2BIG)
	}
	ctx, cancel := c.bounded()
	defer cancel()
	if err := c.plugin.capabilities.KV.Put(ctx, strings.Clone(key), bytes.Clone(value), life); err != nil {
		return c.refuse(ctx, err)
	}
	return 0
}

// kv.delete(kptr, klen)
func kvDelete(c *call, s []uint64) int64 {
	key, _, code := c.keyAndMore(s, 0)
	if code != 0 {
		return code
	}
	ctx, cancel := c.bounded()
	defer cancel()
	existed, err := c.plugin.capabilities.KV.Delete(ctx, strings.Clone(key))
	if err != nil {
		return c.refuse(ctx, err)
	}
	return truth(existed)
}

// kv.increment(kptr, klen, delta i64, outptr)
func kvIncrement(c *call, s []uint64) int64 {
	const sum = 8 // an i64
	out, ok := c.memory(s[3], sum)
	if !ok {
		return int64(hostabi.EFAULT)
	}
	key, _, code := c.keyAndMore(s, 0)
	if code != 0 {
		return code
	}
	ctx, cancel := c.bounded()
	defer cancel()
	v, err := c.plugin.capabilities.KV.Increment(ctx, strings.Clone(key), int64(s[2]))
	if err != nil {
		return c.refuse(ctx, err)
	}
	binary.LittleEndian.PutUint64(out, uint64(v))
	return 0
}

// kvAbsent is the flag of compare_and_set that there must be no value; what old
// points to does not count then.
const kvAbsent = 1

// kv.compare_and_set(kptr, klen, optr, olen, nptr, nlen, ttl_ms i64, flags)
func kvCompareAndSet(c *call, s []uint64) int64 {
	life, ok := ttl(s[6])
	flags := uint32(s[7])
	if !ok || flags > kvAbsent {
		return int64(hostabi.EINVAL)
	}
	key, old, code := c.keyAndMore(s, 2)
	if code != 0 && code != int64(hostabi.EINVAL) && code != int64(hostabi.E2BIG) {
		return code
	}
	next, ok := c.memory(s[4], s[5])
	switch {
	case !ok: // memory comes before lengths
		return int64(hostabi.EFAULT)
	case code != 0:
		return code
	case len(old) > hostabi.MaxValue || len(next) > hostabi.MaxValue:
		return int64(hostabi.E2BIG)
	}
	if flags == kvAbsent {
		old = nil
	} else {
		old = append([]byte{}, old...) // an empty value is not none
	}
	ctx, cancel := c.bounded()
	defer cancel()
	if err := c.plugin.capabilities.KV.CompareAndSet(ctx, strings.Clone(key), old, append([]byte{}, next...), life); err != nil {
		return c.refuse(ctx, err)
	}
	return 0
}

// kv.list(pptr, plen, aptr, alen, limit, ptr, cap)
func kvList(c *call, s []uint64) int64 {
	limit := uint32(s[4])
	if limit == 0 || limit > hostabi.MaxList {
		return int64(hostabi.EINVAL)
	}
	prefix, ok := c.memory(s[0], s[1])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	after, ok := c.memory(s[2], s[3])
	if !ok {
		return int64(hostabi.EFAULT)
	}
	dst, ok := c.memory(s[5], s[6])
	switch {
	case !ok:
		return int64(hostabi.EFAULT)
	case len(prefix) > hostabi.MaxKey || len(after) > hostabi.MaxKey:
		return int64(hostabi.E2BIG)
	}
	ctx, cancel := c.bounded()
	defer cancel()
	keys, err := c.plugin.capabilities.KV.List(ctx, string(prefix), string(after), int(limit))
	if err != nil {
		return c.refuse(ctx, err)
	}
	l := list{dst: dst}
	for _, k := range keys {
		l.size += 4 + len(k)
	}
	if l.fits() {
		for _, k := range keys {
			l.add(k)
		}
	}
	return int64(l.size)
}
