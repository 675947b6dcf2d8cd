package store

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	bolt "go.etcd.io/bbolt"
)

// namespace is the KV of one name in the file.
type namespace struct {
	e     *Embedded
	name  []byte
	quota int64
}

// Namespace returns the keys of a name, see [Durable].
func (e *Embedded) Namespace(name string, quota int64) hostabi.KV {
	return &namespace{e: e, name: []byte("n:" + name), quota: quotaOf(quota)}
}

// read returns the record of a key that has not expired, and whether there is
// one. Its value is a part of the file.
func (n *namespace) read(tx *bolt.Tx, key []byte) (record, bool, error) {
	b := tx.Bucket(bucketKV).Bucket(n.name)
	if b == nil {
		return record{}, false, nil
	}
	encoded := b.Get(key)
	if encoded == nil {
		return record{}, false, nil
	}
	r, err := decode(key, encoded)
	if err != nil || expired(r.expires, n.e.o.Now()) {
		return record{}, false, err
	}
	return r, true, nil
}

func (n *namespace) Get(ctx context.Context, key string) (value []byte, ok bool, err error) {
	if err := checkKey(key); err != nil {
		return nil, false, err
	}
	err = n.e.view(ctx, func(tx *bolt.Tx) error {
		var r record
		r, ok, err = n.read(tx, []byte(key))
		if ok {
			value = append([]byte{}, r.value...)
		}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return value, ok, nil
}

func (n *namespace) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := checkPut(key, value, ttl); err != nil {
		return err
	}
	k, v := []byte(key), slices.Clone(value) // the caller's may change when ctx ends
	return n.e.update(ctx, len(k)+len(v), func(tx *bolt.Tx) error {
		return n.store(tx, k, record{expiry(n.e.o.Now(), ttl), v})
	})
}

// store puts a record in the place of what there is.
func (n *namespace) store(tx *bolt.Tx, key []byte, r record) error {
	kv, usage := tx.Bucket(bucketKV), tx.Bucket(bucketUsage)
	encoded := r.encode(key)
	grows := func() int64 {
		d := cost(key, encoded)
		if b := kv.Bucket(n.name); b != nil {
			if old := b.Get(key); old != nil {
				d -= cost(key, old)
			}
		}
		return d
	}
	more := grows()
	if n.over(usage, more) {
		if err := n.e.purge(tx, purgeAll); err != nil {
			return err
		}
		if more = grows(); n.over(usage, more) {
			return hostabi.E2BIG
		}
	}
	b, err := kv.CreateBucketIfNotExists(n.name)
	if err != nil {
		return err
	}
	if err := n.unlist(tx, key, b.Get(key)); err != nil {
		return err
	}
	if r.expires != 0 {
		if err := tx.Bucket(bucketExpiry).Put(timed(r.expires, n.name, key), nil); err != nil {
			return err
		}
	}
	if err := b.Put(key, encoded); err != nil {
		return err
	}
	return use(usage, n.name, more)
}

// over reports that a write that grows the namespace is beyond the quota. One
// that does not grow it is allowed under a lowered quota too.
func (n *namespace) over(usage *bolt.Bucket, more int64) bool {
	return n.quota >= 0 && more > 0 && usedBy(usage, n.name)+more > n.quota
}

// unlist removes an entry from the index of expiries.
func (n *namespace) unlist(tx *bolt.Tx, key, encoded []byte) error {
	if encoded == nil {
		return nil
	}
	if r, err := decode(key, encoded); err == nil && r.expires != 0 {
		return tx.Bucket(bucketExpiry).Delete(timed(r.expires, n.name, key))
	}
	return nil // what is corrupt may be replaced; purge finds its index astray
}

func (n *namespace) Delete(ctx context.Context, key string) (existed bool, err error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	k := []byte(key)
	var found bool
	if err := n.e.update(ctx, len(k), func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketKV).Bucket(n.name)
		if b == nil {
			return nil
		}
		encoded := b.Get(k)
		if encoded == nil {
			return nil
		}
		if r, err := decode(k, encoded); err != nil || !expired(r.expires, n.e.o.Now()) {
			found = true
		}
		if err := n.unlist(tx, k, encoded); err != nil {
			return err
		}
		if err := use(tx.Bucket(bucketUsage), n.name, -cost(k, encoded)); err != nil {
			return err
		}
		return b.Delete(k)
	}); err != nil {
		return false, err
	}
	return found, nil
}

func (n *namespace) Increment(ctx context.Context, key string, delta int64) (int64, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	k := []byte(key)
	var next int64
	if err := n.e.update(ctx, len(k), func(tx *bolt.Tx) error {
		r, ok, err := n.read(tx, k)
		if err != nil {
			return err
		}
		next = delta
		if ok {
			now, err := parse(r.value)
			if err != nil {
				return err
			}
			if next, err = sum(now, delta); err != nil {
				return err
			}
		}
		return n.store(tx, k, record{r.expires, strconv.AppendInt(nil, next, 10)})
	}); err != nil {
		return 0, err
	}
	return next, nil
}

func (n *namespace) CompareAndSet(ctx context.Context, key string, old, next []byte, ttl time.Duration) error {
	if err := checkPut(key, next, ttl); err != nil {
		return err
	}
	k, absent, was, v := []byte(key), old == nil, slices.Clone(old), slices.Clone(next)
	return n.e.update(ctx, len(k)+len(was)+len(v), func(tx *bolt.Tx) error {
		r, ok, err := n.read(tx, k)
		if err != nil {
			return err
		}
		if ok == absent || ok && !bytes.Equal(r.value, was) {
			return hostabi.EEXIST
		}
		return n.store(tx, k, record{expiry(n.e.o.Now(), ttl), v})
	})
}

func (n *namespace) List(ctx context.Context, prefix, after string, limit int) (keys []string, err error) {
	limit, err = checkList(prefix, after, limit)
	if err != nil {
		return nil, err
	}
	now := n.e.o.Now()
	err = n.e.view(ctx, func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketKV).Bucket(n.name)
		if b == nil {
			return nil
		}
		c := b.Cursor()
		k, v := c.Seek([]byte(max(prefix, after)))
		for ; k != nil && len(keys) < limit && strings.HasPrefix(string(k), prefix); k, v = c.Next() {
			r, err := decode(k, v)
			if err != nil {
				return err
			}
			if string(k) > after && !expired(r.expires, now) {
				keys = append(keys, string(k))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}
