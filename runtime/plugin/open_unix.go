//go:build unix

package plugin

import "syscall"

// openFlags keep opening a pipe that took a file's place from waiting for its
// writer.
const openFlags = syscall.O_NONBLOCK
