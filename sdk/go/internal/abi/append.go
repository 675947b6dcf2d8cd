package abi

import (
	"slices"
	"time"
)

// Append appends what f gives to dst, with a larger buffer if it must. The
// result is dst's new state and the host's answer.
func Append(dst []byte, f func(buf []byte) int32) ([]byte, int32) {
	for {
		free := dst[len(dst):cap(dst)]
		n := f(free)
		if n < 0 {
			return dst, n
		}
		if int(n) <= len(free) {
			return dst[:len(dst)+int(n)], n
		}
		dst = slices.Grow(dst, int(n))
	}
}

// Millis is a time to live as the host takes it: rounded up, so that a short
// one does not become one without end.
func Millis(d time.Duration) int64 {
	if d <= 0 {
		return int64(d)
	}
	return int64((d-1)/time.Millisecond) + 1
}
