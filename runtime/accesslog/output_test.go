package accesslog

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

const format = "$context.requestId"

func id(s string) *exchange.Exchange { return &exchange.Exchange{ID: s} }

// disk is a writer that takes so many bytes.
type disk struct {
	mu    sync.Mutex
	room  int
	wrote bytes.Buffer
}

var errFull = errors.New("no space left on device")

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(p), d.room)
	d.room -= n
	d.wrote.Write(p[:n])
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func (d *disk) grow(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room += n
}

func (d *disk) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wrote.String()
}

func openLog(t *testing.T, opts Options) *Log {
	t.Helper()
	opts.Format = format
	l, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFlushesEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 100}
		l := openLog(t, Options{Writer: d})
		l.Record(id("a"))
		time.Sleep(flushEvery / 2)
		synctest.Wait()
		if d.String() != "" {
			t.Errorf("written at once: %q", d)
		}
		time.Sleep(flushEvery)
		synctest.Wait()
		if d.String() != "a\n" {
			t.Errorf("written after a second: %q", d)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestFlushesWhenMuchWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 1 << 30}
		l := openLog(t, Options{Writer: d})
		l.Record(id(strings.Repeat("a", maxValue-1)))
		for range wakeAt / maxValue {
			l.Record(id(strings.Repeat("a", maxValue-1)))
		}
		synctest.Wait()
		if got := len(d.String()); got < wakeAt {
			t.Errorf("%d bytes were written before the second was over, want %d", got, wakeAt)
		}
		l.Close()
	})
}

// A disk that was full loses whole lines only, and the one that was torn is
// completed.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var messages bytes.Buffer
		d := &disk{room: 5}
		l := openLog(t, Options{Writer: d, Logger: slog.New(slog.NewTextHandler(&messages, nil))})
		l.Record(id("aaa"))
		l.Record(id("bbb")) // "b" fits
		time.Sleep(2 * flushEvery)
		synctest.Wait()
		if d.String() != "aaa\nb" {
			t.Errorf("written %q", d)
		}
		line := strings.Repeat("c", maxValue-1)
		for range maxWaiting / maxValue * 2 {
			l.Record(id(line))
		}
		const kept = (maxWaiting - 3) / maxValue // 3 are the rest of b's line
		if want := uint64(maxWaiting/maxValue*2 - kept); l.Dropped() != want {
			t.Errorf("dropped %d, want %d", l.Dropped(), want)
		}
		d.grow(1 << 30)
		time.Sleep(2 * flushEvery)
		synctest.Wait()
		l.Record(id("last"))
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if want := "aaa\nbbb\n" + strings.Repeat(line+"\n", kept) + "last\n"; d.String() != want {
			t.Errorf("written %d bytes, want %d", len(d.String()), len(want))
		}
		if n := strings.Count(messages.String(), "\n"); n != 2 || !strings.Contains(messages.String(), "lines_lost=513") {
			t.Errorf("messages %q, want one at each end", messages.String())
		}
	})
}

// The memory of a burst is given back when no other comes, that of ordinary lines
// is kept.
func TestMemoryOfABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 0}
		l := openLog(t, Options{Writer: d})
		defer l.Close()
		memory := func() int {
			l.out.writing.Lock()
			defer l.out.writing.Unlock()
			l.out.mu.Lock()
			defer l.out.mu.Unlock()
			return cap(l.out.waiting) + cap(l.out.unsent) + cap(l.out.spare)
		}
		for range maxWaiting / maxValue {
			l.Record(id(strings.Repeat("a", maxValue-1)))
		}
		d.grow(1 << 30)
		time.Sleep(flushEvery)
		synctest.Wait()
		if got := memory(); got < maxWaiting {
			t.Errorf("%d bytes after a burst of %d", got, maxWaiting)
		}
		time.Sleep(3 * flushEvery)
		synctest.Wait()
		if got := memory(); got > 2*maxSpare {
			t.Errorf("%d bytes three seconds after a burst, want %d at most", got, 2*maxSpare)
		}
		l.Record(id("a"))
		time.Sleep(4 * flushEvery)
		synctest.Wait()
		if got := memory(); got < firstBuffer {
			t.Errorf("%d bytes four seconds after one line, want %d at least", got, firstBuffer)
		}
	})
}

func TestCloseWithFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 3}
		l := openLog(t, Options{Writer: d})
		l.Record(id("a"))
		l.Record(id("b"))
		l.Record(id("c"))
		err := l.Close()
		if err == nil || err.Error() != "access log: 2 lines were not written" || l.Dropped() != 2 {
			t.Errorf("Close = %v, dropped %d, want two lines lost", err, l.Dropped())
		}
	})
}

// A writer that takes nothing at all holds up nobody but Close, and that for
// five seconds.
func TestStuckWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &stuck{free: make(chan struct{})}
		l := openLog(t, Options{Writer: w})
		l.Record(id("a"))
		time.Sleep(2 * flushEvery)
		start := time.Now()
		l.Record(id("b"))
		if waited := time.Since(start); waited > 0 {
			t.Errorf("Record waited %v", waited)
		}
		if err := l.Close(); err == nil || time.Since(start) != closeTimeout {
			t.Errorf("Close = %v after %v, want an error after %v", err, time.Since(start), closeTimeout)
		}
		close(w.free)
	})
}

type stuck struct{ free chan struct{} }

func (s *stuck) Write(p []byte) (int, error) { <-s.free; return len(p), nil }

// A new file never begins with the rest of a line.
func TestReopenOfATornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := openLog(t, Options{File: path})
	l.out.writing.Lock()
	old := l.out.w
	l.out.w = struct {
		*disk
		closer
	}{&disk{room: 4}, closer{old.(*os.File)}}
	l.out.writing.Unlock()
	for _, s := range []string{"aa", "bb", "cc"} {
		l.Record(id(s))
	}
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	if string(got) != "cc\n" || l.Dropped() != 1 {
		t.Errorf("file %q, dropped %d, want cc and the torn line dropped", got, l.Dropped())
	}
}

type closer struct{ f *os.File }

func (c closer) Close() error { return c.f.Close() }

// Lines of many goroutines come out whole, each one once, also while the file
// is reopened.
func TestLog_hammer(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	l := openLog(t, Options{File: path})
	const workers, each = 8, 2000
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			name := strings.Repeat(string(rune('a'+w)), 10+w)
			for range each {
				l.Record(id(name))
			}
		})
	}
	for i := range 20 {
		os.Rename(path, filepath.Join(dir, "old"+string(rune('a'+i))))
		if err := l.Reopen(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for s := range strings.Lines(string(b)) {
			lines[s]++
		}
	}
	total := 0
	for s, n := range lines {
		if c := strings.Repeat(s[:1], 10+int(s[0]-'a')) + "\n"; s != c {
			t.Errorf("line %q, want %q", s, c)
		}
		total += n
	}
	if want := workers*each - int(l.Dropped()); total != want {
		t.Errorf("%d lines, want %d", total, want)
	}
}
