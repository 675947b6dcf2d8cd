package throttle

import (
	"encoding/binary"
	goruntime "runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// flood takes once from n keys, each new.
func flood(table *Table, n int) {
	var key [8]byte
	for i := range n {
		binary.LittleEndian.PutUint64(key[:], uint64(i))
		table.Take(string(key[:]), 1)
	}
}

func heap() int64 {
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// No bucket of the flood is full again before it ends, so each would have to be
// remembered.
func TestTenMillionKeysCostBoundedMemory(t *testing.T) {
	keys := 10_000_000
	switch {
	case raceEnabled:
		keys = 500_000 // still twice what is remembered
	case testing.Short():
		keys = 2_000_000
	}
	const most = 1 << 18
	before := heap()
	table := NewTable(limit(t, 0.0001, 5), Options{MaxKeys: most})
	if _, ok := table.Take("drained", 5); !ok {
		t.Fatal("a new bucket is not full")
	}
	flood(table, keys)
	used := heap() - before
	if n := table.Len(); n > most {
		t.Errorf("%d buckets, want at most %d", n, most)
	}
	if used > most*56 {
		t.Errorf("%d bytes, want at most 56 for each of %d keys", used, most)
	}
	if _, ok := table.Take("drained", 1); ok {
		t.Error("a flood of other keys refilled a drained bucket")
	}
	t.Logf("%d keys, %d in memory, %.1f bytes for each of at most %d", keys, table.Len(), float64(used)/most, most)
	goruntime.KeepAlive(table)
}

func TestFullBucketsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := NewTable(limit(t, 1, 5), Options{})
		var key [8]byte
		for i := range 60 {
			for j := range 2000 {
				binary.LittleEndian.PutUint64(key[:], uint64(i*2000+j))
				table.Take(string(key[:]), 1)
			}
			time.Sleep(time.Second)
		}
		if n, most := table.Len(), 2*2000*(1+5); n > most {
			t.Errorf("%d buckets of 2,000 new keys a second, want at most %d", n, most)
		}
		if _, ok := table.Take("drained", 5); !ok {
			t.Fatal("a new bucket is not full")
		}
		time.Sleep(time.Second)
		table.Forget()
		if n := table.Len(); n != 1 {
			t.Errorf("%d buckets, want the one that is not full", n)
		}
	})
}

func TestTakeDoesNotAllocate(t *testing.T) {
	table := NewTable(limit(t, 1e9, 1000), Options{})
	bucket := NewBucket(limit(t, 1e9, 1000))
	key := []byte("key")
	table.Take("key", 1)
	if got := testing.AllocsPerRun(1000, func() {
		table.Take(string(key), 1)
		bucket.Take(1)
	}); got != 0 {
		t.Errorf("two takes allocate %v times, want 0", got)
	}
}

func TestATableGoesByItsClock(t *testing.T) {
	now := time.Unix(0, 0)
	table := NewTable(limit(t, 1, 2), Options{Now: func() time.Time { return now }})
	for _, step := range []struct {
		after time.Duration
		wait  time.Duration
	}{{0, 0}, {0, 0}, {0, time.Second}, {500 * time.Millisecond, 500 * time.Millisecond}, {500 * time.Millisecond, 0}, {time.Hour, 0}} {
		now = now.Add(step.after)
		if wait, ok := table.Take("a", 1); wait != step.wait || ok != (step.wait == 0) {
			t.Errorf("at %v Take = %v, %v, want %v", now.Unix(), wait, ok, step.wait)
		}
	}
	now = now.Add(time.Hour)
	table.Forget()
	if n := table.Len(); n != 0 {
		t.Errorf("%d buckets after an hour, want 0", n)
	}
}

// A key is looked for in the free slot into which another one comes.
func TestTableFind_hammer(t *testing.T) {
	table := NewTable(limit(t, 1, 5), Options{MaxKeys: 512})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 50_000 {
				id := table.seeds.identity(strconv.Itoa(i % 1500))
				s := &table.shards[id[0]%shardCount]
				e := s.find(id)
				if e == nil {
					e = s.add(id, int64(i))
				}
				if e.id != id {
					t.Error("another key's bucket")
				}
				e.full.CompareAndSwap(0, int64(i)) // taken from, so that it lives a while
			}
		})
	}
	wg.Wait()
}
