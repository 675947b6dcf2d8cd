// Package abi is the native ABI of Portico as Go functions: the host's
// functions one by one, with their numbers. ABI.md of the gateway is its
// documentation. On wasip1 they are imports; elsewhere they go to a [Host]
// that a test supplies.
package abi

import "strconv"

// Code is a negative answer of the host.
type Code int32

const (
	ENOENT    Code = -1
	EINVAL    Code = -2
	EFAULT    Code = -3
	EPERM     Code = -4
	EPHASE    Code = -5
	EBADF     Code = -6
	EAGAIN    Code = -7
	ETIMEDOUT Code = -8
	ECONN     Code = -9
	E2BIG     Code = -10
	ENOSYS    Code = -11
	EABORT    Code = -12
	EIO       Code = -13
	EEXIST    Code = -14
)

var codeNames = [...]string{"", "ENOENT", "EINVAL", "EFAULT", "EPERM", "EPHASE", "EBADF", "EAGAIN",
	"ETIMEDOUT", "ECONN", "E2BIG", "ENOSYS", "EABORT", "EIO", "EEXIST"}

func (c Code) Error() string {
	if i := -int(c); i > 0 && i < len(codeNames) {
		return codeNames[i]
	}
	return "code " + strconv.Itoa(int(c))
}

// Err is the error of a result, nil when it is none.
func Err(result int32) error {
	if result < 0 {
		return Code(result)
	}
	return nil
}

// Messages, which are also the handles of their bodies.
const (
	Request  = 0
	Response = 1
)

// Sources of parameters.
const (
	SourcePath          = 1
	SourceQuery         = 2
	SourceStageVariable = 3
	SourceAuthContext   = 4
	SourceCookie        = 5
)

// Hashes of SecretsHMAC.
const (
	HashSHA1   = 1
	HashSHA256 = 2
	HashSHA512 = 3
)

// FlagAbsent of KVCompareAndSet: there must be no value.
const FlagAbsent = 1

// Flags of HTTPRequest and HTTPStart.
const (
	FlagStream    = 1
	FlagRedirects = 2
)

// Answers of the exported functions.
const (
	AnswerDeny         = 0
	AnswerAllow        = 1
	AnswerUnauthorized = 2
	AnswerResult       = 3
	AnswerContinue     = 0
	AnswerRespond      = 1
)
