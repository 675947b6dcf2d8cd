//go:build unix

package upstream

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// quiet reports whether a read that does not wait finds nothing. Sockets of
// net are non-blocking. The byte it may take is not missed: it makes the
// connection useless.
func quiet(fd uintptr, p []byte) bool {
	_, err := syscall.Read(int(fd), p)
	return err == syscall.EAGAIN
}

// canPeek says that empty can tell.
const canPeek = true

// empty reports whether there is nothing to read, the end included. It takes
// nothing.
func empty(fd uintptr) bool {
	var p [1]byte
	for {
		_, _, err := unix.Recvfrom(int(fd), p[:], unix.MSG_PEEK)
		if err != unix.EINTR {
			return err == unix.EAGAIN
		}
	}
}
