//go:build !wasip1

package porticotest

import (
	"github.com/portico-gateway/portico/sdk/go/internal/abi"
	"github.com/portico-gateway/portico/sdk/go/jwt"
)

// maxToken is the gateway's.
const maxToken = 16 << 10

func (h *host) JWTVerify(issuer, token string, buf []byte) int32 {
	if code := h.may("jwt"); code != 0 {
		return code
	}
	h.fault = ""
	i, ok := h.state.Issuers[issuer]
	switch {
	case len(token) > maxToken:
		return int32(abi.E2BIG)
	case !ok:
		return int32(abi.ENOENT)
	case i.Down:
		return int32(abi.ECONN)
	}
	if claims, ok := i.Claims[token]; ok {
		return put(buf, claims)
	}
	if h.fault = i.Refused[token]; h.fault == "" || h.fault == jwt.Malformed {
		h.fault = jwt.Malformed
		return int32(abi.EINVAL)
	}
	return int32(abi.EPERM)
}

func (h *host) JWTReason(buf []byte) int32 {
	if code := h.may("jwt"); code != 0 {
		return code
	}
	return put(buf, string(h.fault))
}
