//go:build unix

package admin

import (
	"errors"
	"syscall"
)

// refused reports that nobody listens on a socket.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
