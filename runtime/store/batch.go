package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/portico-gateway/portico/hostabi"
	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	// batchOps and batchBytes bound a transaction: by then the share of the
	// fsync in a write is small, and the pages that it changes still fit into
	// memory.
	batchOps   = 1024
	batchBytes = 8 << 20
)

// op is one write. Its f answers with a hostabi.Code before it has changed
// anything, or changes what it should; any other error undoes the whole batch.
type op struct {
	f    func(tx *bolt.Tx) error
	size int
	done chan error // of one
	// taken is set by who comes first: the writer that begins it or the caller
	// that gives up.
	taken atomic.Bool
	err   error // of f
}

// update runs f in a transaction with the writes of others and returns when it
// is on disk. If ctx ends first and the write had begun, it will be done or not.
// What f and its results are made of is f's until update returns nil or a Code.
func (e *Embedded) update(ctx context.Context, size int, f func(tx *bolt.Tx) error) error {
	ctx, cancel := untilDeadline(ctx)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return err
	}
	o := &op{f: f, size: size, done: make(chan error, 1)}
	select {
	case <-e.closing:
		return ErrClosed
	default:
	}
	select {
	case e.ops <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.stopped:
		return ErrClosed
	}
	select {
	case err := <-o.done:
		return e.named("write", err)
	case <-ctx.Done():
		o.taken.Swap(true)
		return ctx.Err()
	case <-e.stopped:
		select {
		case err := <-o.done:
			return e.named("write", err)
		default:
			return ErrClosed
		}
	}
}

// write does what is asked until the store closes, then what still waits.
func (e *Embedded) write() {
	defer close(e.stopped)
	for {
		select {
		case o := <-e.ops:
			e.commit(e.gather(o))
		case <-e.closing:
			for {
				select {
				case o := <-e.ops:
					e.commit(e.gather(o))
				default:
					return
				}
			}
		}
	}
}

// gather takes what waits. It does not wait for more: what comes while a batch
// is written is the next.
func (e *Embedded) gather(o *op) []*op {
	batch := []*op{o}
	size := o.size
	for len(batch) < batchOps && size < batchBytes {
		select {
		case o := <-e.ops:
			batch = append(batch, o)
			size += o.size
		default:
			return batch
		}
	}
	return batch
}

func (e *Embedded) commit(batch []*op) {
	begun := batch[:0]
	for _, o := range batch {
		if !o.taken.Swap(true) {
			begun = append(begun, o)
		}
	}
	err := e.brokenBy()
	if err == nil && len(begun) > 0 {
		err = e.transact(begun)
	}
	for _, o := range begun {
		if err != nil {
			o.done <- err
		} else {
			o.done <- o.err
		}
	}
}

// transact writes a batch. After an error that leaves in doubt what is on disk
// or in memory, the store takes no further writes.
func (e *Embedded) transact(batch []*op) error {
	var tx *bolt.Tx
	var id int
	err := guard(func() (err error) {
		if tx, err = e.db.Begin(true); err != nil {
			return err
		}
		id = tx.ID()
		if err := e.purge(tx, purgeEach); err != nil {
			return err
		}
		for _, o := range batch {
			o.err = o.f(tx)
			var code hostabi.Code
			if o.err != nil && !errors.As(o.err, &code) && !errors.Is(o.err, ErrCorrupt) {
				return o.err
			}
		}
		return tx.Commit()
	})
	if err == nil {
		return nil
	}
	done := true
	if errors.Is(err, ErrCorrupt) {
		// Undoing would read the whole file, on a goroutine of bbolt's that no
		// recover reaches. Reading needs none of what stays locked.
		e.stuck.Store(true)
	} else if tx != nil {
		undone := tx.Rollback()
		if errors.Is(undone, bolterrors.ErrTxClosed) { // by Commit
			undone = nil
		}
		err = errors.Join(err, undone)
		done = undone != nil || e.visible(id)
	}
	if done {
		err = fmt.Errorf("%w; nothing more is written until the gateway is restarted", err)
		e.broken.Store(&err)
		e.o.Log.Error("the store cannot be written any more", "file", e.path, "error", err)
	}
	return err
}

// visible reports that a transaction whose commit failed can be read
// nevertheless: the page that makes it valid was written, and whether it is on
// disk nobody knows. Until then a commit writes to free pages alone, and what
// failed, for want of room or otherwise, is as if it had not been tried.
func (e *Embedded) visible(id int) bool {
	seen := true
	err := guard(func() error {
		return e.db.View(func(tx *bolt.Tx) error {
			seen = tx.ID() >= id
			return nil
		})
	})
	return err != nil || seen
}
