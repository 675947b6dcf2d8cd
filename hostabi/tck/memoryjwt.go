package tck

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/portico-gateway/portico/hostabi"
)

// issuers knows Issuer and IssuerDown, and of tokens what the suite wants.
type issuers struct{}

var _ hostabi.JWT = issuers{}

func (issuers) Verify(_ context.Context, issuer, token string) ([]byte, error) {
	switch issuer {
	case IssuerDown:
		return nil, hostabi.ECONN
	case Issuer:
	default:
		return nil, hostabi.ENOENT
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, hostabi.TokenMalformed
	}
	var segments [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			return nil, hostabi.TokenMalformed
		}
		segments[i] = b
	}
	header, ok := object(segments[0])
	switch alg := header["alg"]; {
	case !ok:
		return nil, hostabi.TokenMalformed
	case header["crit"] != nil || alg != "HS256" && alg != "HS384" && alg != "HS512":
		return nil, hostabi.TokenAlgorithm
	case alg != "HS256": // TokenSecret is too short
		return nil, hostabi.TokenKey
	}
	m := hmac.New(sha256.New, []byte(TokenSecret))
	m.Write([]byte(parts[0] + "." + parts[1]))
	if !hmac.Equal(m.Sum(nil), segments[2]) {
		return nil, hostabi.TokenSignature
	}
	return segments[1], judge(segments[1])
}

// judge looks at claims.
func judge(payload []byte) error {
	claims, ok := object(payload)
	end, hasEnd := claims["exp"].(float64)
	now := float64(time.Now().Unix())
	later := func(name string) bool {
		v, ok := claims[name].(float64)
		return ok && v > now
	}
	switch {
	case !ok || !hasEnd:
		return hostabi.TokenClaims
	case end <= now:
		return hostabi.TokenExpired
	case later("nbf") || later("iat"):
		return hostabi.TokenNotYet
	case claims["iss"] != TokenIssuer:
		return hostabi.TokenIssuer
	case claims["aud"] != TokenAudience:
		return hostabi.TokenAudience
	}
	return nil
}

// object reads an object that names nothing twice.
func object(b []byte) (map[string]any, bool) {
	var m map[string]any
	if json.Unmarshal(b, &m) != nil || m == nil {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(b))
	_, _ = d.Token()
	names := 0
	for ; d.More(); names++ {
		_, _ = d.Token()
		var v json.RawMessage
		_ = d.Decode(&v)
	}
	return m, names == len(m)
}
