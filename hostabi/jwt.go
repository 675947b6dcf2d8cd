package hostabi

import "context"

// JWT verifies tokens against the issuers that the operator declared.
type JWT interface {
	// Verify verifies a token, at most MaxToken bytes, against an issuer by its
	// name in the plugin's NAME.toml, and returns its claims: the very JSON that
	// was signed, at most three quarters as long as the token. ENOENT: no such
	// issuer; ECONN: its keys cannot be had now; a TokenFault: the token is not
	// good. It may wait for keys, and heeds ctx's Deadline there: its Done
	// channel may stay open beyond it.
	Verify(ctx context.Context, issuer, token string) (claims []byte, err error)
}

// MaxToken bounds a token in bytes. A header field that a client sends is bounded
// below that; a token in a body is bounded by this.
const MaxToken = 16 << 10

// TokenFault says why a token is refused. It is an error: of JWT.Verify, and in
// a guest EINVAL for TokenMalformed and EPERM for all others.
type TokenFault uint8

const (
	// TokenMalformed: it is no compact JWS with a header in JSON.
	TokenMalformed TokenFault = iota + 1
	// TokenAlgorithm: its algorithm is none that is allowed here, or its header
	// says that something else must be understood.
	TokenAlgorithm
	// TokenKey: no key of its issuer is the one that it names, or that key is
	// not for its algorithm.
	TokenKey
	// TokenSignature: the signature is not that key's.
	TokenSignature
	// TokenExpired: its time is over.
	TokenExpired
	// TokenNotYet: its time has not come, or it says that it was issued later
	// than now.
	TokenNotYet
	// TokenIssuer: it is another issuer's.
	TokenIssuer
	// TokenAudience: it is for somebody else.
	TokenAudience
	// TokenClaims: its claims are no JSON object, name something twice, have the
	// wrong type, or lack an end of their time.
	TokenClaims
	tokenFaults
)

// TokenFaults is the number of faults and of the zero value, which is none.
const TokenFaults = int(tokenFaults)

var tokenFaultNames = [TokenFaults]string{"", "malformed", "algorithm", "key", "signature", "expired",
	"not_yet", "issuer", "audience", "claims"}

// Error is the word that a guest gets for it.
func (f TokenFault) Error() string {
	if int(f) < len(tokenFaultNames) {
		return tokenFaultNames[f]
	}
	return "unknown"
}

// Code is what a guest gets for it.
func (f TokenFault) Code() Code {
	if f == TokenMalformed {
		return EINVAL
	}
	return EPERM
}
