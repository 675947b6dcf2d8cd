package jwt

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
)

// usual is a set of claims as identity providers give it.
const usual = `{"iss":"https://issuer.test","sub":"248289761001","aud":["orders","https://issuer.test/userinfo"],` +
	`"azp":"s6BhdRkqt3","scope":"openid profile orders:read orders:write","iat":1799999990,"exp":1800000060,` +
	`"email":"jane.doe@example.com","roles":["reader","writer"],"https://example.com/tenant":{"id":"acme","plan":"gold"}}`

// baseline is golang-jwt alone, with the same rules as far as it has them, and
// with claims as a map, which alone keeps all of them, or as a struct.
func baseline(alg string, public any, structured bool) func(token string) error {
	parser := gojwt.NewParser(gojwt.WithValidMethods([]string{alg}), gojwt.WithIssuer("https://issuer.test"), gojwt.WithAudience("orders"),
		gojwt.WithExpirationRequired(), gojwt.WithIssuedAt(), gojwt.WithStrictDecoding(), gojwt.WithTimeFunc(clock))
	keys := map[string]any{"k": public}
	find := func(t *gojwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		k, ok := keys[kid]
		if !ok {
			return nil, errors.New("no such key")
		}
		return k, nil
	}
	return func(token string) error {
		var claims gojwt.Claims = gojwt.MapClaims{}
		if structured {
			claims = &gojwt.RegisteredClaims{}
		}
		_, err := parser.ParseWithClaims(token, claims, find)
		return err
	}
}

// verifierOf is a verifier whose key is there, and what signs for it.
func verifierOf(t testing.TB, alg string) (v *Verifier, token string, public any) {
	o := Options{Issuer: "https://issuer.test", Audience: []string{"orders"}}
	s := signer{alg: alg, private: secret, public: map[string]any{"kid": "k"}}
	public = secret
	if MinSecret(alg) > 0 {
		o.Secret = constant(secret)
	} else {
		s = newSigner(alg, "k")
		o.Keys = keysOf(t, &source{document: document(s.public)}, RegistryOptions{})
	}
	v, token = verifier(t, o), s.sign(usual)
	if _, err := v.Verify(context.Background(), token); err != nil {
		t.Fatal(err)
	}
	if o.Keys != nil {
		public = o.Keys.set.Load().keys[0].public
	}
	return v, token, public
}

var measured = []string{"HS256", "RS256", "ES256", "EdDSA"}

func BenchmarkVerify(b *testing.B) {
	for _, alg := range measured {
		v, token, public := verifierOf(b, alg)
		ctx := context.Background()
		run := func(name string, f func(token string) error) {
			b.Run(alg+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := f(token); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		run("here", func(token string) error { _, err := v.Verify(ctx, token); return err })
		run("golang-jwt with a map", baseline(alg, public, false))
		run("golang-jwt with a struct", baseline(alg, public, true))
	}
}

// TestAVerifyAllocatesLittle bounds what a token costs whose key is there, beside
// what golang-jwt and crypto allocate for its signature: its three segments, what
// golang-jwt judges and what it may find, and the secret as golang-jwt takes it.
func TestAVerifyAllocatesLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates, too")
	}
	for _, alg := range measured {
		v, token, public := verifierOf(t, alg)
		ctx := context.Background()
		end := strings.LastIndexByte(token, '.')
		signature, _ := decode(token[end+1:])
		here := testing.AllocsPerRun(200, func() {
			if _, err := v.Verify(ctx, token); err != nil {
				t.Fatal(err)
			}
		})
		alone := testing.AllocsPerRun(200, func() {
			if err := gojwt.GetSigningMethod(alg).Verify(token[:end], signature, public); err != nil {
				t.Fatal(err)
			}
		})
		whole := baseline(alg, public, false)
		there := testing.AllocsPerRun(200, func() {
			if err := whole(token); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %v allocations, %v for the signature alone, %v with golang-jwt and a map", alg, here, alone, there)
		if here > alone+6 {
			t.Errorf("%s: %v allocations, of which %v are for the signature; at most 6 more may be", alg, here, alone)
		}
	}
}

// TestAVerifyCostsNoMoreThanGolangJWT takes turns with golang-jwt alone, so that
// both meet the same machine, and compares medians. Reading is what differs: the
// signature costs the same on both sides, and is most of it but for HMAC.
func TestAVerifyCostsNoMoreThanGolangJWT(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("it measures")
	}
	for _, alg := range measured {
		v, token, public := verifierOf(t, alg)
		sides := []func(token string) error{
			func(token string) error { _, err := v.Verify(context.Background(), token); return err },
			baseline(alg, public, false),
			baseline(alg, public, true),
		}
		least := math.Inf(1)
		for range 3 { // tries, for a busy machine
			took := make([][]time.Duration, len(sides))
			for range 101 {
				for i, verify := range sides {
					start := time.Now()
					for range 10 {
						if err := verify(token); err != nil {
							t.Fatal(err)
						}
					}
					took[i] = append(took[i], time.Since(start)/10)
				}
			}
			for i := range took {
				slices.Sort(took[i])
			}
			median := func(i int) time.Duration { return took[i][len(took[i])/2] }
			ratio := func(i int) float64 { return float64(median(0)) / float64(median(i)) }
			t.Logf("%s: %v, %.2f of golang-jwt with a map, %.2f with a struct", alg, median(0), ratio(1), ratio(2))
			if least = min(least, ratio(1)); least <= 1.25 {
				break
			}
		}
		if least > 1.25 {
			t.Errorf("%s: %.2f of golang-jwt", alg, least)
		}
	}
}
