package jwt

import (
	gojwt "github.com/golang-jwt/jwt/v5"
)

// algorithm is a signature algorithm of RFC 7518, section 3.1, or RFC 8037.
type algorithm struct {
	name   string
	method gojwt.SigningMethod
	kind   keyKind
	secret int // least bytes of a secret, RFC 7518, section 3.2
}

// keyKind is what a key must be for an algorithm.
type keyKind uint8

const (
	kindSecret keyKind = iota
	kindRSA
	kindP256
	kindP384
	kindP521
	kindEd25519
)

// algorithms are all that there are. "none" is not among them.
var algorithms = [...]algorithm{
	{"RS256", gojwt.SigningMethodRS256, kindRSA, 0},
	{"RS384", gojwt.SigningMethodRS384, kindRSA, 0},
	{"RS512", gojwt.SigningMethodRS512, kindRSA, 0},
	{"PS256", strictPSS(gojwt.SigningMethodPS256), kindRSA, 0},
	{"PS384", strictPSS(gojwt.SigningMethodPS384), kindRSA, 0},
	{"PS512", strictPSS(gojwt.SigningMethodPS512), kindRSA, 0},
	{"ES256", gojwt.SigningMethodES256, kindP256, 0},
	{"ES384", gojwt.SigningMethodES384, kindP384, 0},
	{"ES512", gojwt.SigningMethodES512, kindP521, 0},
	{"EdDSA", gojwt.SigningMethodEdDSA, kindEd25519, 0},
	{"HS256", gojwt.SigningMethodHS256, kindSecret, 32},
	{"HS384", gojwt.SigningMethodHS384, kindSecret, 48},
	{"HS512", gojwt.SigningMethodHS512, kindSecret, 64},
}

// strictPSS wants a salt as long as the hash, as RFC 7518, section 3.5, does;
// golang-jwt's own method takes any, for the sake of old tokens.
func strictPSS(m *gojwt.SigningMethodRSAPSS) gojwt.SigningMethod {
	return &gojwt.SigningMethodRSAPSS{SigningMethodRSA: m.SigningMethodRSA, Options: m.Options}
}

// algorithmSet has the bit 1<<i for algorithms[i].
type algorithmSet uint16

func (s algorithmSet) has(i int) bool { return s&(1<<i) != 0 }

// algorithmNamed finds an algorithm by its name, which is compared byte by byte.
func algorithmNamed(name string) (i int, ok bool) {
	for i := range algorithms {
		if algorithms[i].name == name {
			return i, true
		}
	}
	return 0, false
}

// algorithmsOf are those that a kind of key is for.
func algorithmsOf(k keyKind) (s algorithmSet) {
	for i := range algorithms {
		if algorithms[i].kind == k {
			s |= 1 << i
		}
	}
	return s
}

// MinSecret is how long a secret must be for an algorithm in bytes: 0 for one that
// takes none.
func MinSecret(algorithm string) int {
	i, ok := algorithmNamed(algorithm)
	if !ok {
		return 0
	}
	return algorithms[i].secret
}
