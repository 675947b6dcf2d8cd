//go:build !unix

package engine

import (
	"fmt"
	"os"
)

// checkPrivate sees that there is a directory. Modes say nothing about access
// here; the directories of a user are closed to others by default.
func checkPrivate(dir string) error {
	st, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("cache directory: %w", err)
	}
	if !st.IsDir() {
		return fmt.Errorf("%w: %s is not a directory", ErrCacheDir, dir)
	}
	return nil
}
