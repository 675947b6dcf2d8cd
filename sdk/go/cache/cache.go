// Package cache remembers values in the memory of the gateway, for all
// instances of the plugin and over its updates. It is bounded and evicts what is
// used least: a value may be gone at any time.
//
// It needs the capability "cache" in the plugin's NAME.toml, and [cache] size
// there says how much it holds. It does not work in portico.Configure.
package cache

import (
	"time"
	"unsafe"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Get returns a copy of a value. What cannot be read is not there: a key that
// is empty or has more than 512 bytes, or a request in
// which the plugin has called 1000 times.
func Get(key string) (value []byte, ok bool) { return Append(nil, key) }

// Append appends a value to dst, which costs no allocation where dst has room.
func Append(dst []byte, key string) (value []byte, ok bool) {
	value, n := abi.Append(dst, func(buf []byte) int32 { return abi.CacheGet(key, buf) })
	return value, n >= 0
}

// Put stores a copy of value for a time, 0 until it is evicted. It fails with
// portico.ErrTooLarge for keys of more than 512 bytes, values of more than 1 MiB
// and such as the cache has no room for, and with portico.ErrInvalid for an
// empty key or a time below 0 or above ten years.
func Put(key string, value []byte, ttl time.Duration) error {
	return abi.Err(abi.CachePut(key, unsafe.String(unsafe.SliceData(value), len(value)), abi.Millis(ttl)))
}

// Delete reports whether there was a value.
func Delete(key string) bool { return abi.CacheDelete(key) > 0 }
