package plugin

import (
	"context"
	"maps"
	"time"
)

// resting knows since when files have not changed. It is not safe for
// concurrent use.
type resting struct {
	quiet time.Duration
	seen  map[string]observed
}

// observed is the stamp of a file and when it was first seen.
type observed struct {
	stamp
	since time.Time
}

func newResting(quiet time.Duration) *resting {
	return &resting{quiet: quiet, seen: map[string]observed{}}
}

// look looks at a file and returns how long it is yet to rest. What cannot be
// read rests already: there is nothing to wait for.
func (r *resting) look(path string, now time.Time) (s stamp, yet time.Duration) {
	s = stampOf(path)
	o, ok := r.seen[path]
	if !ok || o.stamp != s {
		o = observed{s, now}
		r.seen[path] = o
	}
	if s.missing || s.err != "" || !s.mode.IsRegular() {
		return s, 0
	}
	return s, r.quiet - max(s.age(now), now.Sub(o.since))
}

// forget drops what is known of the paths that gone names.
func (r *resting) forget(gone func(path string) bool) {
	maps.DeleteFunc(r.seen, func(path string, _ observed) bool { return gone(path) })
}

// settle waits until all files rest, at the longest until the given time; who
// reads one afterwards finds out which does not.
func (r *resting) settle(ctx context.Context, until time.Time, paths ...string) error {
	for {
		now := time.Now()
		var wait time.Duration
		for _, p := range paths {
			_, yet := r.look(p, now)
			wait = max(wait, yet)
		}
		if wait <= 0 || now.After(until) {
			return nil
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
