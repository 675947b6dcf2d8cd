package engine

import (
	"math"
	"sync"
	"syscall"
)

// keptSpaces is how many spaces without an instance an engine keeps: those of a pool.
const keptSpaces = DefaultInstances

// spaces are the address space that an engine has for the memories of its guests. A
// space without an instance holds no pages and waits for another instance. When there
// are more than keptSpaces, the one that was given back first is unmapped: whoever
// kept a view of it would have to keep it for that long to end the process.
type spaces struct {
	off bool // all memory is on the heap

	mu   sync.Mutex
	free []*space // the one given back first is the first
}

// space is the memory of one instance: pages that it has, and after them pages
// that nobody can touch, up to the maximum.
type space struct {
	all  []byte
	open int // bytes that can be touched
	used int // bytes that the instance has
}

// newSpaces reserves nothing yet. Where the process has a bound to its address
// space, reservations would take from what the heap needs, and a heap that cannot
// grow ends the process.
func newSpaces() *spaces {
	var as syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_AS, &as)
	bounded := err != nil || as.Cur != math.MaxUint64
	return &spaces{off: bounded || math.MaxInt == math.MaxInt32}
}

// take returns a space of that size in which all is zero, or nil where there is none
// to be had.
func (s *spaces) take(size uint64) *space {
	if s.off || size == 0 {
		return nil
	}
	s.mu.Lock()
	for n, x := range s.free {
		if uint64(len(x.all)) == size {
			s.free = append(s.free[:n], s.free[n+1:]...)
			s.mu.Unlock()
			return x
		}
	}
	s.mu.Unlock()
	// What cannot be touched is not counted against what the system has.
	const flags = syscall.MAP_PRIVATE | syscall.MAP_ANON | syscall.MAP_NORESERVE
	all, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_NONE, flags)
	if err != nil {
		return nil
	}
	// A huge page has 2 MiB, of which many a guest uses 64 KiB. A kernel without
	// them says that it does not know them.
	_ = syscall.Madvise(all, syscall.MADV_NOHUGEPAGE)
	return &space{all: all}
}

// grow returns the first bytes, or nil where the system has no more memory.
func (x *space) grow(size uint64) []byte {
	if size > uint64(len(x.all)) {
		return nil
	}
	n := int(size)
	if n > x.open {
		if err := syscall.Mprotect(x.all[x.open:n], syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			return nil
		}
		x.open = n
	}
	x.used = max(x.used, n)
	return x.all[:n:n]
}

// put gives a space back.
func (s *spaces) put(x *space) {
	if x.used > 0 && syscall.Madvise(x.all[:x.used], syscall.MADV_DONTNEED) != nil {
		clear(x.all[:x.used]) // pages that are locked stay
	}
	x.used = 0
	s.mu.Lock()
	s.free = append(s.free, x)
	var surplus *space
	if len(s.free) > keptSpaces {
		surplus = s.free[0]
		s.free = append(s.free[:0], s.free[1:]...)
	}
	s.mu.Unlock()
	if surplus != nil {
		surplus.unmap()
	}
}

// close unmaps what is left when no instance is.
func (s *spaces) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.free {
		x.unmap()
	}
	s.free = nil
}

func (x *space) unmap() {
	// The kernel joins neighbours to one mapping. Where it would have to split it and
	// the process has as many as it may, the range stays, without pages.
	_ = syscall.Munmap(x.all)
}
