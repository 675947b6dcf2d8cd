package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-gateway/portico/hostabi"
	bolt "go.etcd.io/bbolt"
)

// Options of a store. The zero value is useful.
type Options struct {
	// Log gets what goes wrong beside a call; nil discards it.
	Log *slog.Logger
	// Now is the clock of expiries in an Embedded store, nil means time.Now.
	// Redis uses its own.
	Now func() time.Time
}

func (o Options) defaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Embedded is a store in a data directory of one process.
type Embedded struct {
	o        Options
	path     string
	db       *bolt.DB
	counters *counters

	broken atomic.Pointer[error] // why nothing can be written any more
	stuck  atomic.Bool           // a transaction was left open, so db cannot be closed
	held   sync.RWMutex          // read-locked by what uses db, against Close
	closed bool                  // guarded by held

	ops     chan *op
	closing chan struct{}
	stopped chan struct{}
	once    sync.Once
	failure error // of Close
}

var _ Store = (*Embedded)(nil)

// OpenEmbedded opens the store in a directory, which it makes if there is none.
// All of a store that exists is read first: one that is damaged is not opened,
// and not changed. Errors name the file; [ErrCorrupt], [ErrNewer] and
// [ErrInUse] tell what it is.
func OpenEmbedded(directory string, o Options) (*Embedded, error) {
	e := &Embedded{o: o.defaults(), ops: make(chan *op, batchOps), closing: make(chan struct{}), stopped: make(chan struct{})}
	db, path, err := open(directory)
	if err != nil {
		return nil, err
	}
	e.db, e.path = db, path
	e.counters = newCounters(embeddedCounters{e}, e.o)
	go e.write()
	return e, nil
}

// Close writes what is pending and closes the file.
func (e *Embedded) Close() error {
	e.once.Do(func() {
		failed := e.counters.close()
		close(e.closing)
		<-e.stopped
		e.held.Lock()
		defer e.held.Unlock()
		e.closed = true
		var err error
		if !e.stuck.Load() {
			err = e.db.Close()
		}
		if err = cmp.Or(failed, err); err != nil {
			e.failure = fmt.Errorf("close store %s: %w", e.path, err)
		}
	})
	return e.failure
}

// Counters returns the counters of the store.
func (e *Embedded) Counters() Counters { return e.counters }

// view runs f in a transaction that reads.
func (e *Embedded) view(ctx context.Context, f func(tx *bolt.Tx) error) error {
	ctx, cancel := untilDeadline(ctx)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return err
	}
	e.held.RLock()
	defer e.held.RUnlock()
	if e.closed {
		return ErrClosed
	}
	return e.named("read", guard(func() error { return e.db.View(f) }))
}

func (e *Embedded) brokenBy() error {
	if err := e.broken.Load(); err != nil {
		return *err
	}
	return nil
}

// named adds the file to what is not an answer for the caller.
func (e *Embedded) named(doing string, err error) error {
	var code hostabi.Code
	if err == nil || errors.As(err, &code) {
		return err
	}
	return fmt.Errorf("%s store %s: %w", doing, e.path, err)
}
