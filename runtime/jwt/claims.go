package jwt

import (
	"errors"
	"math"
	"strconv"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/portico-gateway/portico/hostabi"
)

// maxDate bounds dates on both sides of 1970: the end of the year 9999. What is
// beyond was written in another unit.
const maxDate = 253402300799

// claims are those that are judged. Strings are views of the payload.
type claims struct {
	expires, notBefore, issued date
	issuer, client             string
	audience                   []string
	hasAudience                bool
	room                       [4]string // of audience
}

// date is a NumericDate that may be absent.
type date struct {
	at  gojwt.NumericDate
	set bool
}

func (d *date) pointer() *gojwt.NumericDate {
	if !d.set {
		return nil
	}
	return &d.at
}

var _ gojwt.Claims = (*claims)(nil)

func (c *claims) GetExpirationTime() (*gojwt.NumericDate, error) { return c.expires.pointer(), nil }
func (c *claims) GetNotBefore() (*gojwt.NumericDate, error)      { return c.notBefore.pointer(), nil }
func (c *claims) GetIssuedAt() (*gojwt.NumericDate, error)       { return c.issued.pointer(), nil }
func (c *claims) GetIssuer() (string, error)                     { return c.issuer, nil }
func (c *claims) GetSubject() (string, error)                    { return "", nil }

// GetAudience is "aud", or "client_id" where there is none: an access token of
// Cognito has no other. See API Gateway's Developer Guide, "Control access to HTTP
// APIs with JWT authorizers".
func (c *claims) GetAudience() (gojwt.ClaimStrings, error) {
	if !c.hasAudience && c.client != "" {
		c.audience = append(c.room[:0], c.client)
	}
	return c.audience, nil
}

// read reads a payload; false says that it is no set of claims.
func (c *claims) read(payload []byte) bool {
	var room [usualMembers]member
	list, ok := members(room[:0], payload)
	if !ok {
		return false
	}
	for _, m := range list {
		switch m.name {
		case "exp":
			ok = c.expires.read(m.value)
		case "nbf":
			ok = c.notBefore.read(m.value)
		case "iat":
			ok = c.issued.read(m.value)
		case "iss":
			c.issuer, ok = text(m.value)
		case "client_id":
			c.client, _ = text(m.value) // whatever it is, it counts as text alone
		case "aud":
			c.hasAudience = true
			ok = c.readAudience(m.value)
		}
		if !ok {
			return false
		}
	}
	return true
}

// readAudience reads a string or a list of strings: RFC 7519, section 4.1.3.
func (c *claims) readAudience(value []byte) bool {
	if s, ok := text(value); ok {
		c.audience = append(c.room[:0], s)
		return true
	}
	var room [4][]byte
	list, ok := elements(room[:0], value)
	if !ok {
		return false
	}
	c.audience = c.room[:0]
	for _, v := range list {
		s, ok := text(v)
		if !ok {
			return false
		}
		c.audience = append(c.audience, s)
	}
	return true
}

// read reads seconds since 1970, whole or not.
func (d *date) read(value []byte) bool {
	v, err := strconv.ParseFloat(view(value), 64)
	if err != nil || math.Abs(v) > maxDate {
		return false
	}
	whole, part := math.Modf(v)
	d.at.Time, d.set = time.Unix(int64(whole), int64(part*1e9)), true
	return true
}

// fault says which of the rules that the validator found broken counts.
func (v *Verifier) fault(c *claims, err error) hostabi.TokenFault {
	switch {
	case !c.expires.set:
		return hostabi.TokenClaims
	case errors.Is(err, gojwt.ErrTokenExpired):
		return hostabi.TokenExpired
	case errors.Is(err, gojwt.ErrTokenNotValidYet), errors.Is(err, gojwt.ErrTokenUsedBeforeIssued):
		return hostabi.TokenNotYet
	case errors.Is(err, gojwt.ErrTokenInvalidIssuer), v.issuer != "" && c.issuer == "":
		return hostabi.TokenIssuer
	}
	return hostabi.TokenAudience
}
