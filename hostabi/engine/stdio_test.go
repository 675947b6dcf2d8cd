package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"
)

// pieces writes pairs of pointer and length to the start of memory.
func pieces(t *testing.T, i *Instance, list ...uint32) {
	t.Helper()
	b := memory(t, i, 0, uint32(4*len(list)))
	for n, v := range list {
		binary.LittleEndian.PutUint32(b[4*n:], v)
	}
}

func TestStandardInput(t *testing.T) {
	const outside = 2<<16 - 1
	for _, c := range []struct {
		name   string
		input  string
		params []uint64
		errno  uint64
		got    string // read, and what is left to be read
	}{
		{"fills pieces in their order", "helloworld", []uint64{0, 0, 2, 32}, errnoSuccess, "hellow|orld"},
		{"ends in the middle of a piece", "hel", []uint64{0, 0, 2, 32}, errnoSuccess, "hel|"},
		{"ends", "", []uint64{0, 0, 2, 32}, errnoSuccess, "|"},
		{"is not read without room", "hello", []uint64{0, 0, 0, 32}, errnoSuccess, "|hello"},
		{"has too many pieces", "hello", []uint64{0, 0, 1025, 32}, errnoInval, "|hello"},
		{"has pieces outside of memory", "hello", []uint64{0, outside, 1, 32}, errnoFault, "|hello"},
		{"has its length outside of memory", "hello", []uint64{0, 0, 1, outside}, errnoFault, "|hello"},
		{"loses nothing to a piece outside of memory", "hello", []uint64{0, 0, 3, 32}, errnoSuccess, "hello|"},
		{"loses nothing to one that is reached", "hello world", []uint64{0, 0, 3, 32}, errnoFault, "|hello world"},
		{"is not standard output", "hello", []uint64{1, 0, 1, 32}, errnoBadf, "|hello"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := start(t, "wasi", Limits{})
			pieces(t, i, 64, 4, 68, 2, outside, 2)
			binary.LittleEndian.PutUint32(memory(t, i, 32, 4), 0)
			s := &Stdio{Stdin: []byte(c.input)}
			i.SetStdio(s)
			errno, err := call(t, i, "fd_read_", c.params...)
			n := binary.LittleEndian.Uint32(memory(t, i, 32, 4))
			got := string(memory(t, i, 64, n)) + "|" + string(s.Stdin)
			if errno != c.errno || err != nil || got != c.got {
				t.Errorf("fd_read = %d, %v with %q, want %d with %q", errno, err, got, c.errno, c.got)
			}
		})
	}
}

func TestStandardOutputIsBounded(t *testing.T) {
	for _, c := range []struct {
		name   string
		writes []string
		want   string
		err    error
	}{
		{"pieces become one text", []string{"a\n", "b", ""}, "a\nb", nil},
		{"up to the bound", []string{"abc", "de"}, "abcde", nil},
		{"a byte over it", []string{"abc", "def"}, "abc", ErrOutput},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := start(t, "wasi", Limits{})
			s := &Stdio{MaxStdout: 5}
			i.SetStdio(s)
			var err error
			for _, w := range c.writes {
				pieces(t, i, 64, uint32(len(w)))
				copy(memory(t, i, 64, 16), w)
				if _, err = call(t, i, "fd_write_", fdStdout, 0, 1, 32); err != nil {
					break
				}
			}
			if string(s.Stdout) != c.want || !errors.Is(err, c.err) {
				t.Errorf("output is %q, %v, want %q, %v", s.Stdout, err, c.want, c.err)
			}
		})
	}
}

func TestStandardErrorStaysWithTheSink(t *testing.T) {
	var lines []string
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "wasi"), Limits{}), PoolOptions{
		Output: func(_ *Instance, stderr bool, line []byte) { lines = append(lines, fmt.Sprint(stderr, string(line))) },
	})
	i := get(t, p)
	i.SetStdio(&Stdio{})
	pieces(t, i, 64, 5)
	copy(memory(t, i, 64, 5), "oops\n")
	mustCall(t, i, "fd_write_", fdStderr, 0, 1, 32)
	if want := "[trueoops]"; fmt.Sprint(lines) != want {
		t.Errorf("lines are %v, want %s", lines, want)
	}
}

func TestStandardStreamsOfProgramsArePipes(t *testing.T) {
	i := start(t, "wasi", Limits{})
	i.SetStdio(&Stdio{})
	for f, at := range map[string]uint32{"fd_fdstat_get_": 64, "fd_filestat_get_": 80} {
		mustCall(t, i, f, fdStdin, 64)
		if got := memory(t, i, at, 1)[0]; got != filetypeUnknown {
			t.Errorf("%s: file type %d, want %d", f, got, filetypeUnknown)
		}
	}
}

func TestArgumentsAndEnvironment(t *testing.T) {
	const outside = 2<<16 - 3
	i := start(t, "wasi", Limits{})
	i.SetStdio(&Stdio{Args: []string{"name", ""}, Env: []string{"A=b"}})
	for _, c := range []struct {
		name string
		f    wasiFunc
		args []uint64
		want uint64
		got  string // of the 16 bytes at 64
	}{
		{"number and size of arguments", stringSizesGet(argsOf), []uint64{64, 68}, errnoSuccess, "02000000060000000000000000000000"},
		{"arguments", stringsGet(argsOf), []uint64{64, 72}, errnoSuccess, "480000004d0000006e616d6500000000"},
		{"number and size of variables", stringSizesGet(envOf), []uint64{64, 68}, errnoSuccess, "01000000040000000000000000000000"},
		{"variables", stringsGet(envOf), []uint64{64, 68}, errnoSuccess, "44000000413d62000000000000000000"},
		{"a number to outside of memory", stringSizesGet(argsOf), []uint64{outside, 68}, errnoFault, "00000000000000000000000000000000"},
		{"a string to outside of memory", stringsGet(argsOf), []uint64{64, outside}, errnoFault, "00000000000000000000000000000000"},
		{"an address to outside of memory", stringsGet(envOf), []uint64{outside, 68}, errnoFault, "00000000000000000000000000000000"},
	} {
		b := memory(t, i, 64, 16)
		clear(b)
		if errno := c.f(i, c.args); errno != c.want || fmt.Sprintf("%x", b) != c.got {
			t.Errorf("%s: %d with %x, want %d with %s", c.name, errno, b, c.want, c.got)
		}
	}
	i.SetStdio(nil)
	if errno := stringSizesGet(envOf)(i, []uint64{64, 68}); errno != errnoSuccess || memory(t, i, 64, 1)[0] != 0 {
		t.Error("a guest that is no program has variables")
	}
}

func TestAProgramThatExitsIsNoLossOfAFreshPool(t *testing.T) {
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "basic"), Limits{}), PoolOptions{Fresh: true})
	for _, f := range []struct {
		name   string
		params []uint64
	}{{"exit", []uint64{0}}, {"trap", nil}} {
		i := take(t, p)
		if _, err := i.Call(t.Context(), time.Time{}, fn(t, i, f.name), nil, f.params...); err == nil {
			t.Errorf("%s returned", f.name)
		}
		p.Put(i)
	}
	want := Drops{}
	want[dropFresh], want[dropTrap] = 1, 1
	if got := p.Stats().Dropped; got != want {
		t.Errorf("dropped %v, want %v", got, want)
	}
}
