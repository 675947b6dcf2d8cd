package engine

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"
)

// newSpaced is newEngine, where guests' memory can be reserved.
func newSpaced(t *testing.T) *Engine {
	t.Helper()
	e := newEngine(t, Options{})
	if e.spaces.off {
		if os.Getenv("CI") != "" {
			t.Fatal("this process has a bound to its address space")
		}
		t.Skip("this process has a bound to its address space")
	}
	return e
}

// TestGuestMemoryIsNotOnTheHeap grows a guest's memory to 32 MiB, 1 MiB at a time.
func TestGuestMemoryIsNotOnTheHeap(t *testing.T) {
	p := newPool(t, compileGuest(t, newSpaced(t), guest(t, "bombs"), Limits{}), PoolOptions{})
	before := heap()
	i := get(t, p)
	if _, err := call(t, i, "memory_bomb"); err != nil {
		t.Fatal(err)
	}
	if made, most := heap()-before, int64(1<<20); made > most {
		t.Errorf("a guest with %d MiB of memory made %d KiB of heap, at most %d", i.MemoryPages()>>4, made>>10, most>>10)
	}
}

// TestInstancesLeaveNothing makes thousands of instances in every way, a hundred of
// them at a time.
func TestInstancesLeaveNothing(t *testing.T) {
	e := newSpaced(t)
	basic := newPool(t, compileGuest(t, e, guest(t, "basic"), Limits{}), PoolOptions{Max: 100, Fresh: true})
	failing := []*Module{compileGuest(t, e, guest(t, "segment_outside"), Limits{}), compileGuest(t, e, guest(t, "start_trap"), Limits{})}
	round := func() {
		var held []*Instance
		for n := range 100 {
			i := take(t, basic)
			held = append(held, i)
			if got, err := call(t, i, "grow", 15); got != 1 || err != nil {
				t.Fatalf("grow: %v, %v", got, err)
			}
			b, _ := i.Bytes(0, 1<<20)
			for at := 0; at < len(b); at += os.Getpagesize() {
				b[at] = 1
			}
			if n%2 == 0 {
				call(t, i, "trap")
			}
		}
		for _, i := range held {
			basic.Put(i)
		}
		for _, m := range failing {
			for range 20 {
				if _, err := m.NewPool(PoolOptions{}); !errors.Is(err, ErrStart) {
					t.Fatalf("NewPool: %v, want %v", err, ErrStart)
				}
			}
		}
	}
	goruntime.GC()
	rss := resident(t)
	round()
	maps := mappings(t) // with what is kept for the next
	for range 20 {
		round()
	}
	goruntime.GC()
	if now := mappings(t); now > maps+50 {
		t.Errorf("%d mappings after 2,900 instances, %d before", now, maps)
	}
	t.Logf("%d mappings and %d MiB, then %d and %d", maps, rss>>10, mappings(t), resident(t)>>10)
	if now := resident(t); now > rss+32<<10 { // one round has 100 MiB
		t.Errorf("%d KiB resident after 2,900 instances, %d before", now, rss)
	}
	basic.Close()
	if n := len(e.spaces.free); n != keptSpaces {
		t.Errorf("%d spaces are kept, want %d", n, keptSpaces)
	}
	kept := mappings(t) // two for each
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if now := mappings(t); len(e.spaces.free) != 0 || now > kept-keptSpaces {
		t.Errorf("%d mappings when the engine is closed, %d before", now, kept)
	}
}

func mappings(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(b, []byte("\n"))
}

// resident is in KiB.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMemoryOfAnotherIsZero has an instance use the memory that another has filled.
func TestMemoryOfAnotherIsZero(t *testing.T) {
	p := newPool(t, compileGuest(t, newSpaced(t), guest(t, "basic"), Limits{}), PoolOptions{Max: 1, Fresh: true})
	var before *space
	for n := range 3 {
		i := take(t, p)
		if _, err := call(t, i, "grow", 31-uint64(n)); err != nil { // less each time
			t.Fatal(err)
		}
		b, _ := i.Bytes(0, i.MemoryPages()<<16)
		if used := bytes.TrimLeft(b, "\x00"); len(used) > 0 {
			t.Errorf("instance %d: its memory is not zero at %d", n, len(b)-len(used))
		}
		for at := range b {
			b[at] = 0xaa
		}
		if n > 0 && i.linear.space != before {
			t.Error("the memory is not used again")
		}
		before = i.linear.space
		p.Put(i)
		if _, ok := i.Bytes(0, 1); ok {
			t.Error("an instance that is gone gives a view of its memory")
		}
	}
}

// TestMemoryWithoutAddressSpace is how it is where none can be reserved.
func TestMemoryWithoutAddressSpace(t *testing.T) {
	e := newEngine(t, Options{})
	if e.spaces.take(1<<60) != nil {
		t.Error("an exbibyte is reserved")
	}
	e.spaces.off = true
	p := newPool(t, compileGuest(t, e, guest(t, "bombs"), Limits{MemoryPages: 100}), PoolOptions{})
	i := get(t, p)
	if _, err := call(t, i, "memory_bomb"); err != nil {
		t.Fatal(err)
	}
	if got := i.MemoryPages(); got != 97 || i.linear.space != nil {
		t.Errorf("guest has %d pages, space %v, want 97 pages on the heap", got, i.linear.space)
	}
}

func TestAddressSpaceWithABoundIsNotReserved(t *testing.T) {
	var as syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &as); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_AS, &as)
	bounded := as
	bounded.Cur = min(as.Cur, 1<<62)
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &bounded); err != nil {
		t.Fatal(err)
	}
	if s := newSpaces(); s.take(1<<16) != nil {
		t.Error("address space is reserved though it is bounded")
	}
}

// readOnly puts a file in the place of x from there on, which cannot be written to:
// what a system without memory does to a mapping, it does to that one.
func readOnly(t *testing.T, x *space, from int) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, make([]byte, os.Getpagesize()), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	place := x.all[from:]
	if _, _, errno := syscall.Syscall6(syscall.SYS_MMAP, uintptr(unsafe.Pointer(unsafe.SliceData(place))), uintptr(len(place)),
		syscall.PROT_READ, syscall.MAP_SHARED|syscall.MAP_FIXED, f.Fd(), 0); errno != 0 {
		t.Fatal(errno)
	}
}

func TestMemoryOfASystemWithoutMemory(t *testing.T) {
	e := newSpaced(t)
	m := compileGuest(t, e, guest(t, "bombs"), Limits{})
	p := newPool(t, m, PoolOptions{Fresh: true})

	i := take(t, p)
	readOnly(t, i.linear.space, 4<<20)
	if _, err := call(t, i, "memory_bomb"); err != nil {
		t.Fatal(err)
	}
	if got, want := i.MemoryPages(), uint32(1+63/16*16); got != want {
		t.Errorf("guest has %d pages, want %d", got, want)
	}
	p.Put(i)

	// An instance that gets no memory at all fails its own request.
	x := e.spaces.take(uint64(len(e.spaces.free[0].all)))
	readOnly(t, x, 0)
	x.open = 0
	e.spaces.free = append(e.spaces.free, x)
	if len(e.spaces.free) != 1 {
		t.Fatalf("%d spaces are free", len(e.spaces.free))
	}
	if _, err := p.Get(t.Context()); !errors.Is(err, ErrStart) {
		t.Errorf("Get: %v, want %v", err, ErrStart)
	}
}

// TestSpaces_hammer takes and gives back from many goroutines.
func TestSpaces_hammer(t *testing.T) {
	e := newSpaced(t)
	s := e.spaces
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for k := range 300 {
				x := s.take(uint64(1+(n+k)%3) << 20)
				b := x.grow(uint64(1+k%16) << 16)
				if b[0] != 0 || b[len(b)-1] != 0 {
					t.Error("memory is not zero")
				}
				b[0], b[len(b)-1] = 1, 1
				s.put(x)
			}
		})
	}
	wg.Wait()
	if len(s.free) > keptSpaces {
		t.Errorf("%d spaces are kept", len(s.free))
	}
}
