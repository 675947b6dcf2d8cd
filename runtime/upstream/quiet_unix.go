//go:build unix

package upstream

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// canTalk says that writeNow and readNow work here.
const canTalk = true

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

// writeNow writes what the kernel takes without waiting.
func writeNow(fd uintptr, p []byte) (n int, err error) {
	for {
		n, err = syscall.Write(int(fd), p)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}

// readNow reads what is there; ok is false when nothing is yet.
func readNow(fd uintptr, p []byte) (n int, ok bool, err error) {
	for {
		n, err = syscall.Read(int(fd), p)
		switch err {
		case nil:
			return n, true, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, false, nil
		default:
			return 0, true, err
		}
	}
}
