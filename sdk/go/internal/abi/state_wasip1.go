//go:build wasip1

package abi

import "unsafe"

// The imports of capabilities. The linker drops those that a plugin does not
// reach, so that it asks for no more than it uses.

//go:wasmimport portico_cache_v1 get
//go:noescape
func cacheGet(key string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_cache_v1 put
//go:noescape
func cachePut(key string, value string, ttlMs int64) int32

//go:wasmimport portico_cache_v1 delete
//go:noescape
func cacheDelete(key string) int32

//go:wasmimport portico_throttle_v1 take
//go:noescape
func throttleTake(bucket string, key string, n uint32) int64

//go:wasmimport portico_secrets_v1 read
//go:noescape
func secretsRead(name string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_secrets_v1 hmac
//go:noescape
func secretsHMAC(name string, hash uint32, data string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_metrics_v1 counter_add
//go:noescape
func counterAdd(name string, labels string, v float64) int32

//go:wasmimport portico_metrics_v1 gauge_set
//go:noescape
func gaugeSet(name string, labels string, v float64) int32

//go:wasmimport portico_metrics_v1 histogram_observe
//go:noescape
func histogramObserve(name string, labels string, v float64) int32

//go:wasmimport portico_kv_v1 get
//go:noescape
func kvGet(key string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_kv_v1 put
//go:noescape
func kvPut(key string, value string, ttlMs int64) int32

//go:wasmimport portico_kv_v1 delete
//go:noescape
func kvDelete(key string) int32

//go:wasmimport portico_kv_v1 increment
//go:noescape
func kvIncrement(key string, delta int64, sum unsafe.Pointer) int32

//go:wasmimport portico_kv_v1 compare_and_set
//go:noescape
func kvCompareAndSet(key string, old string, next string, ttlMs int64, flags uint32) int32

//go:wasmimport portico_kv_v1 list
//go:noescape
func kvList(prefix string, after string, limit uint32, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_jwt_v1 verify
//go:noescape
func jwtVerify(issuer string, token string, ptr unsafe.Pointer, size uint32) int32

//go:wasmimport portico_jwt_v1 reason
//go:noescape
func jwtReason(ptr unsafe.Pointer, size uint32) int32

func CacheGet(key string, buf []byte) int32 {
	return cacheGet(key, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func CachePut(key string, value string, ttlMs int64) int32 {
	return cachePut(key, value, ttlMs)
}

func CacheDelete(key string) int32 {
	return cacheDelete(key)
}

func ThrottleTake(bucket string, key string, n uint32) int64 {
	return throttleTake(bucket, key, n)
}

func SecretsRead(name string, buf []byte) int32 {
	return secretsRead(name, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func SecretsHMAC(name string, hash uint32, data string, buf []byte) int32 {
	return secretsHMAC(name, hash, data, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func CounterAdd(name string, labels string, v float64) int32 {
	return counterAdd(name, labels, v)
}

func GaugeSet(name string, labels string, v float64) int32 {
	return gaugeSet(name, labels, v)
}

func HistogramObserve(name string, labels string, v float64) int32 {
	return histogramObserve(name, labels, v)
}

func KVGet(key string, buf []byte) int32 {
	return kvGet(key, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func KVPut(key string, value string, ttlMs int64) int32 {
	return kvPut(key, value, ttlMs)
}

func KVDelete(key string) int32 {
	return kvDelete(key)
}

func KVIncrement(key string, delta int64, sum *byte) int32 {
	return kvIncrement(key, delta, unsafe.Pointer(sum))
}

func KVCompareAndSet(key string, old string, next string, ttlMs int64, flags uint32) int32 {
	return kvCompareAndSet(key, old, next, ttlMs, flags)
}

func KVList(prefix string, after string, limit uint32, buf []byte) int32 {
	return kvList(prefix, after, limit, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func JWTVerify(issuer string, token string, buf []byte) int32 {
	return jwtVerify(issuer, token, unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}

func JWTReason(buf []byte) int32 {
	return jwtReason(unsafe.Pointer(unsafe.SliceData(buf)), uint32(len(buf)))
}
