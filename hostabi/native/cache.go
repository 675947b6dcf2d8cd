package native

import (
	"github.com/portico-gateway/portico/hostabi"
)

// cache.get(kptr, klen, ptr, cap)
func cacheGet(c *call, s []uint64) int64 {
	key, dst, code := c.keyAndMore(s, 2)
	if code != 0 {
		return code
	}
	v, ok := c.plugin.capabilities.Cache.Get(key)
	if !ok {
		return int64(hostabi.ENOENT)
	}
	return gave(dst, v)
}

// cache.put(kptr, klen, vptr, vlen, ttl_ms i64)
func cachePut(c *call, s []uint64) int64 {
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
	if err := c.plugin.capabilities.Cache.Put(key, value, life); err != nil {
		return int64(c.fail(err))
	}
	return 0
}

// cache.delete(kptr, klen)
func cacheDelete(c *call, s []uint64) int64 {
	key, _, code := c.keyAndMore(s, 0)
	if code != 0 {
		return code
	}
	return truth(c.plugin.capabilities.Cache.Delete(key))
}
