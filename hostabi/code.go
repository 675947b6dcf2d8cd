package hostabi

import "strconv"

// Code is the answer of a host function that is not a success. It is an error
// so that implementations of a capability can return it; a guest gets it as a
// negative i32.
type Code int32

const (
	// ENOENT: there is no such field, header, parameter or entry. An empty
	// one is there and answers 0.
	ENOENT Code = -1
	// EINVAL: an argument is not one that the function takes.
	EINVAL Code = -2
	// EFAULT: a pointer and its length reach outside of the guest's memory.
	EFAULT Code = -3
	// EPERM: the operator has not granted it.
	EPERM Code = -4
	// EPHASE: not in this kind of call, or no longer.
	EPHASE Code = -5
	// EBADF: no such stream, or it is closed.
	EBADF Code = -6
	// EAGAIN: not now; a limit per time is used up.
	EAGAIN Code = -7
	// ETIMEDOUT: what was waited for did not come in its time.
	ETIMEDOUT Code = -8
	// ECONN: the other side of a stream or connection failed.
	ECONN Code = -9
	// E2BIG: over a limit of size.
	E2BIG Code = -10
	// ENOSYS: not in this version.
	ENOSYS Code = -11
	// EABORT: the call's deadline has passed or its client has gone.
	EABORT Code = -12
	// EIO: the host could not do it; its log says why.
	EIO Code = -13
	// EEXIST: compare-and-set found something else.
	EEXIST Code = -14
)

var codeNames = [...]string{"", "ENOENT", "EINVAL", "EFAULT", "EPERM", "EPHASE", "EBADF", "EAGAIN",
	"ETIMEDOUT", "ECONN", "E2BIG", "ENOSYS", "EABORT", "EIO", "EEXIST"}

func (c Code) Error() string {
	if i := -int(c); i > 0 && i < len(codeNames) {
		return codeNames[i]
	}
	return "code " + strconv.Itoa(int(c))
}
