package throttle

import (
	"errors"
	"fmt"
	"math"
	"time"
)

const (
	// unitsPerNano is the resolution of bucket times: an interval is a whole
	// number of 1/32 ns. At 1,000,000 tokens a second rounding costs at most
	// 0.0032 % of the rate, and 63 bits still reach nine years from a bucket's
	// making.
	unitsPerNano = 32

	unitsPerSecond = unitsPerNano * int64(time.Second)

	// MaxRate is far above what one process can serve, and leaves an interval
	// 32 units for its rounding.
	MaxRate = 1e9

	// MaxFill is the longest time in which a bucket may fill, burst / rate. It
	// keeps sums of times from overflowing.
	MaxFill = 366 * 24 * time.Hour
)

// Never is the wait for tokens that will not be there at any time: more than
// the burst.
const Never time.Duration = math.MaxInt64

// ErrLimit reports a rate and a burst that make no limit.
var ErrLimit = errors.New("no such limit")

// Limit is a rate and a burst. The zero Limit refuses everything.
type Limit struct {
	rate     float64
	burst    int
	interval int64 // units between two tokens
	fill     int64 // units from empty to full: burst * interval
}

// NewLimit returns a limit of rate tokens a second and burst tokens at once.
// The interval between two tokens is rounded up to 1/32 ns. Rate is above 0 and
// at most [MaxRate], burst is not negative and burst / rate at most [MaxFill];
// anything else is [ErrLimit]. A burst of 0 refuses everything, and its rate
// may be 0.
func NewLimit(rate float64, burst int) (Limit, error) {
	if burst == 0 && rate >= 0 && rate <= MaxRate {
		return Limit{rate: rate}, nil
	}
	switch {
	case !(rate > 0 && rate <= MaxRate): // NaN too
		return Limit{}, fmt.Errorf("%w: the rate must be above 0 and at most %g, got %g", ErrLimit, MaxRate, rate)
	case burst < 0:
		return Limit{}, fmt.Errorf("%w: the burst must not be negative, got %d", ErrLimit, burst)
	case float64(burst)/rate > MaxFill.Seconds():
		return Limit{}, fmt.Errorf("%w: a burst of %d takes over a year to fill at %g a second", ErrLimit, burst, rate)
	}
	interval := int64(math.Ceil(float64(unitsPerSecond) / rate))
	return Limit{rate: rate, burst: burst, interval: interval, fill: int64(burst) * interval}, nil
}

// Rate is in tokens a second.
func (l Limit) Rate() float64 { return l.rate }

// Burst is the number of tokens in a full bucket.
func (l Limit) Burst() int { return l.burst }

// take computes the taking of n tokens at now from a bucket that is full at
// full: when it is full then, and 0 or the units to wait. A bucket that lacks
// more than the burst, because the limit was another, is empty.
func (l *Limit) take(full, now int64, n int) (next, wait int64) {
	empty := now + l.fill
	from := min(max(full, now), empty)
	next = from + int64(n)*l.interval
	if next > empty {
		return min(full, empty), next - empty
	}
	return next, 0
}

// holds reports whether n tokens can ever be there.
func (l *Limit) holds(n int) bool { return n >= 0 && n <= l.burst }

// duration rounds units up: a caller that waits for it finds the tokens.
func duration(units int64) time.Duration {
	return time.Duration((units + unitsPerNano - 1) / unitsPerNano)
}

func units(d time.Duration) int64 { return int64(d) * unitsPerNano }
