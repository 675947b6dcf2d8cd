//go:build unix

package upstream

import "syscall"

// quiet reports whether a read that does not wait finds nothing. Sockets of
// net are non-blocking. The byte it may take is not missed: it makes the
// connection useless.
func quiet(fd uintptr, p []byte) bool {
	_, err := syscall.Read(int(fd), p)
	return err == syscall.EAGAIN
}
