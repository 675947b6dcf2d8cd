package config

import (
	"errors"
	"io"
	"strconv"
	"time"
)

// filePath is the path of a file or a directory.
var filePath = checked("a path", func(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	return checkText(s)
})

// minPoll keeps polling a directory from becoming the gateway's main work.
const minPoll = 100 * time.Millisecond

var pollInterval = func() kind[time.Duration] {
	interval := duration(minPoll, time.Hour)
	return kind[time.Duration]{
		name: `"auto" or ` + interval.name,
		doc:  `"auto" or ` + interval.doc,
		show: func(d time.Duration) string {
			if d == 0 {
				return strconv.Quote("auto")
			}
			return interval.show(d)
		},
		decode: func(d *decoder, n *node) (time.Duration, bool) {
			if n.value == "auto" {
				return 0, true
			}
			return interval.decode(d, n)
		},
	}
}()

func readLimited(r io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, MaxFile+1))
}
