package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWasiAnswers(t *testing.T) {
	const outside = 2<<16 - 1
	for _, c := range []struct {
		name   string
		f      string
		params []uint64
		want   uint64
	}{
		{"there are no arguments", "args_get", []uint64{0, 0}, errnoSuccess},
		{"nor is their number anywhere", "args_sizes_get_", []uint64{0, outside}, errnoFault},
		{"resolution of the monotonic clock", "clock_res_get_", []uint64{1, 0}, errnoSuccess},
		{"resolution of CPU time", "clock_res_get_", []uint64{2, 0}, errnoInval},
		{"resolution to outside of memory", "clock_res_get_", []uint64{0, outside}, errnoFault},
		{"time of CPU", "clock_time_get_", []uint64{3, 0, 0}, errnoInval},
		{"time to outside of memory", "clock_time_get_", []uint64{0, 0, outside}, errnoFault},
		{"random bytes to outside of memory", "random_get_", []uint64{0, outside + 2}, errnoFault},
		{"yielding", "sched_yield_", nil, errnoSuccess},
		{"signals", "proc_raise_", []uint64{9}, errnoNosys},
		{"closing standard output", "fd_close_", []uint64{1}, errnoSuccess},
		{"closing another", "fd_close_", []uint64{3}, errnoBadf},
		{"state of another", "fd_fdstat_get_", []uint64{3, 0}, errnoBadf},
		{"state to outside of memory", "fd_fdstat_get_", []uint64{1, outside}, errnoFault},
		{"file state of another", "fd_filestat_get_", []uint64{3, 0}, errnoBadf},
		{"file state to outside of memory", "fd_filestat_get_", []uint64{1, outside}, errnoFault},
		{"a directory that was opened for it", "fd_prestat_get_", []uint64{3, 0}, errnoBadf},
		{"reading standard output", "fd_read_", []uint64{1, 0, 0, 0}, errnoBadf},
		{"the end of input to outside of memory", "fd_read_", []uint64{0, 0, 0, outside}, errnoFault},
		{"seeking standard input", "fd_seek_", []uint64{0, 0, 0, 0}, errnoSpipe},
		{"seeking another", "fd_seek_", []uint64{7, 0, 0, 0}, errnoBadf},
		{"writing standard input", "fd_write_", []uint64{0, 0, 0, 0}, errnoBadf},
		{"writing too many pieces", "fd_write_", []uint64{1, 0, 1025, 0}, errnoInval},
		{"pieces outside of memory", "fd_write_", []uint64{1, outside, 1, 0}, errnoFault},
		{"length to outside of memory", "fd_write_", []uint64{1, 0, 0, outside}, errnoFault},
		{"waiting for nothing", "poll_oneoff_", []uint64{0, 0, 0, 0}, errnoInval},
		{"waiting for too much", "poll_oneoff_", []uint64{0, 0, 1025, 0}, errnoInval},
		{"subscriptions outside of memory", "poll_oneoff_", []uint64{outside, 0, 1, 0}, errnoFault},
		{"events outside of memory", "poll_oneoff_", []uint64{0, outside, 1, 0}, errnoFault},
		{"their number outside of memory", "poll_oneoff_", []uint64{0, 64, 1, outside}, errnoFault},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := start(t, "wasi", Limits{})
			if got, err := call(t, i, c.f, c.params...); got != c.want || err != nil {
				t.Errorf("%s(%v) = %v, %v, want %v", c.f, c.params, got, err, c.want)
			}
		})
	}
}

// memory gives the guest's memory to tests.
func memory(t *testing.T, i *Instance, ptr, length uint32) []byte {
	t.Helper()
	b, ok := i.Bytes(ptr, length)
	if !ok {
		t.Fatalf("no memory at %d", ptr)
	}
	return b
}

func mustCall(t *testing.T, i *Instance, f string, params ...uint64) {
	t.Helper()
	if got, err := call(t, i, f, params...); got != errnoSuccess || err != nil {
		t.Fatalf("%s(%v) = %v, %v", f, params, got, err)
	}
}

func TestWasiFillsItsResults(t *testing.T) {
	i := start(t, "wasi", Limits{})
	for _, c := range []struct {
		name   string
		f      string
		params []uint64
		want   string // of the 24 bytes at 64, which were 0xff
	}{
		{"no arguments of no length", "args_sizes_get_", []uint64{64, 68}, "0000000000000000ffffffffffffffffffffffffffffffff"},
		{"a nanosecond", "clock_res_get_", []uint64{0, 64}, "0100000000000000ffffffffffffffffffffffffffffffff"},
		{"standard input reads", "fd_fdstat_get_", []uint64{0, 64}, "020000000000000002000008000000000000000000000000"},
		{"standard output writes", "fd_fdstat_get_", []uint64{1, 64}, "020000000000000040000008000000000000000000000000"},
		{"a character device", "fd_filestat_get_", []uint64{1, 64}, "000000000000000000000000000000000200000000000000"},
		{"the end of standard input", "fd_read_", []uint64{0, 0, 0, 64}, "00000000ffffffffffffffffffffffffffffffffffffffff"},
	} {
		b := memory(t, i, 64, 24)
		copy(b, bytes.Repeat([]byte{0xff}, 24))
		mustCall(t, i, c.f, c.params...)
		if got := fmt.Sprintf("%x", b); got != c.want {
			t.Errorf("%s: %s wrote %s, want %s", c.name, c.f, got, c.want)
		}
	}
}

func TestWasiRandomFillsAll(t *testing.T) {
	i := start(t, "wasi", Limits{})
	mustCall(t, i, "random_get_", 0, 2<<16)
	for at := uint32(0); at < 2<<16; at += 1 << 12 {
		if bytes.Equal(memory(t, i, at, 16), make([]byte, 16)) {
			t.Errorf("no random bytes at %d", at)
		}
	}
}

// subscription is one of poll_oneoff.
type subscription struct {
	userdata uint64
	kind     byte
	id       uint32
	timeout  time.Duration
	absolute bool
}

func (s subscription) put(b []byte) {
	clear(b)
	binary.LittleEndian.PutUint64(b, s.userdata)
	b[8] = s.kind
	binary.LittleEndian.PutUint32(b[16:], s.id)
	binary.LittleEndian.PutUint64(b[24:], uint64(s.timeout))
	if s.absolute {
		b[40] = clockAbstime
	}
}

func TestWasiPollWaitsForTheFirst(t *testing.T) {
	for _, c := range []struct {
		name string
		subs []subscription
		took time.Duration
		want string // user data and error of each event
	}{
		{"a relative time", []subscription{{1, eventClock, clockMonotonic, time.Second, false}}, time.Second, "1:0 "},
		{"the shorter of two", []subscription{
			{1, eventClock, clockMonotonic, 3 * time.Second, false},
			{2, eventClock, clockRealtime, 2 * time.Second, false}}, 2 * time.Second, "2:0 "},
		{"an absolute time, and not one soon after", []subscription{
			{1, eventClock, clockMonotonic, 8 * time.Second, true},
			{2, eventClock, clockMonotonic, 5 * time.Second, true}}, 5 * time.Second, "2:0 "},
		{"an absolute time that has passed", []subscription{{1, eventClock, clockRealtime, time.Second, true}}, 0, "1:0 "},
		{"a descriptor that is ready", []subscription{
			{1, eventClock, clockMonotonic, time.Second, false},
			{2, eventFdWrite, fdStdout, 0, false},
			{3, eventFdRead, fdStdin, 0, false}}, 0, "2:0 3:0 "},
		{"mistakes", []subscription{
			{1, eventFdRead, 5, 0, false},
			{2, eventClock, 9, time.Second, false},
			{3, 77, 0, 0, false}}, 0, "1:8 2:28 3:28 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := start(t, "wasi", Limits{})
				const subs, events, count = 0, 1024, 2048
				for n, s := range c.subs {
					s.put(memory(t, i, uint32(subs+n*subscriptionSize), subscriptionSize))
				}
				begin := time.Now()
				mustCall(t, i, "poll_oneoff_", subs, events, uint64(len(c.subs)), count)
				if took := time.Since(begin); took != c.took {
					t.Errorf("it took %v, want %v", took, c.took)
				}
				var got strings.Builder
				for n := range binary.LittleEndian.Uint32(memory(t, i, count, 4)) {
					e := memory(t, i, events+n*eventSize, eventSize)
					fmt.Fprintf(&got, "%d:%d ", binary.LittleEndian.Uint64(e), binary.LittleEndian.Uint16(e[8:]))
				}
				if got.String() != c.want {
					t.Errorf("events are %q, want %q", got.String(), c.want)
				}
			})
		})
	}
}

func TestWasiClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := start(t, "wasi", Limits{})
		time.Sleep(3 * time.Second)
		for clock, want := range map[uint64]uint64{clockRealtime: uint64(time.Now().UnixNano()), clockMonotonic: 3e9} {
			mustCall(t, i, "clock_time_get_", clock, 0, 8)
			if got := binary.LittleEndian.Uint64(memory(t, i, 8, 8)); got != want {
				t.Errorf("clock %d is %d, want %d", clock, got, want)
			}
		}
	})
}

func TestOutputIsCutIntoLines(t *testing.T) {
	long := strings.Repeat("x", lineText)
	for _, c := range []struct {
		name   string
		writes []string
		want   []string
	}{
		{"a line", []string{"one\n"}, []string{"1 one"}},
		{"lines in one write", []string{"one\n\ntwo\n"}, []string{"1 one", "1 ", "1 two"}},
		{"a line in several writes", []string{"o", "n", "e\ntw", "o\n"}, []string{"1 one", "1 two"}},
		{"no end", []string{"one"}, []string{"1 one"}},
		{"the longest line", []string{long + "\n", "y\n"}, []string{"1 " + long, "1 y"}},
		{"a line that is too long", []string{long + "y\n"}, []string{"1 " + long, "1 y"}},
		{"error output apart", []string{"a", "2b", "c\n", "2\n"}, []string{"1 ac", "2 b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			o := output{limit: lineText, sink: func(_ *Instance, stderr bool, line []byte) {
				fd := "1 "
				if stderr {
					fd = "2 "
				}
				got = append(got, fd+string(line))
			}}
			for _, w := range c.writes {
				text, stderr := strings.CutPrefix(w, "2")
				o.write(nil, stderr, []byte(text))
			}
			o.flush(nil)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("lines are %q, want %q", got, c.want)
			}
		})
	}
}

func TestWritesReachTheSinkBeforeTheCallEnds(t *testing.T) {
	var lines []string
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "wasi"), Limits{}), PoolOptions{
		Output: func(i *Instance, stderr bool, line []byte) {
			lines = append(lines, fmt.Sprint(stderr, " ", string(line), " ", i.state != nil))
		},
	})
	i := get(t, p)
	b := memory(t, i, 0, 64)
	binary.LittleEndian.PutUint32(b[0:], 32) // pieces: "hel", "lo"
	binary.LittleEndian.PutUint32(b[4:], 3)
	binary.LittleEndian.PutUint32(b[8:], 35)
	binary.LittleEndian.PutUint32(b[12:], 2)
	copy(b[32:], "hello")
	got, err := i.Call(t.Context(), time.Time{}, fn(t, i, "fd_write_"), "state", 2, 0, 2, 16)
	if got != errnoSuccess || err != nil || binary.LittleEndian.Uint32(b[16:]) != 5 {
		t.Errorf("fd_write() = %v, %v, %d bytes", got, err, b[16])
	}
	if want := "[true hello true]"; fmt.Sprint(lines) != want {
		t.Errorf("lines are %v, want %s", lines, want)
	}
}

func TestPanicOfTheSinkIsContained(t *testing.T) {
	p := newPool(t, compileGuest(t, newEngine(t, Options{}), guest(t, "wasi"), Limits{}), PoolOptions{
		Output: func(*Instance, bool, []byte) { panic("sink") },
	})
	for _, c := range []struct {
		text string
		want error
	}{
		{"ends with the call", nil},
		{"ends by itself\n", ErrHost},
	} {
		i := get(t, p)
		b := memory(t, i, 0, 64)
		binary.LittleEndian.PutUint32(b[0:], 32)
		binary.LittleEndian.PutUint32(b[4:], uint32(len(c.text)))
		copy(b[32:], c.text)
		if _, err := call(t, i, "fd_write_", 1, 0, 1, 16); !errors.Is(err, c.want) {
			t.Errorf("a line that %q: %v, want %v", c.text, err, c.want)
		}
	}
}
