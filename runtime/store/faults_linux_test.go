package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func init() { children["filler"] = filler }

// fill puts until that fails and returns how many were acknowledged.
func fill(e *Embedded) (int, error) {
	kv := e.Namespace("fill", -1)
	for i := 0; ; i++ {
		if err := kv.Put(context.Background(), fmt.Sprint(i), make([]byte, 10_000), 0); err != nil || i == 100_000 {
			return i, err
		}
	}
}

// filled checks that the first n are there, and no longer knows of any other.
func filled(e *Embedded, n int) error {
	kv := e.Namespace("fill", -1)
	for i := range n {
		if v, ok, err := kv.Get(context.Background(), fmt.Sprint(i)); err != nil || !ok || len(v) != 10_000 {
			return fmt.Errorf("key %d: %d bytes, %v, %w", i, len(v), ok, err)
		}
	}
	if _, ok, err := kv.Get(context.Background(), fmt.Sprint(n)); ok || err != nil {
		return fmt.Errorf("key %d, which was refused: %v, %w", n, ok, err)
	}
	return nil
}

func TestAFullDiskRefusesAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		missing(t, fmt.Sprintf("a small file system cannot be mounted, which only root may: %v", err))
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(dir, "store")
	e := openEmbedded(t, store, Options{})
	n, err := fill(e)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), filepath.Join(store, fileName)) {
		t.Fatalf("on a full disk: %v, want ENOSPC and the file's name", err)
	}
	if n == 0 {
		t.Fatal("nothing was stored")
	}
	if err := filled(e, n); err != nil {
		t.Fatal(err)
	}
	c := e.Counters()
	if _, err := c.Add(t.Context(), "c", 5, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := e.Namespace("fill", -1).Put(t.Context(), "after", nil, 0); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = openEmbedded(t, store, Options{})
	if err := filled(e, n); err != nil {
		t.Error(err)
	}
	if got, err := e.Counters().Get(t.Context(), "c"); got != 5 || err != nil {
		t.Errorf("counter %d, %v, want 5", got, err)
	}
}

// filler is a child whose files may have 1 MiB.
func filler(args []string) {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println(0, err)
		return
	}
	e, err := OpenEmbedded(args[0], Options{})
	if err != nil {
		fmt.Println(0, err)
		return
	}
	n, err := fill(e)
	if err := filled(e, n); err != nil {
		fmt.Println(0, err)
		return
	}
	if _, err := e.Counters().Add(context.Background(), "c", 1, time.Time{}); err != nil {
		fmt.Println(0, err)
		return
	}
	time.Sleep(2 * flushEvery)
	_, late := e.Counters().Add(context.Background(), "c", 1, time.Time{})
	fmt.Printf("%d %v, late %v\n", n, err, late)
}

func TestALimitedFileRefusesAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	out, err := child(t, "filler", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(string(out), &n); err != nil || n == 0 || strings.Count(string(out), "file too large") != 1 ||
		!strings.HasSuffix(string(out), "late <nil>\n") {
		t.Fatalf("the child says %q, %v", out, err)
	}
	e := openEmbedded(t, dir, Options{})
	if err := filled(e, n); err != nil {
		t.Errorf("after %s: %v", out, err)
	}
}

// unprivileged runs f as nobody would, on a thread that ends with it.
func unprivileged(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		goruntime.LockOSThread() // and never unlocked
		if os.Geteuid() == 0 {
			syscall.Syscall(syscall.SYS_SETFSUID, 65534, 0, 0)
		}
		f()
	}()
	<-done
}

func TestDirectoriesThatCannotBeUsed(t *testing.T) {
	t.Run("one that is read-only and has no store", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		unprivileged(func() { refusedWith(t, dir, fs.ErrPermission) })
	})
	t.Run("one whose file is read-only", func(t *testing.T) {
		dir := t.TempDir()
		openEmbedded(t, dir, Options{}).Close()
		if err := os.Chmod(filepath.Join(dir, fileName), 0o444); err != nil {
			t.Fatal(err)
		}
		unprivileged(func() { refusedWith(t, dir, fs.ErrPermission) })
		openEmbedded(t, dir, Options{})
	})
	t.Run("a file in its place", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		refusedWith(t, file, syscall.ENOTDIR)
	})
	t.Run("one that another has open", func(t *testing.T) {
		dir := t.TempDir()
		openEmbedded(t, dir, Options{})
		refusedWith(t, dir, ErrInUse)
	})
}

func refusedWith(t *testing.T, dir string, want error) {
	t.Helper()
	e, err := OpenEmbedded(dir, Options{})
	if err == nil {
		e.Close()
	}
	if !errors.Is(err, want) || !strings.Contains(err.Error(), filepath.Join(dir, fileName)) {
		t.Errorf("OpenEmbedded = %v, want %v and the file's name", err, want)
	}
}
