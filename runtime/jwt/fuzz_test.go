package jwt

import (
	"context"
	"strings"
	"testing"

	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/portico-gateway/portico/hostabi"
)

// FuzzVerify: of tokens whose header, claims and signature strangers choose, those
// that are taken are signed with the secret and taken by golang-jwt's own parser as
// well, and what comes out are the bytes of their second segment. Any other has
// one of the faults. The last argument signs what the first two are, so that
// claims are reached at all.
func FuzzVerify(f *testing.F) {
	const hs = `{"alg":"HS256","typ":"JWT"}`
	for _, claims := range []string{good, usual, `{"exp":1800000060,"exp":1}`, `{"exp":1e400}`, `{"exp":1800000060.75,"aud":["a","a"]}`, `[]`, "\xff"} {
		f.Add(hs, claims, "", true)
	}
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"HS512","crit":["exp"]}`, `{"alg":"RS256","kid":"a"}`, `{"alg":"HS384","kid":""}`, `{}`} {
		f.Add(header, good, "AAAA", false)
		f.Add(header, good, "", true)
	}
	v := verifier(f, Options{Secret: constant(secret)})
	parser := gojwt.NewParser(gojwt.WithStrictDecoding(), gojwt.WithExpirationRequired(), gojwt.WithIssuedAt(), gojwt.WithTimeFunc(clock),
		gojwt.WithValidMethods([]string{"HS256", "HS384", "HS512"}))
	f.Fuzz(func(t *testing.T, header, claims, signature string, signed bool) {
		token := b64([]byte(header)) + "." + b64([]byte(claims)) + "." + signature
		if signed {
			token = sign("HS256", secret, header, claims)
		}
		got, err := v.Verify(context.Background(), token)
		if err != nil {
			if _, isFault := err.(hostabi.TokenFault); got != nil || !isFault && err != hostabi.E2BIG {
				t.Fatalf("Verify(%q) = %q, %v", token, got, err)
			}
			return
		}
		if string(got) != claims || strings.Count(token, ".") != 2 {
			t.Errorf("Verify(%q) gave %q, want %q", token, got, claims)
		}
		// golang-jwt reads fractions of a second as none, so a token may be over
		// for it up to a second earlier.
		if _, err := parser.Parse(token, func(*gojwt.Token) (any, error) { return secret, nil }); err != nil && !strings.Contains(err.Error(), "expired") {
			t.Errorf("Verify takes %q, and golang-jwt says %v", token, err)
		}
	})
}

// FuzzToken: whatever a token is, it is refused, unless it is one that was signed;
// and reading one never needs more than it has.
func FuzzToken(f *testing.F) {
	token := sign("HS256", secret, `{"alg":"HS256"}`, good)
	for _, s := range []string{token, token + ".", "." + token, strings.ToLower(token), "..", "", token[:40], strings.Replace(token, ".", ".\n", 1)} {
		f.Add(s)
	}
	v := verifier(f, Options{Secret: constant(secret)})
	f.Fuzz(func(t *testing.T, s string) {
		got, err := v.Verify(context.Background(), s)
		if (err == nil) != (s == token) || err == nil && string(got) != good {
			t.Errorf("Verify(%q) = %q, %v", s, got, err)
		}
	})
}
