package engine

import (
	"encoding/binary"
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

// TestStackBombsEndInATrap bounds the stack at twice the limit: wazero doubles
// it, and between two yields it grows by 2 MiB at most, however large the
// frames are. With a limit that small frames reach it is far below.
func TestStackBombsEndInATrap(t *testing.T) {
	bombs := guest(t, "bombs")
	for _, c := range []struct {
		name   string
		wasm   []byte
		f      string
		limit  int
		most   int
		params []uint64
	}{
		{"small frames", bombs, "stack_bomb", 0, 2 * DefaultStackBytes, nil},
		{"small frames and a small limit", bombs, "stack_bomb", 64 << 10, 512 << 10, nil},
		{"a thousand values on a path not taken", bombs, "wide_bomb", 0, 2 * DefaultStackBytes, []uint64{0}},
		{"a thousand results", bombs, "results_bomb", 0, 2 * DefaultStackBytes, nil},
		{"values on each of 200 paths", armsBomb(200, 40), "f", 0, 2 * DefaultStackBytes, []uint64{0}},
		{"a hundred joins of a thousand variables", joinsBomb(100, 1000), "f", 0, 2 * DefaultStackBytes, []uint64{0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			limits := Limits{StackBytes: c.limit}
			i := get(t, newPool(t, compileGuest(t, newEngine(t, Options{}), c.wasm, limits), PoolOptions{}))
			begin := time.Now()
			_, err := call(t, i, c.f, c.params...)
			took, size := time.Since(begin), i.StackBytes()
			t.Logf("%d KiB of stack, %v", size>>10, took)
			if !errors.Is(err, ErrTrap) || !strings.Contains(err.Error(), "call stack exhausted") {
				t.Errorf("error is %v, want a trap", err)
			}
			// What does not fit is added to the double.
			const frame = 1 << 20
			if size == 0 || size > c.most+frame {
				t.Errorf("stack is %d KiB, at most %d are allowed", size>>10, c.most>>10)
			}
		})
	}
}

// armsBomb calls itself on the first of some paths, each of which keeps values
// of its own across such a call.
func armsBomb(arms, values int) []byte {
	var b []byte
	for range arms + 1 {
		b = append(b, 0x02, 0x40) // block
	}
	b = leb(append(b, 0x20, 0, 0x0e), arms) // local.get 0, br_table
	for a := range arms + 1 {
		b = leb(b, a)
	}
	for range arms {
		b = append(b, 0x0b)
		for v := range values {
			b = append(sleb(append(b, 0x41), 8*v), 0x29, 3, 0) // i32.const, i64.load
			b = leb(append(b, 0x21), 1+v)                      // local.set
		}
		b = append(b, 0x20, 0, 0x10, 0) // call f
		for v := range values {
			b = leb(append(sleb(append(b, 0x41), 8*v), 0x20), 1+v)
			b = append(b, 0x37, 3, 0) // i64.store
		}
		b = append(b, 0x0f) // return
	}
	return recursion(values, append(b, 0x0b))
}

// joinsBomb sets variables in the innermost of some blocks. Each end is a join
// of two values of each, and a call follows, so that all live across one.
func joinsBomb(joins, values int) []byte {
	b := []byte{0x20, 0, 0x45, 0x04, 0x40, 0x20, 0, 0x10, 0, 0x0f, 0x0b} // (if (i32.eqz (local.get 0)) (then (call f) (return)))
	for range joins {
		b = append(b, 0x02, 0x40)
	}
	for j := range joins {
		b = leb(append(b, 0x41, 0, 0x28, 2, 0, 0x0d), j) // i32.load, br_if j
	}
	for v := range values {
		b = append(sleb(append(b, 0x41), 8*v), 0x29, 3, 0)
		b = leb(append(b, 0x21), 1+v)
	}
	for range joins {
		b = append(b, 0x20, 0, 0x10, 0, 0x0b) // call f, end
	}
	for v := range values {
		b = leb(append(sleb(append(b, 0x41), 8*v), 0x20), 1+v)
		b = append(b, 0x37, 3, 0)
	}
	return recursion(values, b)
}

// recursion is a module of one function with a parameter of type i32, locals of
// type i64, the body given, and a memory.
func recursion(locals int, body []byte) []byte {
	section := func(m []byte, id byte, payload []byte) []byte {
		return append(leb(append(m, id), len(payload)), payload...)
	}
	code := append(leb([]byte{1}, locals), 0x7e)
	code = append(append(code, body...), 0x0b)
	m := []byte("\x00asm\x01\x00\x00\x00")
	m = section(m, 1, []byte{1, 0x60, 1, 0x7f, 0})
	m = section(m, 3, []byte{1, 0})
	m = section(m, 5, []byte{1, 0, 1})
	m = section(m, 7, []byte{1, 1, 'f', 0, 0})
	return section(m, 10, append(leb([]byte{1}, len(code)), code...))
}

func leb(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

// sleb is for n of at least 0.
func sleb(b []byte, n int) []byte {
	for ; n >= 1<<6; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
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
	if grown := heap() - before; grown > handlerStacks*DefaultStackBytes*3/2 {
		t.Errorf("it took %d MiB", grown>>20)
	}
}
