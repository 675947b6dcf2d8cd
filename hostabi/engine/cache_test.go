package engine

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cached compiles a guest on a new engine with a cache in dir and calls it. It
// returns what was logged.
func cached(t *testing.T, dir string, o Options) string {
	t.Helper()
	var log bytes.Buffer
	o.CacheDir = dir
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := e.DefineHost("test", testHost()); err != nil {
		t.Fatal(err)
	}
	m, err := e.Compile(t.Context(), guest(t, "basic"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	p, err := m.NewPool(PoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	i := take(t, p)
	defer p.Put(i)
	if got, err := call(t, i, "answer"); got != 42 || err != nil {
		t.Errorf("answer() = %v, %v", got, err)
	}
	return log.String()
}

// entries lists the files of a cache, by suffix.
func entries(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, f := range files {
		found[filepath.Ext(f.Name())] = append(found[filepath.Ext(f.Name())], filepath.Join(dir, f.Name()))
	}
	return found
}

func TestCacheKeepsCode(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cache")
	cached(t, dir, Options{})
	first := entries(t, dir)
	if len(first[codeSuffix]) != 1 || len(first[sumSuffix]) != 1 || len(first) != 2 {
		t.Fatalf("the cache holds %v, want one entry", first)
	}
	if st, err := os.Stat(dir); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("directory has mode %v, %v", st.Mode(), err)
	}
	before, err := os.Stat(first[codeSuffix][0])
	if err != nil {
		t.Fatal(err)
	}
	if log := cached(t, dir, Options{}); log != "" {
		t.Errorf("second run logs %s", log)
	}
	after, err := os.Stat(first[codeSuffix][0])
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the entry was made again: %v", err)
	}
}

func TestCacheIsRebuiltWhenCorrupt(t *testing.T) {
	for _, c := range []struct {
		name   string
		suffix string
		harm   func([]byte) []byte
		log    string
	}{
		{"a byte of code", codeSuffix, func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, "its digest does not match"},
		{"the table of functions", codeSuffix, func(b []byte) []byte { b[20] ^= 0x7f; return b }, "its digest does not match"},
		{"code that is cut short", codeSuffix, func(b []byte) []byte { return b[:len(b)/2] }, "its digest does not match"},
		{"no code", codeSuffix, func([]byte) []byte { return nil }, "its digest does not match"},
		{"the digest", sumSuffix, func(b []byte) []byte { b[len(b)-2] ^= 1; return b }, "its digest does not match"},
		{"a name that leads elsewhere", sumSuffix, func([]byte) []byte { return []byte("../../etc/passwd 00\n") }, "its digest cannot be read"},
		{"no digest", sumSuffix, func([]byte) []byte { return nil }, "its digest cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			cached(t, dir, Options{})
			name := entries(t, dir)[c.suffix][0]
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			good := bytes.Clone(b)
			if err := os.WriteFile(name, c.harm(b), 0o600); err != nil {
				t.Fatal(err)
			}
			if log := cached(t, dir, Options{}); !strings.Contains(log, "entry is rebuilt") || !strings.Contains(log, c.log) {
				t.Errorf("log is %q, want %q", log, c.log)
			}
			if b, err := os.ReadFile(name); err != nil || !bytes.Equal(b, good) {
				t.Errorf("the entry is not as it was: %v", err)
			}
			if log := cached(t, dir, Options{}); log != "" {
				t.Errorf("next run logs %s", log)
			}
		})
	}
}

// An entry whose digest is right is still wazero's to judge.
func TestCacheEntryThatWazeroRefusesIsRebuilt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	cached(t, dir, Options{})
	found := entries(t, dir)
	code, sum := found[codeSuffix][0], found[sumSuffix][0]
	if err := os.WriteFile(code, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	digest, err := digestFile(code)
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(sum)
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(string(old), " ")
	if err := os.WriteFile(sum, []byte(name+" "+digest+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cached(t, dir, Options{})
	if b, err := os.ReadFile(sum); err != nil || !bytes.Equal(b, old) {
		t.Errorf("digest is %q, %v, want %q", b, err, old)
	}
}

func TestCacheForgetsWhatWasUsedLongestAgo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	cached(t, dir, Options{})
	first := entries(t, dir)[codeSuffix][0]
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(first, past, past); err != nil {
		t.Fatal(err)
	}
	// Another interruption makes another entry.
	cached(t, dir, Options{Interrupt: Off, CacheBytes: 1})
	got := entries(t, dir)
	if len(got[codeSuffix]) != 1 || len(got[sumSuffix]) != 1 || got[codeSuffix][0] == first {
		t.Errorf("the cache holds %v, want the new entry only", got)
	}
}

func TestCacheRemovesStagesOfKilledProcesses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"stage-old": 25 * time.Hour, "stage-new": time.Hour} {
		p := filepath.Join(dir, name)
		if err := os.Mkdir(p, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	cached(t, dir, Options{})
	left, err := filepath.Glob(filepath.Join(dir, "stage-*"))
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != "stage-new" {
		t.Errorf("stages left: %v", left)
	}
}

func TestStageIsMadeAgain(t *testing.T) {
	e := newEngine(t, Options{CacheDir: filepath.Join(t.TempDir(), "cache")})
	if err := os.RemoveAll(e.cache.stage); err != nil {
		t.Fatal(err)
	}
	compileGuest(t, e, guest(t, "basic"), Limits{})
	if got := entries(t, e.cache.dir); len(got[codeSuffix]) != 1 {
		t.Errorf("the cache holds %v, want one entry", got)
	}
}

func TestCacheDirMustBePrivate(t *testing.T) {
	base := t.TempDir()
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{CacheDir: file}); err == nil {
		t.Error("a file is taken for a directory")
	}
	for _, mode := range []os.FileMode{0o750, 0o705, 0o777} {
		dir := filepath.Join(base, "cache")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Options{CacheDir: dir}); !errors.Is(err, ErrCacheDir) || !strings.Contains(err.Error(), "chmod 700") {
			t.Errorf("mode %#o: %v, want %v", mode, err, ErrCacheDir)
		}
	}
}

func TestCacheDirMustBeOwn(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a directory away")
	}
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(dir, 0o700), os.Chown(dir, 12345, 12345)); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{CacheDir: dir}); !errors.Is(err, ErrCacheDir) || !strings.Contains(err.Error(), "belongs to user 12345") {
		t.Errorf("New: %v, want %v", err, ErrCacheDir)
	}
}
