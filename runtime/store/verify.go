package store

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// verify reads everything and checks what can be checked. The expiries that
// point nowhere are not an error: purge drops them.
func verify(tx *bolt.Tx) error {
	if err := checkSchema(tx); err != nil {
		return err
	}
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("%w: it has no bucket %q", ErrCorrupt, name)
		}
	}
	usage := tx.Bucket(bucketUsage)
	err := walk(tx.Bucket(bucketKV), func(ns, value []byte) error {
		b := tx.Bucket(bucketKV).Bucket(ns)
		if value != nil || b == nil {
			return fmt.Errorf("%w: %q is no namespace", ErrCorrupt, ns)
		}
		used, err := verifyNamespace(b)
		if err == nil && used != usedBy(usage, ns) {
			err = fmt.Errorf("%w: namespace %q holds %d bytes and should hold %d", ErrCorrupt, ns, used, usedBy(usage, ns))
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := walk(tx.Bucket(bucketExpiry), func(k, _ []byte) error {
		_, _, _, err := untimed(k)
		return err
	}); err != nil {
		return err
	}
	return walk(tx.Bucket(bucketCounters), func(k, v []byte) error {
		_, err := decode(k, v)
		return err
	})
}

func verifyNamespace(b *bolt.Bucket) (used int64, err error) {
	err = walk(b, func(k, v []byte) error {
		_, err := decode(k, v)
		used += cost(k, v)
		return err
	})
	return used, err
}

// walk is ForEach that notices keys out of order.
func walk(b *bolt.Bucket, f func(k, v []byte) error) error {
	var last []byte
	return b.ForEach(func(k, v []byte) error {
		if last != nil && bytes.Compare(last, k) >= 0 {
			return fmt.Errorf("%w: key %q comes after %q", ErrCorrupt, k, last)
		}
		last = k
		return f(k, v)
	})
}

// cost is what an entry counts against its namespace's quota.
func cost(key, encoded []byte) int64 { return int64(len(key)+len(encoded)-recordHead) + entryCost }

func usedBy(usage *bolt.Bucket, ns []byte) int64 {
	if v := usage.Get(ns); len(v) == 8 {
		return int64(binary.BigEndian.Uint64(v))
	}
	return 0
}

func use(usage *bolt.Bucket, ns []byte, delta int64) error {
	return usage.Put(ns, binary.BigEndian.AppendUint64(nil, uint64(usedBy(usage, ns)+delta)))
}
