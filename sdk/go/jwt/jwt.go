// Package jwt verifies tokens against issuers that the operator declares:
// [jwt.NAME] in the plugin's NAME.toml says where the keys are and what a token
// must be, and it must grant the capability "jwt" too. The gateway fetches the keys
// and keeps them. It does not work in portico.Configure.
package jwt

import (
	"encoding/json"
	"strings"

	portico "github.com/portico-gateway/portico/sdk/go"
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
)

// Error says why a token is refused. It is portico.ErrInvalid for Malformed and
// portico.ErrPermission for all others, as errors.Is sees it.
type Error string

// Why a token is refused. ABI.md of the gateway says when each is.
const (
	Malformed Error = "malformed" // it is no token
	Algorithm Error = "algorithm" // one that is not taken
	Key       Error = "key"       // no key of the issuer's is the token's
	Signature Error = "signature"
	Claims    Error = "claims" // they are not what claims must be
	Expired   Error = "expired"
	NotYet    Error = "not_yet"
	Issuer    Error = "issuer"   // another one's
	Audience  Error = "audience" // it is for somebody else
)

func (e Error) Error() string { return "the token is refused: " + string(e) }

// Unwrap gives the code that the gateway answered with.
func (e Error) Unwrap() error {
	if e == Malformed {
		return portico.ErrInvalid
	}
	return portico.ErrPermission
}

// scheme is how a token begins in a header Authorization (RFC 6750).
const scheme = "Bearer "

// Verify verifies a token of the issuer NAME and returns its claims: the JSON
// object that was signed, to the byte. A leading "Bearer " is cut off, in any case.
//
// The error is an [Error] for a token that is not good: answer 401. It is
// portico.ErrTooLarge for one of more than 16 KiB, portico.ErrConnection if the
// keys cannot be had now, which says nothing about the token, and
// portico.ErrNotFound for an issuer that is not declared.
func Verify(issuer, token string) (claims []byte, err error) {
	if n := len(scheme); len(token) > n && strings.EqualFold(token[:n], scheme) {
		token = strings.TrimLeft(token[n:], " ")
	}
	room := make([]byte, 0, len(token)*3/4) // claims are no longer than that
	claims, n := abi.Append(room, func(buf []byte) int32 { return abi.JWTVerify(issuer, token, buf) })
	switch code := abi.Code(n); {
	case n >= 0:
		return claims, nil
	case code != abi.EINVAL && code != abi.EPERM:
		return nil, code
	}
	reason, n := abi.Append(make([]byte, 0, 16), abi.JWTReason)
	if err := abi.Err(n); err != nil {
		return nil, err
	}
	return nil, Error(reason)
}

// Into is Verify that decodes the claims into v, as encoding/json does: give
// numbers that may be large the type json.Number or int64.
func Into(issuer, token string, v any) error {
	claims, err := Verify(issuer, token)
	if err != nil {
		return err
	}
	return json.Unmarshal(claims, v)
}
