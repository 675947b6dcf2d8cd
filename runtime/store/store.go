package store

import (
	"context"
	"errors"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// Schema is the version of what a store holds. A store with a newer one is not
// opened.
const Schema = 1

var (
	// ErrNewer reports a store that a newer version of the gateway has written.
	ErrNewer = errors.New("the store was written by a newer version of Portico")

	// ErrCorrupt reports that a store does not hold what was written to it.
	// Nothing of it is changed then.
	ErrCorrupt = errors.New("the store is corrupt")

	// ErrInUse reports that another process has the data directory.
	ErrInUse = errors.New("another process uses the store")

	// ErrClosed reports the use of a store after Close.
	ErrClosed = errors.New("the store is closed")
)

// DefaultQuota bounds a namespace for which no other quota is set.
const DefaultQuota = 64 << 20

// entryCost is what an entry counts beside its key and value, so that a quota
// bounds very small entries too.
const entryCost = 64

// Store is what both kinds of store are.
type Store interface {
	Durable
	Counters() Counters
}

// Durable gives out namespaces of keys.
type Durable interface {
	// Namespace returns the keys of a name, those that it has had before. Quota
	// bounds their bytes, 64 more for each entry; 0 means DefaultQuota, and a
	// negative one none. What is there beyond a lowered quota stays.
	//
	// An error that is not a [hostabi.Code] says that the store could not do
	// it; a write may have been done nevertheless if that is a context's error
	// or one of the network.
	Namespace(name string, quota int64) hostabi.KV
	// Close ends the store and its counters after writing what is pending.
	Close() error
}

// Counters are numbers of which at most the last second is lost when the
// process is killed. They are added up in the process, so gateways that share
// them see each other's additions a second late at most.
type Counters interface {
	// Add adds delta and returns the sum. The counter is 0 again from expire
	// on, which the last Add decides; the zero time means never. EINVAL: the
	// sum is beyond 64 bits, or the key has not 1 to hostabi.MaxKey bytes. With
	// another error the sum is that of this process if it is not 0, and what
	// was added lately is not stored yet.
	Add(ctx context.Context, key string, delta int64, expire time.Time) (int64, error)
	// Get returns the sum, 0 when there is none.
	Get(ctx context.Context, key string) (int64, error)
}

// untilDeadline makes a context that is done at ctx's deadline, which the Done
// of a plugin's call need not be.
func untilDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if d, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, d)
	}
	return ctx, func() {}
}

func checkKey(key string) error {
	switch {
	case key == "":
		return hostabi.EINVAL
	case len(key) > hostabi.MaxKey:
		return hostabi.E2BIG
	}
	return nil
}

func checkPut(key string, value []byte, ttl time.Duration) error {
	switch err := checkKey(key); {
	case err != nil:
		return err
	case len(value) > hostabi.MaxValue:
		return hostabi.E2BIG
	case ttl < 0 || ttl > hostabi.MaxTTL:
		return hostabi.EINVAL
	}
	return nil
}

// checkList returns the limit that holds. A prefix or an after that is longer
// than a key is an error, as a key is.
func checkList(prefix, after string, limit int) (int, error) {
	switch {
	case limit < 1:
		return 0, hostabi.EINVAL
	case len(prefix) > hostabi.MaxKey || len(after) > hostabi.MaxKey:
		return 0, hostabi.E2BIG
	}
	return min(limit, hostabi.MaxList), nil
}

func quotaOf(quota int64) int64 {
	if quota == 0 {
		return DefaultQuota
	}
	return quota
}

// expiry is the time of a ttl in ms, 0 for none. It is rounded up: nothing goes
// before its time.
func expiry(now time.Time, ttl time.Duration) int64 {
	if ttl == 0 {
		return 0
	}
	return (now.Add(ttl).UnixNano() + int64(time.Millisecond) - 1) / int64(time.Millisecond)
}

func expired(at int64, now time.Time) bool { return at != 0 && now.UnixMilli() >= at }
