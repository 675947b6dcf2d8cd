package store

import (
	"fmt"
	"runtime/debug"
)

// guard runs f and makes an error of a panic and of a memory fault: what bbolt
// does when a page of its file is not what it must be, or when the file became
// shorter than its mapping.
func guard(f func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, r)
		}
	}()
	return f()
}
