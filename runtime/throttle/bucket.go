package throttle

import (
	"sync/atomic"
	"time"
)

// Bucket is a token bucket, full when it is made. It is safe for concurrent use
// and has no lock.
type Bucket struct {
	limit atomic.Pointer[Limit]
	made  time.Time
	full  atomic.Int64 // units since made, at which it is full
}

// NewBucket returns a full bucket.
func NewBucket(l Limit) *Bucket {
	b := &Bucket{made: time.Now()}
	b.limit.Store(&l)
	return b
}

// SetLimit changes the limit. What the bucket lacks stays lacking, counted in
// the time that it would have taken to fill; if that is longer than the new
// burst takes at the new rate, the next take finds it empty.
func (b *Bucket) SetLimit(l Limit) { b.limit.Store(&l) }

// Take removes n tokens if the bucket holds them. Otherwise it removes none
// and wait is the time until they will be there, [Never] if n is more than the
// burst or negative.
//
// Take is safe for concurrent use. See API Gateway Developer Guide,
// "Throttle requests to your REST APIs".
func (b *Bucket) Take(n int) (wait time.Duration, ok bool) {
	l := b.limit.Load()
	if !l.holds(n) {
		return Never, false
	}
	now := units(time.Since(b.made))
	for {
		full := b.full.Load()
		next, wait := l.take(full, now, n)
		if next == full || b.full.CompareAndSwap(full, next) {
			return duration(wait), wait == 0
		}
	}
}
