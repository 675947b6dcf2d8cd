//go:build !wasip1

package abi

// State is the part of a [Host] that stands for capabilities.
type State interface {
	CacheGet(key string, buf []byte) int32
	CachePut(key string, value string, ttlMs int64) int32
	CacheDelete(key string) int32
	ThrottleTake(bucket string, key string, n uint32) int64
	SecretsRead(name string, buf []byte) int32
	SecretsHMAC(name string, hash uint32, data string, buf []byte) int32
	CounterAdd(name string, labels string, v float64) int32
	GaugeSet(name string, labels string, v float64) int32
	HistogramObserve(name string, labels string, v float64) int32
	KVGet(key string, buf []byte) int32
	KVPut(key string, value string, ttlMs int64) int32
	KVDelete(key string) int32
	KVIncrement(key string, delta int64, sum *byte) int32
	KVCompareAndSet(key string, old string, next string, ttlMs int64, flags uint32) int32
	KVList(prefix string, after string, limit uint32, buf []byte) int32
	JWTVerify(issuer string, token string, buf []byte) int32
	JWTReason(buf []byte) int32
}

func CacheGet(key string, buf []byte) int32 {
	return host().CacheGet(key, buf)
}
func CachePut(key string, value string, ttlMs int64) int32 {
	return host().CachePut(key, value, ttlMs)
}
func CacheDelete(key string) int32 {
	return host().CacheDelete(key)
}
func ThrottleTake(bucket string, key string, n uint32) int64 {
	return host().ThrottleTake(bucket, key, n)
}
func SecretsRead(name string, buf []byte) int32 {
	return host().SecretsRead(name, buf)
}
func SecretsHMAC(name string, hash uint32, data string, buf []byte) int32 {
	return host().SecretsHMAC(name, hash, data, buf)
}
func CounterAdd(name string, labels string, v float64) int32 {
	return host().CounterAdd(name, labels, v)
}
func GaugeSet(name string, labels string, v float64) int32 {
	return host().GaugeSet(name, labels, v)
}
func HistogramObserve(name string, labels string, v float64) int32 {
	return host().HistogramObserve(name, labels, v)
}
func KVGet(key string, buf []byte) int32 {
	return host().KVGet(key, buf)
}
func KVPut(key string, value string, ttlMs int64) int32 {
	return host().KVPut(key, value, ttlMs)
}
func KVDelete(key string) int32 {
	return host().KVDelete(key)
}
func KVIncrement(key string, delta int64, sum *byte) int32 {
	return host().KVIncrement(key, delta, sum)
}
func KVCompareAndSet(key string, old string, next string, ttlMs int64, flags uint32) int32 {
	return host().KVCompareAndSet(key, old, next, ttlMs, flags)
}
func KVList(prefix string, after string, limit uint32, buf []byte) int32 {
	return host().KVList(prefix, after, limit, buf)
}
func JWTVerify(issuer string, token string, buf []byte) int32 {
	return host().JWTVerify(issuer, token, buf)
}
func JWTReason(buf []byte) int32 {
	return host().JWTReason(buf)
}
