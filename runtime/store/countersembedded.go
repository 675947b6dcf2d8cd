package store

import (
	"context"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// embeddedCounters keeps counters in the file.
type embeddedCounters struct{ e *Embedded }

// sumOf is what is stored of a counter, 0 when its time is over.
func (b embeddedCounters) sumOf(tx *bolt.Tx, key []byte) (sum, expires int64, err error) {
	encoded := tx.Bucket(bucketCounters).Get(key)
	if encoded == nil {
		return 0, 0, nil
	}
	r, err := decode(key, encoded)
	if err != nil || expired(r.expires, b.e.o.Now()) {
		return 0, 0, err
	}
	sum, err = parse(r.value)
	return sum, r.expires, err
}

func (b embeddedCounters) load(ctx context.Context, key string) (stored, expires int64, err error) {
	err = b.e.view(ctx, func(tx *bolt.Tx) error {
		stored, expires, err = b.sumOf(tx, []byte(key))
		return err
	})
	return stored, expires, err
}

// add leaves out a counter that is damaged in the file, so that the others are
// stored.
func (b embeddedCounters) add(ctx context.Context, changes []tally) error {
	sums := make([]int64, len(changes))
	err := b.e.update(ctx, 64*len(changes), func(tx *bolt.Tx) error {
		for i, c := range changes {
			key := []byte(c.key)
			stored, _, err := b.sumOf(tx, key)
			if err == nil {
				sums[i], err = sum(stored, c.delta)
			}
			if err != nil {
				b.e.o.Log.Error("a counter cannot be stored", "counter", c.key, "error", err)
				sums[i] = c.delta
				continue
			}
			if err := b.put(tx, key, sums[i], c.expires); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range changes {
		changes[i].sum = sums[i]
	}
	return nil
}

// put stores a counter and lists its expiry as that of a namespace's key.
func (b embeddedCounters) put(tx *bolt.Tx, key []byte, sum, expires int64) error {
	counters := tx.Bucket(bucketCounters)
	index := tx.Bucket(bucketExpiry)
	if old := counters.Get(key); old != nil {
		if r, err := decode(key, old); err == nil && r.expires != 0 && r.expires != expires {
			if err := index.Delete(timed(r.expires, counterNamespace, key)); err != nil {
				return err
			}
		}
	}
	if expires != 0 {
		if err := index.Put(timed(expires, counterNamespace, key), nil); err != nil {
			return err
		}
	}
	r := record{expires, strconv.AppendInt(nil, sum, 10)}
	return counters.Put(key, r.encode(key))
}

// counterNamespace stands for the counters in the index of expiries. Those of
// kv begin with "n:".
var counterNamespace = []byte("counters")
