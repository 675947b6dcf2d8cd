package hostabi

import (
	"context"
	"time"
)

// Capability names what the operator may grant to a plugin beyond computing
// and logging.
type Capability uint8

const (
	CapabilityCache Capability = iota
	CapabilityThrottle
	CapabilitySecrets
	CapabilityMetrics
	CapabilityKV
	CapabilityHTTP
	CapabilityJWT
	capabilities
)

// CapabilityCount is the number of capabilities.
const CapabilityCount = int(capabilities)

var capabilityNames = [CapabilityCount]string{"cache", "throttle", "secrets", "metrics", "kv", "http", "jwt"}

func (c Capability) String() string {
	if int(c) < len(capabilityNames) {
		return capabilityNames[c]
	}
	return "unknown"
}

// Module is the import module of the capability.
func (c Capability) Module() string { return "portico_" + c.String() + "_v1" }

// Capabilities is what one plugin was granted; nil members were not.
//
// Their implementations are safe for concurrent use. Keys, names and values
// that they get are views of the guest's memory, valid until the method
// returns: what is kept is copied. Errors are of type [Code]; others are logged
// and become EIO, or EABORT if they are the context's.
type Capabilities struct {
	Cache    Cache
	Throttle Throttle
	Secrets  Secrets
	Metrics  Metrics
	KV       KV
	HTTP     HTTP
	JWT      JWT
}

// Has reports whether a capability was granted.
func (c *Capabilities) Has(n Capability) bool {
	switch n {
	case CapabilityCache:
		return c.Cache != nil
	case CapabilityThrottle:
		return c.Throttle != nil
	case CapabilitySecrets:
		return c.Secrets != nil
	case CapabilityMetrics:
		return c.Metrics != nil
	case CapabilityKV:
		return c.KV != nil
	case CapabilityHTTP:
		return c.HTTP != nil
	case CapabilityJWT:
		return c.JWT != nil
	}
	return false
}

// Limits of capabilities, of one function call.
const (
	// MaxKey bounds a key of cache, throttle and kv in bytes: it holds a hash,
	// a URL of usual length, or a path of some segments.
	MaxKey = 512
	// MaxValue bounds a value of cache and kv, and the data of an HMAC.
	MaxValue = 1 << 20
	// MaxTTL bounds a time to live. What is to stay longer has none.
	MaxTTL = 10 * 365 * 24 * time.Hour
	// MaxList bounds the keys of one List.
	MaxList = 1000
	// MaxLabel bounds the value of a label: an id or a word, no text.
	MaxLabel = 128
	// MaxLabelBytes bounds the labels of one call, encoded.
	MaxLabelBytes = 4 << 10
)

// Cache is volatile and bounded in bytes: anything in it may be gone at any
// time.
type Cache interface {
	// Get returns a value, which the caller must not change.
	Get(key string) (value []byte, ok bool)
	// Put stores a copy of value; ttl 0 keeps it until it is evicted. E2BIG:
	// the cache is too small for it, whatever it evicted.
	Put(key string, value []byte, ttl time.Duration) error
	// Delete reports whether there was something.
	Delete(key string) bool
}

// Throttle has named buckets whose rates the operator sets, one for each key.
type Throttle interface {
	// Take removes n tokens of the key's bucket. wait is 0 when it did, else
	// the time until they will be there; nothing is taken then. ENOENT: no such
	// bucket; EINVAL: n is not 1 to the bucket's burst. It heeds ctx's
	// Deadline: its Done channel may stay open beyond it.
	Take(ctx context.Context, bucket, key string, n int) (wait time.Duration, err error)
}

// Secrets are values that the operator granted by name.
type Secrets interface {
	// Read returns a value, which the caller must not change. ENOENT: not
	// granted; EPERM: granted for use alone.
	Read(name string) ([]byte, error)
	// HMAC computes the code of RFC 2104 with the secret as key.
	HMAC(name string, h Hash, data []byte) ([]byte, error)
	// Redact returns text with the values of all secrets that were granted
	// replaced, text itself if there are none in it.
	Redact(text []byte) []byte
	// Begun returns how many bytes at the end of a text that goes on begin a
	// value and are not all of it: they are to be redacted with what follows.
	Begun(text []byte) int
}

// Hash is a hash function by its number in the ABI.
type Hash uint8

const (
	HashSHA1   Hash = 1 // for peers that have nothing newer
	HashSHA256 Hash = 2
	HashSHA512 Hash = 3
)

// Metrics counts what the operator declared. A label that is left out is empty.
// ENOENT: no such metric. EINVAL: it is of another type, a label was not declared
// or comes twice or is not UTF-8, or the value is not finite. E2BIG: a label is
// longer than MaxLabel, or the metric has too many series.
type Metrics interface {
	// Add adds v, which is not negative, to a counter.
	Add(name string, labels []Field, v float64) error
	// Set sets a gauge.
	Set(name string, labels []Field, v float64) error
	// Observe puts v into a histogram.
	Observe(name string, labels []Field, v float64) error
}

// KV is durable: what was acknowledged survives kill -9. Keys have 1 to MaxKey
// bytes, values at most MaxValue. A ttl of 0 keeps a value for ever. E2BIG: the
// namespace's quota is used up.
type KV interface {
	Get(ctx context.Context, key string) (value []byte, ok bool, err error)
	Put(ctx context.Context, key string, value []byte, ttl time.Duration) error
	Delete(ctx context.Context, key string) (existed bool, err error)
	// Increment adds delta to a value that is decimal text, 0 when it is
	// absent, and returns the sum. It keeps the value's time to live. EINVAL:
	// the value is no such text, or the sum is beyond 64 bits.
	Increment(ctx context.Context, key string, delta int64) (int64, error)
	// CompareAndSet puts next if the value is old; a nil old means that there
	// must be none. EEXIST: it is another.
	CompareAndSet(ctx context.Context, key string, old, next []byte, ttl time.Duration) error
	// List returns at most limit keys with the prefix that are greater than
	// after, in the order of their bytes.
	List(ctx context.Context, prefix, after string, limit int) (keys []string, err error)
}
