package store

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// hold keeps the writer in a transaction until release is called.
func hold(t *testing.T, e *Embedded) (release func()) {
	t.Helper()
	begun, end, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- e.update(context.Background(), 0, func(*bolt.Tx) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	return func() {
		close(end)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func transactions(t *testing.T, e *Embedded) int {
	t.Helper()
	id := 0
	if err := e.view(t.Context(), func(tx *bolt.Tx) error { id = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWritersShareAnFsync(t *testing.T) {
	e := openEmbedded(t, t.TempDir(), Options{})
	kv := e.Namespace("a", 0)
	before := transactions(t, e)
	release := hold(t, e)
	const writers = 100
	done := make(chan error, writers)
	for i := range writers {
		go func() { done <- kv.Put(context.Background(), fmt.Sprint(i), nil, 0) }()
	}
	for len(e.ops) < writers {
		time.Sleep(time.Millisecond)
	}
	release()
	for range writers {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if n := transactions(t, e) - before; n != 2 {
		t.Errorf("%d transactions, want that which was held and one for %d writers", n, writers)
	}
}

func TestAWriteThatIsGivenUpBeforeItBeganIsNotDone(t *testing.T) {
	e := openEmbedded(t, t.TempDir(), Options{})
	kv := e.Namespace("a", 0)
	release := hold(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- kv.Put(ctx, "k", []byte("v"), 0) }()
	for len(e.ops) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Put = %v, want that it was cancelled", err)
	}
	release()
	if _, ok, err := kv.Get(t.Context(), "k"); ok || err != nil {
		t.Errorf("Get = %v, %v, want none", ok, err)
	}
}

func TestAnErrorWithinABatchUndoesItAndTheNextIsWritten(t *testing.T) {
	e := openEmbedded(t, t.TempDir(), Options{})
	kv := e.Namespace("a", 0)
	err := e.update(t.Context(), 0, func(tx *bolt.Tx) error {
		if err := tx.Bucket(bucketCounters).Put([]byte("half"), []byte("done")); err != nil {
			return err
		}
		return syscall.ENOSPC
	})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("update = %v, want ENOSPC", err)
	}
	if err := kv.Put(t.Context(), "k", nil, 0); err != nil {
		t.Errorf("Put = %v", err)
	}
	if n, err := e.Counters().Get(t.Context(), "half"); n != 0 || err != nil {
		t.Errorf("what was undone is there: %d, %v", n, err)
	}
}

func TestWhatWaitsWhenTheStoreClosesIsWritten(t *testing.T) {
	dir := t.TempDir()
	e := openEmbedded(t, dir, Options{})
	kv := e.Namespace("a", 0)
	release := hold(t, e)
	done, closed := make(chan error), make(chan error)
	go func() { done <- kv.Put(context.Background(), "k", []byte("v"), 0) }()
	for len(e.ops) == 0 {
		time.Sleep(time.Millisecond)
	}
	go func() { closed <- e.Close() }()
	release()
	if err := <-done; err != nil {
		t.Errorf("Put = %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close = %v", err)
	}
	e = openEmbedded(t, dir, Options{})
	if v, _, err := e.Namespace("a", 0).Get(t.Context(), "k"); string(v) != "v" || err != nil {
		t.Errorf("Get = %q, %v", v, err)
	}
}

func BenchmarkEmbeddedPut(b *testing.B) {
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("%d writers", writers), func(b *testing.B) {
			e, err := OpenEmbedded(b.TempDir(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			kv := e.Namespace("a", -1)
			b.SetParallelism(writers)
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if err := kv.Put(context.Background(), fmt.Sprint(i), make([]byte, 100), 0); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
