package authorize

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// CacheBytes bounds the decisions that are remembered, over all authorizers of
// the gateway: about 100,000 simple ones.
const CacheBytes = 32 << 20

// Cache remembers decisions under a hash of their token, in this process only.
// It outlives snapshots: the authorizer's digest and configuration are in the
// key, so that a changed policy is obeyed at once. It is safe for concurrent
// use.
type Cache struct {
	entries *otter.Cache[key, *decision]
}

// key is the hash of everything that a decision depends on.
type key [sha256.Size]byte

// NewCache makes an empty cache.
func NewCache() *Cache {
	return &Cache{otter.Must(&otter.Options[key, *decision]{
		MaximumWeight: CacheBytes,
		Weigher:       func(_ key, d *decision) uint32 { return d.size() },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[key, *decision]) time.Duration {
			return e.Value.ttl
		}),
	})}
}

// Close ends what the cache runs in the background and forgets all decisions.
func (c *Cache) Close() {
	c.entries.InvalidateAll()
	c.entries.StopAllGoroutines()
}

// keyOf hashes the authorizer's identity, the API's stage and the values of
// the identity sources, each with its length.
func (a *Authorizer) keyOf(x *exchange.Exchange, identity []string) key {
	buf := make([]byte, 0, 512) // on the stack for all but huge tokens
	buf = appendString(buf, a.identity)
	buf = appendString(buf, x.API.ID)
	buf = appendString(buf, x.Stage.Name)
	for _, v := range identity {
		buf = appendString(buf, v)
	}
	return sha256.Sum256(buf)
}

func appendString(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}
