package store

import (
	"bytes"
	"math"
	"slices"

	bolt "go.etcd.io/bbolt"
)

const (
	// purgeEach is how many expired entries each batch of writes drops, more
	// than it can add in most loads, and little beside its fsync.
	purgeEach = 256
	purgeAll  = math.MaxInt
)

// purge drops entries that have expired, the oldest first.
func (e *Embedded) purge(tx *bolt.Tx, most int) error {
	now := e.o.Now()
	c := tx.Bucket(bucketExpiry).Cursor()
	var due [][]byte // the cursor does not bear deletes elsewhere
	for k, _ := c.First(); k != nil && len(due) < most; k, _ = c.Next() {
		at, _, _, err := untimed(k)
		if err != nil {
			return err
		}
		if !expired(at, now) {
			break
		}
		due = append(due, slices.Clone(k))
	}
	for _, k := range due {
		at, ns, key, err := untimed(k)
		if err != nil {
			return err
		}
		if err := tx.Bucket(bucketExpiry).Delete(k); err != nil {
			return err
		}
		counter := bytes.Equal(ns, counterNamespace)
		b := tx.Bucket(bucketCounters)
		if !counter {
			b = tx.Bucket(bucketKV).Bucket(ns)
		}
		if b == nil {
			continue
		}
		encoded := b.Get(key)
		if r, err := decode(key, encoded); err != nil || r.expires != at {
			continue // gone, or put again
		}
		if err := b.Delete(key); err != nil {
			return err
		}
		if counter {
			continue
		}
		if err := use(tx.Bucket(bucketUsage), ns, -cost(key, encoded)); err != nil {
			return err
		}
	}
	return nil
}
