package plugin

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Within a bubble the clock stands in the year 2000, so the times of all files
// lie in the future: they rest by observation alone.

func TestAFileIsReadWhenItRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "a.wasm")
		start := time.Now()
		must(t, os.WriteFile(file, nil, 0o644))
		const parts = 5
		go func() {
			for range parts {
				f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
				if err == nil {
					_, err = f.WriteString("part ")
					err = errors.Join(err, f.Close())
				}
				if err != nil {
					t.Error(err)
				}
				time.Sleep(80 * time.Millisecond)
			}
		}()
		b, _, err := newResting(100*time.Millisecond).read(t.Context(), file, 100)
		if want := strings.Repeat("part ", parts); string(b) != want || err != nil {
			t.Errorf("read = %q, %v, want %q", b, err, want)
		}
		if took := time.Since(start); took < 420*time.Millisecond || took > 600*time.Millisecond {
			t.Errorf("read after %s, want within 100 ms to 200 ms of the last change", took)
		}
	})
}

func TestAFileThatIsWrittenAllTheTimeIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "a.wasm")
		must(t, os.WriteFile(file, nil, 0o644))
		done, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			for n := int64(0); ; n++ {
				select {
				case <-done:
					return
				case <-time.After(50 * time.Millisecond):
					if err := os.Truncate(file, n); err != nil {
						t.Error(err)
					}
				}
			}
		}()
		_, _, err := newResting(100*time.Millisecond).read(t.Context(), file, 1<<20)
		close(done)
		<-ended
		if want := "still being written after 10s"; !errors.Is(err, ErrUnrest) || err.Error() != want {
			t.Errorf("read = %v, want %s", err, want)
		}
	})
}

func TestAnOldFileIsReadAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.wasm")
	must(t, os.WriteFile(file, []byte("m"), 0o644))
	time.Sleep(30 * time.Millisecond)
	r := newResting(30 * time.Millisecond)
	if _, yet := r.look(file, time.Now()); yet > 0 {
		t.Errorf("a file that rests is to rest %s more", yet)
	}
}

func TestReadFileRefusesAnotherVersion(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.wasm")
	must(t, os.WriteFile(file, []byte("one"), 0o644))
	now := stampOf(file)
	tests := []struct {
		name string
		want func() stamp
		err  error
	}{
		{"the same", func() stamp { return now }, nil},
		{"another size", func() stamp { s := now; s.size++; return s }, errChanged},
		{"another time", func() stamp { s := now; s.modified++; return s }, errChanged},
		{"another file of equal size and time", func() stamp { s := now; s.ino++; return s }, errChanged},
		{"a file that has gone", func() stamp {
			must(t, os.Remove(file))
			return now
		}, os.ErrNotExist},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, err := readFile(file, test.want())
			if !errors.Is(err, test.err) || (err == nil) != (string(b) == "one") {
				t.Errorf("readFile = %q, %v, want %v", b, err, test.err)
			}
		})
	}
}

func TestReadFileSeesAPathThatLeadsElsewhere(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "1"), filepath.Join(dir, "link")
	must(t, os.WriteFile(file, []byte("one"), 0o644))
	must(t, os.Symlink("1", link))
	want := stampOf(link)
	must(t, os.WriteFile(filepath.Join(dir, "2"), []byte("two"), 0o644))
	must(t, os.Remove(link))
	must(t, os.Symlink("2", link))
	if _, err := readFile(link, want); err != errChanged {
		t.Errorf("readFile = %v, want %v", err, errChanged)
	}
}

func TestNames(t *testing.T) {
	tests := map[string]bool{
		"a": true, "Session-2_b": true, "0": true, strings.Repeat("a", 250): true,
		"": false, "-a": false, "_a": false, ".": false, "..": false, ".a": false, "a.b": false,
		"a/b": false, `a\b`: false, "a b": false, "ä": false, "a\x00": false, strings.Repeat("a", 251): false,
	}
	for name, ok := range tests {
		if err := checkName(name); (err == nil) != ok {
			t.Errorf("checkName(%q) = %v, want ok: %v", name, err, ok)
		}
	}
}
