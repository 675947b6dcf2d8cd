package runtime

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/portico-gateway/portico/runtime/exchange"
)

var (
	noRoute     = &exchange.Refusal{Type: exchange.MissingAuthenticationToken}
	noHTTPRoute = &exchange.Refusal{Type: exchange.ResourceNotFound}
)

// unmatched is the answer where no route takes path and method: 404 from an
// HTTP API; from a REST API 403, whose text depends on the Authorization field
// as if the request had been meant for IAM (recorded 2025 and 2026).
func unmatched(x *exchange.Exchange) *exchange.Refusal {
	if x.API.Protocol == exchange.HTTP {
		return noHTTPRoute
	}
	auth, ok := x.Request.Header.Get("Authorization")
	if !ok || signed(auth) {
		return noRoute
	}
	return &exchange.Refusal{Type: exchange.InvalidSignature, ErrorType: "IncompleteSignatureException", Message: incomplete(x, auth)}
}

// signed reports whether an Authorization field has all parts of a SigV4
// signature.
func signed(auth string) bool {
	return strings.Contains(auth, "Credential=") && strings.Contains(auth, "Signature=") && strings.Contains(auth, "SignedHeaders=")
}

func incomplete(x *exchange.Exchange, auth string) string {
	sum := sha256.Sum256([]byte(auth))
	hash := base64.StdEncoding.EncodeToString(sum[:])
	if !strings.Contains(auth, "=") {
		return "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '" + hash + "'."
	}
	var b strings.Builder
	for _, part := range []string{"Credential", "Signature", "SignedHeaders"} {
		if !strings.Contains(auth, part+"=") {
			b.WriteString("Authorization header requires '" + part + "' parameter. ")
		}
	}
	if !x.Request.Header.Has("X-Amz-Date") && !x.Request.Header.Has("Date") {
		b.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	return b.String() + "(Hashed with SHA-256 and encoded with Base64) Authorization=" + hash
}

// overridable reports whether X-HTTP-Method-Override names a method that a
// route can have (AWS guide, "Known issues").
func overridable(method string) bool {
	switch method {
	case "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT":
		return true
	}
	return false
}
