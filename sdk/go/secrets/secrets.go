// Package secrets uses what the operator keeps secret: [secrets] in the plugin's
// NAME.toml says which and how, and it must grant the capability "secrets" too.
// It does not work in portico.Configure, and what it gives should not be kept:
// the next call gets the operator's new value.
package secrets

import (
	"crypto/subtle"
	"unsafe"

	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Hash is a hash function for HMAC.
type Hash uint32

const (
	SHA1   Hash = abi.HashSHA1 // for peers that have nothing newer
	SHA256 Hash = abi.HashSHA256
	SHA512 Hash = abi.HashSHA512
)

// Read returns a secret that was granted to be read. It fails with
// portico.ErrPermission for one that was granted for use alone, and with
// portico.ErrNotFound for any other.
func Read(name string) ([]byte, error) { return Append(nil, name) }

// Append appends what Read gives to dst, which costs one call and no allocation
// where dst has room.
func Append(dst []byte, name string) ([]byte, error) {
	value, n := abi.Append(dst, func(buf []byte) int32 { return abi.SecretsRead(name, buf) })
	return value, abi.Err(n)
}

// HMAC is the code of RFC 2104 of data, at most 1 MiB, with a secret as its key,
// which the plugin does not see.
func HMAC(name string, h Hash, data []byte) ([]byte, error) {
	text := unsafe.String(unsafe.SliceData(data), len(data))
	sum, n := abi.Append(make([]byte, 0, 64), func(buf []byte) int32 { return abi.SecretsHMAC(name, uint32(h), text, buf) })
	return sum, abi.Err(n)
}

// Verify reports whether mac is the HMAC of data, in a time that does not tell
// how much of it is.
func Verify(name string, h Hash, data, mac []byte) (bool, error) {
	sum, err := HMAC(name, h, data)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, mac) == 1, nil
}
