package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// errChanged reports a file that changed while it was read.
var errChanged = errors.New("changed while it was read")

// read gives one whole version of a file, which it waits for, and its stamp.
func (r *resting) read(ctx context.Context, path string, limit int64) ([]byte, stamp, error) {
	until := time.Now().Add(maxUnrest)
	for {
		if err := r.settle(ctx, until, path); err != nil {
			return nil, stamp{}, err
		}
		s, yet := r.look(path, time.Now())
		if err := s.check(limit); err != nil {
			return nil, s, err
		}
		if yet > 0 {
			return nil, s, fmt.Errorf("%w after %s", ErrUnrest, maxUnrest)
		}
		b, err := readFile(path, s)
		if !errors.Is(err, errChanged) {
			return b, s, err
		}
		if time.Now().After(until) {
			return nil, s, fmt.Errorf("%w after %s", ErrUnrest, maxUnrest)
		}
		if err := sleep(ctx, r.quiet); err != nil {
			return nil, s, err
		}
	}
}

// readFile reads the version of a file that has that stamp.
func readFile(path string, want stamp) (b []byte, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	same := func() bool {
		fi, err := f.Stat()
		return err == nil && stampOfInfo(fi) == want
	}
	if !same() { // so it is a regular file still, and of allowed size
		return nil, errChanged
	}
	b = make([]byte, want.size+1)
	n, err := io.ReadFull(f, b)
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return nil, cause(err)
	case int64(n) != want.size || !same() || stampOf(path) != want:
		return nil, errChanged
	}
	return b[:n:n], nil
}
