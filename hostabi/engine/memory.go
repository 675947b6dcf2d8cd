package engine

import (
	"context"

	"github.com/tetratelabs/wazero/experimental"
)

// linear is the linear memory of one instance. wazero would keep it on Go's heap,
// copy all of it each time that it grows and leave the old one to the collector,
// which takes what guests have for what the gateway has alive and lets as much
// garbage be made. Here it is address space that is reserved to its maximum and
// grows in place. Where that cannot be had, it is on the heap.
type linear struct {
	spaces *spaces
	space  *space // nil without one
	heap   []byte // in place of a space
	bytes  []byte // what the guest has of either
}

// provide gives ctx to wazero for the making of one instance.
func (l *linear) provide() context.Context {
	return experimental.WithMemoryAllocator(context.Background(), l)
}

// Allocate is asked once: a guest has one memory at most.
func (l *linear) Allocate(_, most uint64) experimental.LinearMemory {
	l.space = l.spaces.take(most)
	return l
}

// Reallocate returns nil where the system has no more memory: then memory.grow
// fails in the guest, and an instance that gets none at all is not made.
func (l *linear) Reallocate(size uint64) []byte {
	b := l.resize(size)
	if b != nil {
		l.bytes = b
	}
	return b
}

func (l *linear) resize(size uint64) []byte {
	if l.space != nil {
		return l.space.grow(size)
	}
	if size > uint64(cap(l.heap)) {
		l.heap = append(l.heap, make([]byte, size-uint64(len(l.heap)))...)
	}
	l.heap = l.heap[:size]
	return l.heap
}

// Free does nothing. wazero frees when it closes a module, which in WatchContext
// can be in the middle of a call, and not at all when a module fails to start.
// See release.
func (l *linear) Free() {}

// release gives the memory back. No call is under way, and none follows.
func (l *linear) release() {
	if l.space != nil {
		l.spaces.put(l.space)
	}
	l.space, l.heap, l.bytes = nil, nil, nil
}
