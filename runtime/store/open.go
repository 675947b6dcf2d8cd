package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	// fileName is the store's file in its directory.
	fileName = "portico.db"

	// leastFile is the size of a new file: four pages of the least size that
	// systems have.
	leastFile = 4 * 4096

	// lockTimeout is how long an open waits for another process to let go: that
	// of a gateway that is being replaced.
	lockTimeout = 2 * time.Second
)

// Buckets of the file.
var (
	bucketMeta     = []byte("meta")     // "schema": decimal
	bucketKV       = []byte("kv")       // a bucket for each namespace: key to record
	bucketUsage    = []byte("usage")    // namespace to bytes in use, 8 bytes
	bucketExpiry   = []byte("expiry")   // timed keys to nothing
	bucketCounters = []byte("counters") // key to record of decimal text

	buckets   = [][]byte{bucketMeta, bucketKV, bucketUsage, bucketExpiry, bucketCounters}
	keySchema = []byte("schema")
)

// options of the file. The list of free pages is not kept in it but found by
// reading the file at open, which verify does anyway: a damaged list would let
// bbolt write over pages in use, and each commit is smaller without it.
func options(readOnly bool) *bolt.Options {
	return &bolt.Options{Timeout: lockTimeout, ReadOnly: readOnly, NoFreelistSync: true, FreelistType: bolt.FreelistMapType, NoStatistics: true}
}

func open(directory string) (*bolt.DB, string, error) {
	path := filepath.Join(directory, fileName)
	wrap := func(err error) (*bolt.DB, string, error) {
		switch {
		case errors.Is(err, bolterrors.ErrTimeout):
			err = ErrInUse
		case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
			err = fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		return nil, path, fmt.Errorf("open store %s: %w", path, err)
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return wrap(err)
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(directory, path); err != nil {
			return wrap(err)
		}
	case err != nil:
		return wrap(err)
	case info.Size() < leastFile: // in an empty one, bbolt would begin anew
		return wrap(fmt.Errorf("%w: the file has %d bytes", ErrCorrupt, info.Size()))
	}
	if err := inspect(path); err != nil {
		return wrap(err)
	}
	var db *bolt.DB
	if err := guard(func() (err error) {
		db, err = bolt.Open(path, 0o600, options(false))
		return err
	}); err != nil {
		return wrap(err)
	}
	return db, path, nil
}

// create makes a new file under another name, so that a crash leaves none or
// a whole one.
func create(directory, path string) error {
	f, err := os.CreateTemp(directory, "."+fileName+".*")
	if err != nil {
		return err
	}
	made := f.Name()
	defer os.Remove(made)
	if err := f.Close(); err != nil {
		return err
	}
	db, err := bolt.Open(made, 0o600, options(false))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(keySchema, strconv.AppendInt(nil, Schema, 10))
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	// Link, unlike rename, does not replace what another process made
	// meanwhile.
	err = os.Link(made, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(made, path) // a file system without links
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDirectory(directory)
}

// syncDirectory makes the name of a new file durable.
func syncDirectory(directory string) error {
	d, err := os.Open(directory)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// inspect reads all of a file before anything can be written to it.
func inspect(path string) error {
	return guard(func() error {
		db, err := bolt.Open(path, 0o600, options(true))
		if err != nil {
			return err
		}
		err = db.View(verify)
		return errors.Join(err, db.Close())
	})
}

// checkSchema comes before verify looks at the rest: what a newer version wrote
// may look different.
func checkSchema(tx *bolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return fmt.Errorf("%w: it has no schema version", ErrCorrupt)
	}
	version, err := strconv.Atoi(string(meta.Get(keySchema)))
	switch {
	case err != nil || version < 1:
		return fmt.Errorf("%w: its schema version is %q", ErrCorrupt, meta.Get(keySchema))
	case version > Schema:
		return fmt.Errorf("%w: its schema version is %d, this one knows %d", ErrNewer, version, Schema)
	}
	return nil
}
