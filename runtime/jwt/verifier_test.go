package jwt

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/portico-gateway/portico/hostabi"
)

const good = `{"iss":"https://issuer.test","aud":"orders","exp":1800000060,"n":12345678901234567890}`

func TestEveryAlgorithmVerifiesItsOwnAndNothingElse(t *testing.T) {
	for i := range algorithms {
		alg := algorithms[i].name
		t.Run(alg, func(t *testing.T) {
			var v *Verifier
			var s signer
			if algorithms[i].kind == kindSecret {
				s = signer{alg: alg, private: secret, public: map[string]any{"kid": "k"}}
				v = verifier(t, Options{Secret: constant(secret)})
			} else {
				s = newSigner(alg, "k")
				v = verifier(t, Options{Keys: keysOf(t, &source{document: document(s.with("alg", alg))}, RegistryOptions{})})
			}
			token := s.sign(good)
			got, err := v.Verify(context.Background(), token)
			if string(got) != good || err != nil {
				t.Fatalf("Verify = %s, %v, want the claims as they were signed", got, err)
			}
			for at, want := range map[int]hostabi.TokenFault{
				len(token) - 10:               hostabi.TokenSignature, // a bit of the signature
				strings.Index(token, ".") + 5: hostabi.TokenSignature, // of the claims
			} {
				c := byte('A')
				if token[at] == c {
					c = 'B'
				}
				if got, err := v.Verify(context.Background(), token[:at]+string(c)+token[at+1:]); err != want || got != nil {
					t.Errorf("with byte %d changed: %s, %v, want %v", at, got, err, want)
				}
			}
			// The same bytes under the name of every other algorithm.
			for j := range algorithms {
				if j == i {
					continue
				}
				other := signer{alg, s.private, map[string]any{"kid": "k"}}
				forged := sign(other.alg, other.private, `{"alg":"`+algorithms[j].name+`","kid":"k"}`, good)
				if _, err := v.Verify(context.Background(), forged); err == nil {
					t.Errorf("it passes for %s", algorithms[j].name)
				}
			}
		})
	}
}

func TestAPublicKeyIsNoSecret(t *testing.T) {
	s := newSigner("RS256", "k")
	v := verifier(t, Options{Keys: keysOf(t, &source{document: document(s.public)}, RegistryOptions{})})
	forged := sign("HS256", []byte(s.public["n"].(string)), `{"alg":"HS256","kid":"k"}`, good)
	if _, err := v.Verify(context.Background(), forged); err != hostabi.TokenAlgorithm {
		t.Errorf("a token signed with the public key gave %v", err)
	}
	// Not even if the document says that there is a symmetric key.
	v = verifier(t, Options{Keys: keysOf(t, &source{document: document(map[string]any{"kty": "oct", "kid": "k", "k": b64(secret)})}, RegistryOptions{})})
	if _, err := v.Verify(context.Background(), sign("HS256", secret, `{"alg":"HS256","kid":"k"}`, good)); err != hostabi.TokenAlgorithm {
		t.Errorf("a symmetric key of the document gave %v", err)
	}
	// And a secret verifies HMAC alone.
	v = verifier(t, Options{Secret: constant(secret)})
	if _, err := v.Verify(context.Background(), s.sign(good)); err != hostabi.TokenAlgorithm {
		t.Errorf("RS256 with a secret gave %v", err)
	}
}

func TestWhatIsNoTokenIsRefusedByItsFault(t *testing.T) {
	const hs = `{"alg":"HS256"}`
	signed := func(header, payload string) string { return sign("HS256", secret, header, payload) }
	token := signed(hs, good)
	none := b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(good)) + "."
	long := signed(hs, `{"exp":1800000060,"x":"`+strings.Repeat("x", hostabi.MaxToken)+`"}`)
	deep := func(n int) string {
		return `{"exp":1800000060,"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	tests := []struct {
		name, token string
		want        error
	}{
		{"nothing", "", hostabi.TokenMalformed},
		{"one segment", "abc", hostabi.TokenMalformed},
		{"two segments", "abc.def", hostabi.TokenMalformed},
		{"four segments", token + ".", hostabi.TokenMalformed},
		{"five segments, as of JWE", token + ".a.b", hostabi.TokenMalformed},
		{"a blank before it", " " + token, hostabi.TokenMalformed},
		{"a line break behind it", token + "\n", hostabi.TokenMalformed},
		{"a line break in it", token[:5] + "\n" + token[5:], hostabi.TokenMalformed},
		{"padding", token + "=", hostabi.TokenMalformed},
		{"the other alphabet", strings.ReplaceAll(sign("HS256", secret, hs, `{"a":"???>>>"}`), "_", "/"), hostabi.TokenMalformed},
		{"bits that nobody reads", token[:len(token)-1] + string(token[len(token)-1]+1), hostabi.TokenMalformed},
		{"a header that is no JSON", signed(`alg=HS256`, good), hostabi.TokenMalformed},
		{"a header that is a list", signed(`["HS256"]`, good), hostabi.TokenMalformed},
		{"a header with something behind it", signed(hs+hs, good), hostabi.TokenMalformed},
		{"a header that names something twice", signed(`{"alg":"HS256","alg":"HS256"}`, good), hostabi.TokenMalformed},
		{"a header that names something twice, once in escapes", signed(`{"alg":"HS256","\u0061lg":"none"}`, good), hostabi.TokenMalformed},
		{"a header without an algorithm", signed(`{"kid":"k"}`, good), hostabi.TokenMalformed},
		{"an algorithm in capitals", signed(`{"ALG":"HS256"}`, good), hostabi.TokenMalformed},
		{"an algorithm that is no text", signed(`{"alg":["HS256"]}`, good), hostabi.TokenMalformed},
		{"a key that is no text", signed(`{"alg":"HS256","kid":7}`, good), hostabi.TokenMalformed},
		{"none", none, hostabi.TokenAlgorithm},
		{"None", strings.Replace(none, b64([]byte(`{"alg":"none"}`)), b64([]byte(`{"alg":"None"}`)), 1), hostabi.TokenAlgorithm},
		{"an algorithm in the wrong case", signed(`{"alg":"hs256"}`, good), hostabi.TokenAlgorithm},
		{"an algorithm that nobody knows", signed(`{"alg":"XS256"}`, good), hostabi.TokenAlgorithm},
		{"a critical header", signed(`{"alg":"HS256","crit":["b64"],"b64":true}`, good), hostabi.TokenAlgorithm},
		{"a critical header that is empty", signed(`{"alg":"HS256","crit":[]}`, good), hostabi.TokenAlgorithm},
		{"another secret", sign("HS256", append([]byte("x"), secret...), hs, good), hostabi.TokenSignature},
		{"no signature", token[:strings.LastIndex(token, ".")+1], hostabi.TokenSignature},
		{"claims that are no JSON", signed(hs, "exp=1800000060"), hostabi.TokenClaims},
		{"claims that are a list", signed(hs, "[]"), hostabi.TokenClaims},
		{"no claims", signed(hs, ""), hostabi.TokenClaims},
		{"claims with something behind them", signed(hs, good+good), hostabi.TokenClaims},
		{"a claim that comes twice", signed(hs, `{"exp":1800000060,"role":"user","role":"admin"}`), hostabi.TokenClaims},
		{"a claim that comes twice, once in escapes", signed(hs, `{"exp":1,"\u0065xp":1800000060}`), hostabi.TokenClaims},
		{"claims that are no UTF-8", signed(hs, "{\"exp\":1800000060,\"a\":\"\xff\"}"), hostabi.TokenClaims},
		{"claims that are nested to the bound", signed(hs, deep(maxDepth)), nil},
		{"claims that are nested deeper", signed(hs, deep(maxDepth+1)), hostabi.TokenClaims},
		{"a token that is too long", long, hostabi.E2BIG},
	}
	v := verifier(t, Options{Secret: constant(secret)})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := v.Verify(context.Background(), tt.token)
			if err != tt.want || (got != nil) != (tt.want == nil) {
				t.Errorf("Verify = %s, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestATokenIsBoundedToTheByte(t *testing.T) {
	// Base64 gives four letters for three bytes, so only some lengths can be.
	for _, n := range []int{hostabi.MaxToken - 1, hostabi.MaxToken, hostabi.MaxToken + 1} {
		for pad := range n {
			token := sign("HS256", secret, `{"alg":"HS256"}`+strings.Repeat(" ", pad%3), `{"exp":1800000060`+strings.Repeat(" ", n*3/4-120+pad/3)+`}`)
			if len(token) != n {
				continue
			}
			want := error(nil)
			if n > hostabi.MaxToken {
				want = hostabi.E2BIG
			}
			if _, err := verifier(t, Options{Secret: constant(secret)}).Verify(context.Background(), token); err != want {
				t.Errorf("a token of %d bytes gave %v, want %v", n, err, want)
			}
			break
		}
	}
}

func TestClaimsAreJudged(t *testing.T) {
	// The time is 1800000000.
	o := Options{Secret: constant(secret), Issuer: "https://issuer.test", Audience: []string{"orders", "carts"}}
	const who = `"iss":"https://issuer.test","aud":"orders"`
	const until = `"exp":1800000060`
	tests := []struct {
		name, claims string
		leeway       time.Duration
		want         error
	}{
		{"all is right", `{` + who + `,` + until + `}`, 0, nil},
		{"it expires now", `{` + who + `,"exp":1800000000}`, 0, hostabi.TokenExpired},
		{"it expires in a part of a second", `{` + who + `,"exp":1800000000.5}`, 0, nil},
		{"it expired within the leeway", `{` + who + `,"exp":1799999991}`, 10 * time.Second, nil},
		{"it expired at the end of the leeway", `{` + who + `,"exp":1799999990}`, 10 * time.Second, hostabi.TokenExpired},
		{"it never expires", `{` + who + `}`, 0, hostabi.TokenClaims},
		{"its end is null", `{` + who + `,"exp":null}`, 0, hostabi.TokenClaims},
		{"its end is text", `{` + who + `,"exp":"1800000060"}`, 0, hostabi.TokenClaims},
		{"its end is written with an exponent", `{` + who + `,"exp":1.80000006e9}`, 0, nil},
		{"its end is in milliseconds", `{` + who + `,"exp":1800000060000}`, 0, hostabi.TokenClaims},
		{"its end is no number of this world", `{` + who + `,"exp":1e999}`, 0, hostabi.TokenClaims},
		{"its end is before 1970", `{` + who + `,"exp":-1}`, 0, hostabi.TokenExpired},
		{"another name of another case does not count", `{` + who + `,"EXP":1800000060}`, 0, hostabi.TokenClaims},
		{"it begins now", `{` + who + `,` + until + `,"nbf":1800000000}`, 0, nil},
		{"it begins in a second", `{` + who + `,` + until + `,"nbf":1800000001}`, 0, hostabi.TokenNotYet},
		{"it begins within the leeway", `{` + who + `,` + until + `,"nbf":1800000010}`, 10 * time.Second, nil},
		{"it begins after the leeway", `{` + who + `,` + until + `,"nbf":1800000011}`, 10 * time.Second, hostabi.TokenNotYet},
		{"it begins on no date", `{` + who + `,` + until + `,"nbf":"now"}`, 0, hostabi.TokenClaims},
		{"it was issued now", `{` + who + `,` + until + `,"iat":1800000000}`, 0, nil},
		{"it was issued in the future", `{` + who + `,` + until + `,"iat":1800000001}`, 0, hostabi.TokenNotYet},
		{"it was issued within the leeway", `{` + who + `,` + until + `,"iat":1800000010}`, 10 * time.Second, nil},
		{"it was issued on no date", `{` + who + `,` + until + `,"iat":true}`, 0, hostabi.TokenClaims},
		{"another issuer", `{"iss":"https://other.test","aud":"orders",` + until + `}`, 0, hostabi.TokenIssuer},
		{"an issuer with a slash more", `{"iss":"https://issuer.test/","aud":"orders",` + until + `}`, 0, hostabi.TokenIssuer},
		{"an issuer in escapes is the same", `{"iss":"https:\/\/issuer.test","aud":"orders",` + until + `}`, 0, nil},
		{"no issuer", `{"aud":"orders",` + until + `}`, 0, hostabi.TokenIssuer},
		{"an empty issuer", `{"iss":"","aud":"orders",` + until + `}`, 0, hostabi.TokenIssuer},
		{"an issuer that is no text", `{"iss":["https://issuer.test"],"aud":"orders",` + until + `}`, 0, hostabi.TokenClaims},
		{"another audience", `{"iss":"https://issuer.test","aud":"admin",` + until + `}`, 0, hostabi.TokenAudience},
		{"no audience", `{"iss":"https://issuer.test",` + until + `}`, 0, hostabi.TokenAudience},
		{"one of several audiences", `{"iss":"https://issuer.test","aud":["a","b","c","d","carts"],` + until + `}`, 0, nil},
		{"none of several audiences", `{"iss":"https://issuer.test","aud":["a","b"],` + until + `}`, 0, hostabi.TokenAudience},
		{"an empty list of audiences", `{"iss":"https://issuer.test","aud":[],` + until + `}`, 0, hostabi.TokenAudience},
		{"an audience that is no text", `{"iss":"https://issuer.test","aud":[1],` + until + `}`, 0, hostabi.TokenClaims},
		{"an audience that is a number", `{"iss":"https://issuer.test","aud":1,` + until + `}`, 0, hostabi.TokenClaims},
		{"a client in place of an audience", `{"iss":"https://issuer.test","client_id":"orders",` + until + `}`, 0, nil},
		{"another client in its place", `{"iss":"https://issuer.test","client_id":"admin",` + until + `}`, 0, hostabi.TokenAudience},
		{"a client beside an audience does not count", `{"iss":"https://issuer.test","aud":"admin","client_id":"orders",` + until + `}`, 0, hostabi.TokenAudience},
		{"a client beside an empty list neither", `{"iss":"https://issuer.test","aud":[],"client_id":"orders",` + until + `}`, 0, hostabi.TokenAudience},
		{"of two faults the time comes first", `{"iss":"https://other.test","exp":1}`, 0, hostabi.TokenExpired},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := o
			o.Leeway = tt.leeway
			got, err := verifier(t, o).Verify(context.Background(), sign("HS256", secret, `{"alg":"HS256"}`, tt.claims))
			if err != tt.want {
				t.Errorf("Verify = %s, %v, want %v", got, err, tt.want)
			}
		})
	}
	any := verifier(t, Options{Secret: constant(secret)})
	if _, err := any.Verify(context.Background(), sign("HS256", secret, `{"alg":"HS256"}`, `{`+until+`}`)); err != nil {
		t.Errorf("without an issuer and an audience: %v", err)
	}
}

func TestASecretIsAsLongAsItsHash(t *testing.T) {
	for alg, n := range map[string]int{"HS256": 32, "HS384": 48, "HS512": 64} {
		if got := MinSecret(alg); got != n {
			t.Errorf("MinSecret(%s) = %d, want %d", alg, got, n)
		}
		for _, tt := range []struct {
			secret []byte
			want   error
		}{{secret[:n], nil}, {secret[:n-1], hostabi.TokenKey}, {nil, hostabi.TokenKey}} {
			v := verifier(t, Options{Secret: constant(tt.secret)})
			if _, err := v.Verify(context.Background(), sign(alg, tt.secret, `{"alg":"`+alg+`"}`, good)); err != tt.want {
				t.Errorf("%s with %d bytes gave %v, want %v", alg, len(tt.secret), err, tt.want)
			}
		}
	}
	if MinSecret("RS256") != 0 || MinSecret("none") != 0 {
		t.Error("MinSecret knows a length for what takes no secret")
	}
}

func TestOnlyTheAlgorithmsThatAreNamedAreTaken(t *testing.T) {
	v := verifier(t, Options{Secret: constant(secret), Algorithms: []string{"HS512"}})
	for alg, want := range map[string]error{"HS512": nil, "HS256": hostabi.TokenAlgorithm} {
		if _, err := v.Verify(context.Background(), sign(alg, secret, `{"alg":"`+alg+`"}`, good)); err != want {
			t.Errorf("%s gave %v, want %v", alg, err, want)
		}
	}
}

func TestWhatMakesNoVerifier(t *testing.T) {
	keys := keysOf(t, &source{}, RegistryOptions{})
	for name, o := range map[string]Options{
		"neither keys nor a secret":      {},
		"both":                           {Keys: keys, Secret: constant(secret)},
		"none":                           {Keys: keys, Algorithms: []string{"none"}},
		"HMAC with keys":                 {Keys: keys, Algorithms: []string{"RS256", "HS256"}},
		"RSA with a secret":              {Secret: constant(secret), Algorithms: []string{"RS256"}},
		"an algorithm that nobody knows": {Keys: keys, Algorithms: []string{"RS1"}},
		"a negative leeway":              {Keys: keys, Leeway: -1},
	} {
		if _, err := New(o); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v, want ErrOptions", name, err)
		}
	}
}

func TestASaltIsAsLongAsTheHash(t *testing.T) {
	v := verifier(t, Options{Keys: keysOf(t, &source{document: document(newSigner("PS256", "k").public)}, RegistryOptions{})})
	short := *gojwt.SigningMethodPS256
	options := *short.Options
	options.SaltLength = 20
	short.Options = &options
	signed := b64([]byte(`{"alg":"PS256","kid":"k"}`)) + "." + b64([]byte(good))
	sig, err := short.Sign(signed, rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(context.Background(), signed+"."+b64(sig)); err != hostabi.TokenSignature {
		t.Errorf("a salt of 20 bytes gave %v", err)
	}
}
