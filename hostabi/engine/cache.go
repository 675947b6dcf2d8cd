package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
)

// cache keeps compiled code on disk. An entry is two files: KEY.code, which is
// wazero's, and KEY.sum, which holds the name that wazero gives it and its
// digest. wazero itself never sees the entries: it works in a stage, an empty
// directory of this process, into which an entry is linked for the length of
// one compilation, after its digest was checked, and out of which a new file
// is moved. wazero's own checksum covers the code but not its table of
// functions, and believes any length.
//
// The methods are called with Engine.compiling held.
type cache struct {
	dir    string
	stage  string // what was made with MkdirTemp
	inner  string // wazero's directory in it
	max    int64
	log    *slog.Logger
	wazero wazero.CompilationCache

	entry string // key of the compilation that is under way
	name  string // wazero's name of what was linked; "" for nothing
}

const (
	codeSuffix  = ".code"
	sumSuffix   = ".sum"
	stagePrefix = "stage-"

	// staleStage is when a stage is taken for one of a process that was
	// killed. If its process lives after all, it makes it anew.
	staleStage = 24 * time.Hour
)

// key names an entry. The original is part of it, so that an entry also says
// that this original was valid; wazero's directory is, for its version.
func (c *cache) key(original [sha256.Size]byte, rewritten []byte, i Interrupt) string {
	h := sha256.New()
	h.Write(original[:])
	h.Write([]byte{byte(i)})
	h.Write([]byte(filepath.Base(c.inner)))
	sum := sha256.Sum256(rewritten)
	h.Write(sum[:])
	return hex.EncodeToString(h.Sum(nil))
}

func openCache(dir string, size int64, log *slog.Logger) (*cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create cache directory: %w", err)
	}
	if err := checkPrivate(dir); err != nil {
		return nil, err
	}
	removeStale(dir)
	stage, err := os.MkdirTemp(dir, stagePrefix)
	if err != nil {
		return nil, fmt.Errorf("create stage of the cache: %w", err)
	}
	c := &cache{dir: dir, stage: stage, max: size, log: log}
	if c.wazero, err = wazero.NewCompilationCacheWithDir(stage); err != nil {
		return nil, errors.Join(err, os.RemoveAll(stage))
	}
	entries, err := os.ReadDir(stage)
	if err != nil || len(entries) != 1 {
		return nil, errors.Join(fmt.Errorf("stage of the cache holds %d directories, want 1", len(entries)), err, c.close())
	}
	c.inner = filepath.Join(stage, entries[0].Name())
	return c, nil
}

func removeStale(dir string) {
	stages, _ := filepath.Glob(filepath.Join(dir, stagePrefix+"*"))
	for _, s := range stages {
		if st, err := os.Stat(s); err == nil && time.Since(st.ModTime()) > staleStage {
			_ = os.RemoveAll(s) // it is only in the way
		}
	}
}

func (c *cache) close() error {
	return errors.Join(c.wazero.Close(context.Background()), os.RemoveAll(c.stage))
}

func (c *cache) path(suffix string) string { return filepath.Join(c.dir, c.entry+suffix) }

// fetch offers the entry of that key to the compilation that follows; known is
// false when there is none that is intact. done ends the compilation and keeps
// what it made. The cache is a convenience, so its errors go to the log.
func (c *cache) fetch(key string) (known bool, done func()) {
	c.entry, c.name = key, ""
	if err := os.MkdirAll(c.inner, 0o700); err != nil {
		c.log.Warn("plugin code cache has no stage", "error", err)
		return false, func() {}
	}
	name, err := c.verify()
	if err == nil {
		err = os.Link(c.path(codeSuffix), filepath.Join(c.inner, name))
	}
	switch {
	case err == nil:
		c.name = name
		now := time.Now()
		_ = os.Chtimes(c.path(codeSuffix), now, now) // for evict alone
	case !errors.Is(err, fs.ErrNotExist):
		c.log.Warn("plugin code cache entry is rebuilt", "entry", key, "error", err)
		c.discard()
	}
	return c.name != "", c.keep
}

// verify compares an entry with its digest and returns wazero's name of it.
func (c *cache) verify() (name string, err error) {
	sum, err := os.ReadFile(c.path(sumSuffix))
	if err != nil {
		return "", err
	}
	name, want, ok := strings.Cut(strings.TrimSuffix(string(sum), "\n"), " ")
	if _, err := hex.DecodeString(name); !ok || err != nil || name == "" {
		return "", errors.New("its digest cannot be read")
	}
	got, err := digestFile(c.path(codeSuffix))
	if err != nil {
		return "", err
	}
	if got != want {
		return "", errors.New("its digest does not match")
	}
	return name, nil
}

func digestFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// discard removes the entry, from the stage too.
func (c *cache) discard() {
	_ = os.Remove(c.path(sumSuffix))
	_ = os.Remove(c.path(codeSuffix))
	if c.name != "" {
		_ = os.Remove(filepath.Join(c.inner, c.name))
		c.name = ""
	}
}

// keep empties the stage: what was linked is there already, what is new
// becomes the entry.
func (c *cache) keep() {
	files, err := os.ReadDir(c.inner)
	for _, f := range files {
		staged := filepath.Join(c.inner, f.Name())
		if f.Name() == c.name || strings.HasSuffix(f.Name(), ".tmp") {
			err = errors.Join(err, os.Remove(staged))
			continue
		}
		err = errors.Join(err, c.store(staged, f.Name()))
	}
	if err != nil {
		c.log.Warn("plugin code is not cached", "error", err)
	}
	c.evict()
}

// store moves a file in; the digest comes last, so that half an entry is none.
func (c *cache) store(staged, name string) error {
	sum, err := digestFile(staged)
	if err != nil {
		return err
	}
	if err := os.Rename(staged, c.path(codeSuffix)); err != nil {
		return err
	}
	tmp := filepath.Join(c.stage, "sum")
	if err := os.WriteFile(tmp, []byte(name+" "+sum+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, c.path(sumSuffix))
}

// evict removes the entries used longest ago until the rest is small enough.
// The one of the compilation that ends stays.
func (c *cache) evict() {
	type entry struct {
		path string
		size int64
		used time.Time
	}
	var entries []entry
	var total int64
	paths, _ := filepath.Glob(filepath.Join(c.dir, "*"+codeSuffix))
	for _, p := range paths {
		if st, err := os.Stat(p); err == nil {
			entries = append(entries, entry{p, st.Size(), st.ModTime()})
			total += st.Size()
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return a.used.Compare(b.used) })
	for _, e := range entries {
		if total <= c.max {
			return
		}
		if e.path == c.path(codeSuffix) {
			continue
		}
		_ = os.Remove(strings.TrimSuffix(e.path, codeSuffix) + sumSuffix)
		_ = os.Remove(e.path)
		total -= e.size
	}
}
