package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

const (
	// flushEvery leaves three quarters of the second that counters may lose for
	// a slow disk or network.
	flushEvery = 250 * time.Millisecond
	// flushTimeout bounds one flush.
	flushTimeout = 5 * time.Second
	// flushMost bounds the counters of one write to the backend.
	flushMost = 4096
)

// tally is a change of a counter that is to be stored.
type tally struct {
	key     string
	delta   int64
	expires int64 // ms of Unix time, 0 for never
	sum     int64 // filled in by the backend
	turn    int
}

// counterBackend stores counters.
type counterBackend interface {
	load(ctx context.Context, key string) (sum, expires int64, err error)
	// add adds all or none, as far as it can tell.
	add(ctx context.Context, changes []tally) error
}

// counters adds up in memory and stores now and then.
type counters struct {
	backend counterBackend
	o       Options

	mu   sync.Mutex // guards keys and late
	keys map[string]*counter
	late error // why the last flush stored nothing

	stop    chan struct{}
	stopped chan struct{}
}

type counter struct {
	known atomic.Bool // it was loaded

	mu      sync.Mutex // guards what follows
	gone    bool       // it is no longer among the keys
	turn    int        // how often its time was over
	sum     int64      // with pending
	pending int64
	expires int64
	dirty   bool
	used    bool // since the last flush
}

func newCounters(b counterBackend, o Options) *counters {
	c := &counters{backend: b, o: o, keys: map[string]*counter{}, stop: make(chan struct{}), stopped: make(chan struct{})}
	go c.run()
	return c
}

func (c *counters) run() {
	defer close(c.stopped)
	t := time.NewTicker(flushEvery)
	defer t.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-t.C:
			c.flush()
		}
	}
}

// close stores what is pending.
func (c *counters) close() error {
	close(c.stop)
	<-c.stopped
	return c.flush()
}

// counter returns a key's counter with its lock held.
func (c *counters) counter(key string) *counter {
	for {
		c.mu.Lock()
		k := c.keys[key]
		if k == nil {
			k = &counter{}
			c.keys[strings.Clone(key)] = k
		}
		c.mu.Unlock()
		k.mu.Lock()
		if !k.gone {
			return k
		}
		k.mu.Unlock()
	}
}

// current loads a counter that is not known and empties one whose time is over.
func (c *counters) current(ctx context.Context, key string, k *counter) error {
	if !k.known.Load() {
		ctx, cancel := untilDeadline(ctx)
		defer cancel()
		var err error
		if k.sum, k.expires, err = c.backend.load(ctx, key); err != nil {
			c.drop(key, k)
			return err
		}
		k.known.Store(true)
	}
	if expired(k.expires, c.o.Now()) {
		k.sum, k.pending, k.expires, k.dirty = 0, 0, 0, false
		k.turn++
	}
	k.used = true
	return nil
}

func (c *counters) Add(ctx context.Context, key string, delta int64, expire time.Time) (int64, error) {
	if checkKey(key) != nil {
		return 0, hostabi.EINVAL
	}
	k := c.counter(key)
	defer k.mu.Unlock()
	if err := c.current(ctx, key, k); err != nil {
		return 0, err
	}
	next, err := sum(k.sum, delta)
	if err != nil {
		return 0, err
	}
	pending, err := sum(k.pending, delta)
	if err != nil {
		return 0, err
	}
	k.sum, k.pending, k.dirty, k.expires = next, pending, true, 0
	if !expire.IsZero() {
		k.expires = max(expire.UnixMilli(), 1)
	}
	return k.sum, c.behind()
}

func (c *counters) Get(ctx context.Context, key string) (int64, error) {
	if checkKey(key) != nil {
		return 0, hostabi.EINVAL
	}
	k := c.counter(key)
	defer k.mu.Unlock()
	if err := c.current(ctx, key, k); err != nil {
		return 0, err
	}
	return k.sum, nil
}

// behind is the error of an addition whose forerunners are not stored.
func (c *counters) behind() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.late
}

// flush stores what changed and forgets what was not used since the last time.
func (c *counters) flush() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	var changes []tally
	var of []*counter
	var failed error
	c.mu.Lock()
	all := make(map[string]*counter, len(c.keys))
	for key, k := range c.keys {
		all[key] = k
	}
	c.mu.Unlock()
	for key, k := range all {
		if t, ok := c.collect(key, k); ok {
			changes, of = append(changes, t), append(of, k)
		}
		if len(changes) == flushMost {
			failed = errors.Join(failed, c.put(ctx, changes, of))
			changes, of = nil, nil
		}
	}
	if len(changes) > 0 {
		failed = errors.Join(failed, c.put(ctx, changes, of))
	}
	c.mu.Lock()
	before := c.late
	if c.late = failed; failed != nil {
		c.late = fmt.Errorf("counters of the last second are not stored: %w", failed)
	}
	c.mu.Unlock()
	if (before == nil) != (failed == nil) {
		c.o.Log.Warn("the storing of counters has changed", "error", failed)
	}
	return failed
}

// collect takes the change of a counter, or forgets one that rests.
func (c *counters) collect(key string, k *counter) (tally, bool) {
	if !k.known.Load() { // its load holds the lock, and nothing is pending
		return tally{}, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.dirty {
		if !k.used {
			c.drop(key, k)
		}
		k.used = false
		return tally{}, false
	}
	t := tally{key: key, delta: k.pending, expires: k.expires, turn: k.turn}
	k.pending, k.dirty, k.used = 0, false, false
	return t, true
}

// drop forgets a counter whose lock is held.
func (c *counters) drop(key string, k *counter) {
	k.gone = true
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.keys, key)
}

// put stores changes, or takes them back. Meanwhile additions go on.
func (c *counters) put(ctx context.Context, changes []tally, of []*counter) error {
	err := c.backend.add(ctx, changes)
	for i, k := range of {
		k.mu.Lock()
		switch {
		case k.turn != changes[i].turn: // its time was over meanwhile
		case err != nil:
			k.pending += changes[i].delta
			k.dirty = true
		default:
			k.sum = changes[i].sum + k.pending
		}
		k.mu.Unlock()
	}
	return err
}
