package tck

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/portico-gateway/portico/hostabi"
)

// jws signs what need not be a header and claims.
func jws(header, claims, secret string) string {
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(claims))
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(signed))
	return signed + "." + enc.EncodeToString(m.Sum(nil))
}

// hs256 is a token that Issuer takes if it takes its claims.
func hs256(claims string) string { return jws(`{"alg":"HS256"}`, claims, TokenSecret) }

// claimsOf are claims that Issuer takes, and more.
func claimsOf(more string) string {
	return `{"iss":"` + TokenIssuer + `","aud":"` + TokenAudience + `","exp":4102444800` + more + `}`
}

// ofLength is a token of n bytes that Issuer takes.
func ofLength(n int) string {
	for pad := range 4 { // base64 has no text of every length
		header := `{"alg":"HS256"}` + strings.Repeat(" ", pad)
		for blanks := n*3/4 - 200; blanks < n; blanks++ {
			token := jws(header, claimsOf(strings.Repeat(" ", blanks)), TokenSecret)
			if len(token) == n {
				return token
			}
			if len(token) > n {
				break
			}
		}
	}
	panic("tck: no token has that length")
}

func jwtCases() []testCase {
	verify := func(issuer, token string) Command {
		return Command{Func: hostabi.FuncJWTVerify, In: [2]string{issuer, token}}
	}
	reason := func(want string) []step { return sized(Command{Func: hostabi.FuncJWTReason}, want) }
	// refused is a token that is not taken, and why.
	refused := func(token string, want hostabi.TokenFault) []step {
		return append([]step{{Command: verify(Issuer, token), want: int64(want.Code())}}, reason(want.Error())...)
	}
	claims := claimsOf(`, "n": 12345678901234567890, "e":"\u00e9"`)
	good := hs256(claimsOf(""))
	bound := func(n int, want int64) step {
		return step{Command: verify(Issuer, ofLength(n)), want: want, atLeast: want == 0}
	}
	return []testCase{
		{name: "a token gives its claims as they were signed, whole or not at all", kind: hostabi.Authorize, setup: example(),
			steps: slices.Concat(sized(verify(Issuer, hs256(claims)), claims), reason(""))},
		{name: "a token that is none is told from one that is not good", kind: hostabi.MapRequest, setup: example(), steps: slices.Concat(
			refused("", hostabi.TokenMalformed), refused("a.b", hostabi.TokenMalformed), refused(good+".", hostabi.TokenMalformed),
			refused(jws(`{"alg":"HS256","alg":"HS256"}`, claimsOf(""), TokenSecret), hostabi.TokenMalformed),
			refused(jws(`{"alg":"none"}`, claimsOf(""), TokenSecret), hostabi.TokenAlgorithm),
			refused(jws(`{"alg":"RS256"}`, claimsOf(""), TokenSecret), hostabi.TokenAlgorithm),
			refused(jws(`{"alg":"HS256","crit":["exp"]}`, claimsOf(""), TokenSecret), hostabi.TokenAlgorithm),
			refused(jws(`{"alg":"HS512"}`, claimsOf(""), TokenSecret), hostabi.TokenKey), // the secret is too short
			refused(jws(`{"alg":"HS256"}`, claimsOf(""), TokenSecret+"x"), hostabi.TokenSignature))},
		{name: "a token is judged by its claims", kind: hostabi.MapResponse, setup: example(), steps: slices.Concat(
			refused(hs256(strings.Replace(claimsOf(""), "4102444800", "1000000000", 1)), hostabi.TokenExpired),
			refused(hs256(claimsOf(`,"nbf":4102444800`)), hostabi.TokenNotYet), refused(hs256(claimsOf(`,"iat":4102444800`)), hostabi.TokenNotYet),
			refused(hs256(strings.Replace(claimsOf(""), TokenIssuer, "https://other.example", 1)), hostabi.TokenIssuer),
			refused(hs256(strings.Replace(claimsOf(""), TokenAudience, "carts", 1)), hostabi.TokenAudience),
			refused(hs256(strings.Replace(claimsOf(""), "exp", "end", 1)), hostabi.TokenClaims),
			refused(hs256(claimsOf(`,"iss":"`+TokenIssuer+`"`)), hostabi.TokenClaims), refused(hs256("[]"), hostabi.TokenClaims))},
		{name: "a reason is the last token's", kind: hostabi.Integrate, setup: example(), steps: slices.Concat(
			reason(""), refused("a", hostabi.TokenMalformed), []step{{Command: verify(Issuer, good), want: int64(len(claimsOf("")))}}, reason(""),
			refused("a", hostabi.TokenMalformed), []step{{Command: verify("none", "a"), want: int64(hostabi.ENOENT)}}, reason(""),
			[]step{{Command: verify("", good), want: int64(hostabi.ENOENT)}})},
		{name: "a token has 16 KiB", kind: hostabi.Authorize, setup: example(), steps: []step{
			bound(hostabi.MaxToken-1, 0), bound(hostabi.MaxToken, 0), bound(hostabi.MaxToken+1, int64(hostabi.E2BIG))}},
		{name: "keys that cannot be had are no fault of the token", kind: hostabi.Integrate, setup: example(), steps: append([]step{
			{Command: verify(IssuerDown, jws(`{"alg":"RS256","kid":"k"}`, claimsOf(""), "")), want: int64(hostabi.ECONN)}}, reason("")...)},
	}
}
