package capability

import (
	"strings"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/portico-gateway/portico/hostabi"
)

// cache is bounded in bytes and evicts by W-TinyLFU: what one request reads once
// does not push out what many read.
type cache struct {
	entries *otter.Cache[string, *entry]
}

var _ hostabi.Cache = (*cache)(nil)

type entry struct {
	value []byte
	ttl   time.Duration
}

// entryOverhead is what an entry costs beside its key and value: measured, with
// keys of 20 bytes.
const entryOverhead = 160

func weight(key string, e *entry) uint32 {
	return uint32(len(key) + len(e.value) + entryOverhead)
}

func newCache(size int64, now func() time.Time) *cache {
	var c otter.Clock
	if now != nil {
		c = clock{now}
	}
	return &cache{otter.Must(&otter.Options[string, *entry]{
		Clock:         c,
		MaximumWeight: uint64(size),
		Weigher:       weight,
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, *entry]) time.Duration {
			if e.Value.ttl == 0 {
				return hostabi.MaxTTL // until it is evicted
			}
			return e.Value.ttl
		}),
	})}
}

// clock is somebody's clock for otter. It does not tick: what has expired is
// not found, and removed when it is asked for.
type clock struct{ now func() time.Time }

func (c clock) NowNano() int64                      { return c.now().UnixNano() }
func (c clock) Tick(time.Duration) <-chan time.Time { return nil }

func (c *cache) Get(key string) ([]byte, bool) {
	e, ok := c.entries.GetIfPresent(key)
	if !ok {
		return nil, false
	}
	return e.value, true
}

func (c *cache) Put(key string, value []byte, ttl time.Duration) error {
	e := &entry{append([]byte{}, value...), ttl}
	if uint64(weight(key, e)) > c.entries.GetMaximum() {
		return hostabi.E2BIG
	}
	c.entries.Set(strings.Clone(key), e)
	return nil
}

func (c *cache) Delete(key string) bool {
	_, ok := c.entries.Invalidate(key)
	return ok
}

// close ends the goroutine that removes what has expired.
func (c *cache) close() {
	c.entries.InvalidateAll()
	c.entries.StopAllGoroutines()
}
