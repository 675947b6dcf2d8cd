// Package kv keeps values: what was written survives a crash of the gateway. It
// needs the capability "kv" in the plugin's NAME.toml, where [kv] quota says how
// much it holds. It does not work in portico.Configure.
//
// Keys have 1 to 512 bytes, values at most 1 MiB; longer ones, and what is beyond
// the quota, fail with portico.ErrTooLarge. portico.ErrIO and portico.ErrAborted
// leave open whether something was written.
package kv

import (
	"encoding/binary"
	"time"
	"unsafe"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Get returns a value; ok is false when there is none.
func Get(key string) (value []byte, ok bool, err error) {
	value, n := abi.Append(nil, func(buf []byte) int32 { return abi.KVGet(key, buf) })
	if n == int32(abi.ENOENT) {
		return nil, false, nil
	}
	return value, n >= 0, abi.Err(n)
}

// Put stores a value for a time, 0 for ever.
func Put(key string, value []byte, ttl time.Duration) error {
	return abi.Err(abi.KVPut(key, text(value), abi.Millis(ttl)))
}

// Delete reports whether there was a value.
func Delete(key string) (existed bool, err error) {
	n := abi.KVDelete(key)
	return n > 0, abi.Err(n)
}

// Increment adds delta to a value that is a decimal number, 0 when there is
// none, and returns the sum. The value's time to live stays. It fails with
// portico.ErrInvalid for another value and for a sum beyond 64 bits.
func Increment(key string, delta int64) (sum int64, err error) {
	var b [8]byte
	if err := abi.Err(abi.KVIncrement(key, delta, &b[0])); err != nil {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint64(b[:])), nil
}

// CompareAndSet stores next if the value is old, and fails with
// portico.ErrExists if it is another or there is none.
func CompareAndSet(key string, old, next []byte, ttl time.Duration) error {
	return abi.Err(abi.KVCompareAndSet(key, text(old), text(next), abi.Millis(ttl), 0))
}

// Create stores a value if there is none, and fails with portico.ErrExists if
// there is one.
func Create(key string, value []byte, ttl time.Duration) error {
	return abi.Err(abi.KVCompareAndSet(key, "", text(value), abi.Millis(ttl), abi.FlagAbsent))
}
