package store

import (
	"strconv"

	"github.com/portico-gateway/portico/hostabi"
)

// sum adds without overflow.
func sum(a, b int64) (int64, error) {
	s := a + b
	if (s > a) != (b > 0) && b != 0 {
		return 0, hostabi.EINVAL
	}
	return s, nil
}

// parse reads a number as Redis does: no sign but a minus, no leading zeros, no
// space.
func parse(value []byte) (int64, error) {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(value) {
		return 0, hostabi.EINVAL
	}
	return n, nil
}
