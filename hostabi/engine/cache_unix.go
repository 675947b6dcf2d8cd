//go:build unix

package engine

import (
	"fmt"
	"os"
	"syscall"
)

// checkPrivate refuses a directory that others could put code into or read.
func checkPrivate(dir string) error {
	st, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("cache directory: %w", err)
	}
	if !st.IsDir() {
		return fmt.Errorf("%w: %s is not a directory", ErrCacheDir, dir)
	}
	if mode := st.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%w: %s has mode %#o; it holds native code, so run: chmod 700 %s", ErrCacheDir, dir, mode, dir)
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); ok && int(sys.Uid) != os.Geteuid() {
		return fmt.Errorf("%w: %s belongs to user %d, this is user %d", ErrCacheDir, dir, sys.Uid, os.Geteuid())
	}
	return nil
}
