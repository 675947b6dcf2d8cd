package engine

import (
	"errors"
	goruntime "runtime"
	"strings"
	"testing"
	"time"

	"github.com/portico-gateway/portico/hostabi/engine/rewrite"
)

func TestMemoryBombStaysUnderItsLimit(t *testing.T) {
	for _, pages := range []uint32{1, 16, 17, 512} {
		i := start(t, "bombs", Limits{MemoryPages: pages})
		if _, err := call(t, i, "memory_bomb"); err != nil {
			t.Fatal(err)
		}
		// It grows by 16 pages from 1.
		if got, want := i.MemoryPages(), 1+(pages-1)/16*16; got != want {
			t.Errorf("limit of %d pages: guest has %d, want %d", pages, got, want)
		}
	}
}

func TestTableBombStaysUnderItsLimit(t *testing.T) {
	i := start(t, "bombs", Limits{TableElements: 10_000})
	if _, err := call(t, i, "table_bomb"); err != nil {
		t.Fatal(err)
	}
	if got, err := call(t, i, "elements"); got != 8192 || err != nil {
		t.Errorf("guest has %d table elements, %v, want 8192", got, err)
	}
}

func TestDeclaredBombsAreRefused(t *testing.T) {
	e := newEngine(t, Options{})
	for _, c := range []struct {
		name, guest string
		want        error
	}{
		{"memory that starts over the limit", "memory_max", rewrite.ErrMemoryLimit},
		{"one huge table", "table_huge", rewrite.ErrTableLimit},
		{"many small tables", "tables_many", rewrite.ErrTableLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := heap()
			if _, err := e.Compile(t.Context(), guest(t, c.guest), Limits{}); !errors.Is(err, c.want) || !errors.Is(err, ErrRefused) {
				t.Errorf("error is %v, want %v", err, c.want)
			}
			if grown := heap() - before; grown > 16<<20 {
				t.Errorf("refusing took %d MiB", grown>>20)
			}
		})
	}
}

func heap() int64 {
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}

// TestStackBombsEndInATrap bounds the stack by what a guest can reach between
// two yields: with ordinary frames about a MiB above the limit, with huge ones
// wazero's own ceiling.
func TestStackBombsEndInATrap(t *testing.T) {
	const wazeroCeiling = 110 << 20
	for _, c := range []struct {
		f     string
		limit int
		most  int
	}{
		{"stack_bomb", 0, 4 * DefaultStackBytes},
		{"stack_bomb", 64 << 10, 4 << 20},
		{"wide_bomb", 0, wazeroCeiling},
	} {
		i := start(t, "bombs", Limits{StackBytes: c.limit})
		begin := time.Now()
		var params []uint64
		if c.f == "wide_bomb" {
			params = []uint64{0}
		}
		_, err := call(t, i, c.f, params...)
		took, size := time.Since(begin), i.StackBytes()
		t.Logf("%s with a limit of %d: %d KiB of stack, %v", c.f, c.limit, size>>10, took)
		if !errors.Is(err, ErrTrap) || !strings.Contains(err.Error(), "call stack exhausted") {
			t.Errorf("%s: %v, want a trap", c.f, err)
		}
		if size == 0 || size > c.most {
			t.Errorf("%s: stack is %d KiB, at most %d are allowed", c.f, size>>10, c.most>>10)
		}
	}
}

func TestDeepRecursionWithinTheLimitReturns(t *testing.T) {
	i := start(t, "bombs", Limits{})
	if got, err := call(t, i, "depth", 20_000); got != 20_000 || err != nil {
		t.Errorf("depth(20000) = %v, %v", got, err)
	}
	t.Logf("20,000 frames take %d KiB of stack", i.StackBytes()>>10)
}

// tryBomb enters an exception handler in each frame of a recursion: wazero
// copies the stack for each of them. wabt 1.0.32 does not know try_table.
//
//	(func $f (export "f") (block (try_table (catch_all 0) (call $f))))
const tryBomb = "\x00asm\x01\x00\x00\x00" +
	"\x01\x04\x01\x60\x00\x00" +
	"\x03\x02\x01\x00" +
	"\x07\x05\x01\x01f\x00\x00" +
	"\x0a\x0f\x01\x0d\x00\x02\x40\x1f\x40\x01\x02\x00\x10\x00\x0b\x0b\x0b"

func TestExceptionHandlerBombEndsInATrap(t *testing.T) {
	i := get(t, newPool(t, compileGuest(t, newEngine(t, Options{}), []byte(tryBomb), Limits{}), PoolOptions{}))
	before := heap()
	_, err := call(t, i, "f")
	t.Logf("%v, %d MiB allocated", err, (heap()-before)>>20)
	if !errors.Is(err, ErrTrap) {
		t.Errorf("error is %v, want a trap", err)
	}
	if grown := heap() - before; grown > 512<<20 {
		t.Errorf("it took %d MiB", grown>>20)
	}
}
