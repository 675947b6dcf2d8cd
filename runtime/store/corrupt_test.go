package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// sample is the file of a store with some of everything.
func sample(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	e := openEmbedded(t, dir, Options{})
	for ns := range 3 {
		kv := e.Namespace(fmt.Sprint("namespace-", ns), 0)
		for i := range 40 {
			if err := kv.Put(t.Context(), fmt.Sprint("key-", i), bytes.Repeat([]byte("v"), 40*i), time.Duration(i%2)*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := e.Counters().Add(t.Context(), "c", 5, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// openBytes opens a store of these bytes. The file of a refused one must be
// as it was.
func openBytes(t *testing.T, b []byte) (*Embedded, error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := OpenEmbedded(dir, Options{})
	if err == nil {
		return e, nil
	}
	if !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not name the file", err)
	}
	after, readErr := os.ReadFile(path)
	if readErr != nil || !bytes.Equal(after, b) {
		t.Errorf("a refused file was changed (%v)", readErr)
	}
	return nil, err
}

func TestFilesThatAreRefused(t *testing.T) {
	whole := sample(t)
	for _, c := range []struct {
		name string
		file []byte
	}{
		{"an empty file", nil},
		{"another text", []byte("hello, this is no store")},
		{"a file of zeros", make([]byte, len(whole))},
		{"the first page alone", whole[:4096]},
		{"both meta pages alone", whole[:8192]},
		{"a file cut in the middle", whole[:len(whole)/2]},
		{"a value with one other byte", bytes.Replace(whole, []byte("vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"), []byte("vvvvvvvvvvvvvvvvvvvvvwvvvvvvvvvvvvvvvvvvv"), -1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := openBytes(t, c.file)
			if err == nil {
				e.Close()
			}
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("OpenEmbedded = %v, want ErrCorrupt", err)
			}
		})
	}
}

// Whatever is damaged: the store is refused, or every value that it gives is
// the one that was put.
func TestDamageIsNoticed(t *testing.T) {
	whole := sample(t)
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	r := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for round := range rounds {
		b := bytes.Clone(whole)
		at := r.IntN(len(b) - 64)
		switch round % 3 {
		case 0:
			b[at] ^= byte(1 + r.IntN(255))
		case 1: // a page's head
			at = at / 4096 * 4096
			for i := range 16 {
				b[at+i] = byte(r.Uint32())
			}
		case 2:
			for i := range 64 {
				b[at+i] = 0
			}
		}
		e, err := openBytes(t, b)
		if err != nil {
			refused++
			continue
		}
		for ns := range 3 {
			kv := e.Namespace(fmt.Sprint("namespace-", ns), 0)
			for i := range 40 {
				v, ok, err := kv.Get(context.Background(), fmt.Sprint("key-", i))
				if err != nil || !ok || !bytes.Equal(v, bytes.Repeat([]byte("v"), 40*i)) {
					t.Errorf("round %d: a store damaged at %d gives %q, %v, %v for key %d", round, at, v, ok, err, i)
				}
			}
		}
		if err := e.Close(); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
	}
	if refused == 0 {
		t.Error("no damage was noticed")
	}
	t.Logf("%d of %d damaged files refused, the others lack nothing", refused, rounds)
}

// The value is changed below the open store, as a failing disk would.
func TestDamageWhileOpenConcernsItsKeyAlone(t *testing.T) {
	dir := t.TempDir()
	e := openEmbedded(t, dir, Options{})
	kv := e.Namespace("a", 0)
	for _, k := range []string{"good", "harm"} {
		if err := kv.Put(t.Context(), k, []byte("the value of "+k), 0); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, fileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := []byte("the value of harm")
	for at := 0; ; { // in every page that has it, old ones too
		i := bytes.Index(b[at:], text)
		if i < 0 {
			break
		}
		if _, err := f.WriteAt([]byte("X"), int64(at+i)); err != nil {
			t.Fatal(err)
		}
		at += i + 1
	}
	if _, _, err := kv.Get(t.Context(), "harm"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Get = %v, want ErrCorrupt", err)
	}
	if v, ok, err := kv.Get(t.Context(), "good"); string(v) != "the value of good" || !ok || err != nil {
		t.Errorf("another key: %q, %v, %v", v, ok, err)
	}
	if _, err := kv.Increment(t.Context(), "harm", 1); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Increment = %v, want ErrCorrupt", err)
	}
	if err := kv.Put(t.Context(), "harm", []byte("new"), 0); err != nil {
		t.Errorf("Put in its place: %v", err)
	}
	if v, _, err := kv.Get(t.Context(), "harm"); string(v) != "new" || err != nil {
		t.Errorf("after: %q, %v", v, err)
	}
}

func TestAPanicEndsWritingAndNotReading(t *testing.T) {
	log, text := logged()
	e := openEmbedded(t, t.TempDir(), Options{Log: log})
	kv := e.Namespace("a", 0)
	if err := kv.Put(t.Context(), "k", []byte("v"), 0); err != nil {
		t.Fatal(err)
	}
	if err := e.update(t.Context(), 0, func(*bolt.Tx) error { panic("page 7: not a leaf") }); !errors.Is(err, ErrCorrupt) {
		t.Errorf("update = %v, want ErrCorrupt", err)
	}
	if err := kv.Put(t.Context(), "k", []byte("w"), 0); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "page 7: not a leaf") {
		t.Errorf("Put = %v, want the reason", err)
	}
	if v, _, err := kv.Get(t.Context(), "k"); string(v) != "v" || err != nil {
		t.Errorf("Get = %q, %v", v, err)
	}
	if !strings.Contains(text(), "cannot be written any more") {
		t.Errorf("log: %s", text())
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		dir := t.TempDir()
		openEmbedded(t, dir, Options{}).Close()
		path := filepath.Join(dir, fileName)
		for _, c := range []struct {
			version string
			want    error
		}{{"2", ErrNewer}, {"0", ErrCorrupt}, {"x", ErrCorrupt}} {
			db, err := bolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(keySchema, []byte(c.version)) }); err != nil {
				t.Fatal(err)
			}
			db.Close()
			if _, err := OpenEmbedded(dir, Options{}); !errors.Is(err, c.want) {
				t.Errorf("schema %s: %v, want %v", c.version, err, c.want)
			}
		}
	})
	t.Run("redis", func(t *testing.T) {
		s := serve(t)
		r := s.open(Options{})
		for version, want := range map[string]error{"2": ErrNewer, "0": ErrCorrupt, "x": ErrCorrupt} {
			if err := r.client.Set(t.Context(), keyPrefix+"schema", version, 0).Err(); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenRedis(t.Context(), s.address(), Options{}); !errors.Is(err, want) {
				t.Errorf("schema %s: %v, want %v", version, err, want)
			}
		}
	})
}

func TestAPageBeyondTheFilesEndIsAnErrorNotACrash(t *testing.T) {
	dir := t.TempDir()
	e := openEmbedded(t, dir, Options{})
	kv := e.Namespace("a", 0)
	if err := kv.Put(t.Context(), "k", make([]byte, 1<<20), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, fileName), 8192); err != nil {
		t.Fatal(err)
	}
	if _, _, err := kv.Get(t.Context(), "k"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Get = %v, want ErrCorrupt", err)
	}
}

func TestADamagedCounterDoesNotHoldTheOthers(t *testing.T) {
	log, text := logged()
	e := openEmbedded(t, t.TempDir(), Options{Log: log})
	c := e.Counters()
	for _, key := range []string{"good", "harm"} {
		if _, err := c.Add(t.Context(), key, 1, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.update(t.Context(), 0, func(tx *bolt.Tx) error {
		return tx.Bucket(bucketCounters).Put([]byte("harm"), []byte("not what was written"))
	}); err != nil {
		t.Fatal(err)
	}
	if err := e.counters.flush(); err != nil {
		t.Fatal(err)
	}
	if n, _, err := (embeddedCounters{e}).load(t.Context(), "good"); n != 1 || err != nil {
		t.Errorf("the other is %d, %v, want 1", n, err)
	}
	if _, _, err := (embeddedCounters{e}).load(t.Context(), "harm"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("load = %v, want ErrCorrupt", err)
	}
	if !strings.Contains(text(), "a counter cannot be stored") {
		t.Errorf("log: %s", text())
	}
}
