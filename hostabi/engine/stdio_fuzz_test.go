package engine

import (
	"strings"
	"testing"
	"time"
)

// FuzzStdio: whatever pointers a program gives, the host does not panic, no
// byte of its input is lost or given twice, and its output stays in its bound.
func FuzzStdio(f *testing.F) {
	f.Add(uint32(0), uint32(2), uint32(32), uint32(64), uint32(3))
	f.Add(uint32(131071), uint32(1024), uint32(131068), uint32(131072), uint32(1<<31))
	e, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	if err := e.DefineHost("test", testHost()); err != nil {
		f.Fatal(err)
	}
	p := newPool(f, compileGuest(f, e, guest(f, "wasi"), Limits{}), PoolOptions{Fresh: true})
	const input = "the event"
	f.Fuzz(func(t *testing.T, vecs, n, result, ptr, length uint32) {
		i := get(t, p)
		if b, ok := i.Bytes(vecs, 8); ok {
			copy(b, []byte{byte(ptr), byte(ptr >> 8), byte(ptr >> 16), byte(ptr >> 24),
				byte(length), byte(length >> 8), byte(length >> 16), byte(length >> 24)})
		}
		s := &Stdio{Args: []string{"name"}, Env: []string{"A=b"}, Stdin: []byte(input), MaxStdout: 10}
		i.SetStdio(s)
		i.ctx.until = noDeadline
		for _, list := range []func(*Instance) []string{argsOf, envOf} {
			stringsGet(list)(i, []uint64{uint64(vecs), uint64(ptr)})
			stringSizesGet(list)(i, []uint64{uint64(vecs), uint64(ptr)})
		}
		before := len(s.Stdin)
		errno, err := i.Call(t.Context(), time.Now().Add(10*time.Second), fn(t, i, "fd_read_"), nil, 0, uint64(vecs), uint64(n), uint64(result))
		if err != nil {
			t.Fatalf("fd_read: %v", err)
		}
		if !strings.HasSuffix(input, string(s.Stdin)) || errno != errnoSuccess && len(s.Stdin) != before {
			t.Errorf("fd_read = %d leaves %q", errno, s.Stdin)
		}
		_, _ = i.Call(t.Context(), time.Now().Add(10*time.Second), fn(t, i, "fd_write_"), nil, 1, uint64(vecs), uint64(n), uint64(result))
		if len(s.Stdout) > s.MaxStdout {
			t.Errorf("%d bytes of output, at most %d are allowed", len(s.Stdout), s.MaxStdout)
		}
	})
}
