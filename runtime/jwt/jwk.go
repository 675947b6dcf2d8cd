package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Bounds of a JWKS document. API Gateway takes the same 150000 bytes (Developer
// Guide, "Quotas for HTTP APIs").
const (
	MaxDocument = 150_000
	// MaxKeys is far more than any issuer has at one time; it bounds what a
	// token without "kid" is compared with.
	MaxKeys = 100

	minRSA = 2048 // bits, RFC 7518, section 3.3
	maxRSA = 8192 // bits; verifying takes time quadratic in them
)

// key is one key of a set.
type key struct {
	id     string
	named  bool
	public any          // *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
	fits   algorithmSet // what it may sign with
}

// passed is a key of a document that is not used, and why.
type passed struct {
	index int
	id    string
	err   error
}

func (p passed) String() string { return fmt.Sprintf("keys[%d] %q: %v", p.index, p.id, p.err) }

// ErrDocument reports what is no JWKS document.
var ErrDocument = errors.New("no JWKS document")

// parseSet reads a JWKS document. A key that cannot be used is passed over, as RFC
// 7517, section 5, has it: a document may hold keys for others. What is no
// document at all is an ErrDocument.
func parseSet(document []byte) (keys []key, over []passed, err error) {
	if len(document) > MaxDocument {
		return nil, nil, fmt.Errorf("%w: it has more than %d bytes", ErrDocument, MaxDocument)
	}
	list, ok := members(nil, document)
	if !ok {
		return nil, nil, fmt.Errorf("%w: it is not one object of JSON", ErrDocument)
	}
	var values [][]byte
	ok = false
	for _, m := range list {
		if m.name == "keys" {
			values, ok = elements(nil, m.value)
		}
	}
	switch {
	case !ok:
		return nil, nil, fmt.Errorf(`%w: it has no list "keys"`, ErrDocument)
	case len(values) > MaxKeys:
		return nil, nil, fmt.Errorf("%w: it has more than %d keys", ErrDocument, MaxKeys)
	}
	for i, v := range values {
		k, err := parseKey(v)
		if err != nil {
			over = append(over, passed{i, k.id, err})
			continue
		}
		keys = append(keys, k)
	}
	return keys, over, nil
}

// jwk is a JSON Web Key.
type jwk struct {
	text map[string]string // its members that are strings, by name
	ops  []string          // key_ops; nil: it has none
}

// texts are the members that count and must be strings.
var texts = [...]string{"kty", "kid", "alg", "use", "crv", "n", "e", "x", "y", "d", "k"}

func readJWK(value []byte) (k jwk, err error) {
	list, ok := members(nil, value)
	if !ok {
		return k, errors.New("it is no object, or names something twice")
	}
	k.text = map[string]string{}
	for _, m := range list {
		s, isText := text(m.value)
		switch {
		case m.name == "key_ops":
			if k.ops, err = operations(m.value); err != nil {
				return k, err
			}
		case isText:
			k.text[strings.Clone(m.name)] = strings.Clone(s) // the document can be let go
		case slices.Contains(texts[:], m.name):
			return k, fmt.Errorf("%q is not text", m.name)
		}
	}
	return k, nil
}

// operations are the texts of "key_ops", not nil.
func operations(value []byte) ([]string, error) {
	values, ok := elements(nil, value)
	ops := []string{}
	for _, v := range values {
		s, isText := text(v)
		ok = ok && isText
		ops = append(ops, strings.Clone(s))
	}
	if !ok {
		return nil, errors.New(`"key_ops" is no list of texts`)
	}
	return ops, nil
}

// parseKey reads one key of a document. The error says why it is not used; the id
// is there as far as it could be read.
func parseKey(value []byte) (k key, err error) {
	j, err := readJWK(value)
	k.id, k.named = j.text["kid"]
	if err != nil {
		return k, err
	}
	if err := j.mayVerify(); err != nil {
		return k, err
	}
	var kind keyKind
	switch kty := j.text["kty"]; kty {
	case "RSA":
		kind = kindRSA
		k.public, err = j.rsa()
	case "EC":
		kind, k.public, err = j.ec()
	case "OKP":
		kind = kindEd25519
		k.public, err = j.ed25519()
	default:
		return k, fmt.Errorf("type %q is not one to verify with", kty)
	}
	if err != nil {
		return k, err
	}
	k.fits = algorithmsOf(kind)
	if alg, ok := j.text["alg"]; ok {
		i, known := algorithmNamed(alg)
		if !known || !k.fits.has(i) {
			return k, fmt.Errorf("it says that it is for %q, which it is not", alg)
		}
		k.fits = 1 << i
	}
	return k, nil
}

// mayVerify holds what a key says about its use. One that holds its private half
// has been made public with it, so anybody may have signed.
func (j jwk) mayVerify() error {
	if use, ok := j.text["use"]; ok && use != "sig" {
		return fmt.Errorf("its use is %q", use)
	}
	if _, ok := j.text["d"]; ok {
		return errors.New("it holds its private half, which all can read now; make a new key")
	}
	if j.ops != nil && !slices.Contains(j.ops, "verify") {
		return errors.New("its key_ops do not have verify")
	}
	return nil
}

// number is a member in base64url, as bytes.
func (j jwk) number(name string) ([]byte, error) {
	b, ok := decode(j.text[name])
	if !ok || len(b) == 0 {
		return nil, fmt.Errorf("%q is not base64url", name)
	}
	return b, nil
}

func (j jwk) rsa() (*rsa.PublicKey, error) {
	nb, err := j.number("n")
	if err != nil {
		return nil, err
	}
	eb, err := j.number("e")
	if err != nil {
		return nil, err
	}
	n, e := new(big.Int).SetBytes(nb), new(big.Int).SetBytes(eb)
	switch bits := n.BitLen(); {
	case bits < minRSA || bits > maxRSA:
		return nil, fmt.Errorf("RSA with %d bits; from %d to %d are taken", bits, minRSA, maxRSA)
	case n.Bit(0) == 0:
		return nil, errors.New("an RSA modulus is odd")
	case e.BitLen() > 31 || e.Int64() < 3 || e.Bit(0) == 0:
		return nil, errors.New("an RSA exponent is odd, above 1 and has at most 31 bits")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func (j jwk) ec() (keyKind, *ecdsa.PublicKey, error) {
	curves := map[string]struct {
		kind  keyKind
		curve elliptic.Curve
	}{
		"P-256": {kindP256, elliptic.P256()}, "P-384": {kindP384, elliptic.P384()}, "P-521": {kindP521, elliptic.P521()},
	}
	c, ok := curves[j.text["crv"]]
	if !ok {
		return 0, nil, fmt.Errorf("curve %q is not one of P-256, P-384 and P-521", j.text["crv"])
	}
	x, err := j.number("x")
	if err != nil {
		return 0, nil, err
	}
	y, err := j.number("y")
	if err != nil {
		return 0, nil, err
	}
	// RFC 7518, section 6.2.1.2: both have the length of the field.
	if size := (c.curve.Params().BitSize + 7) / 8; len(x) != size || len(y) != size {
		return 0, nil, fmt.Errorf("x and y have %d and %d bytes, want %d", len(x), len(y), size)
	}
	point := append(append([]byte{4}, x...), y...) // SEC 1, section 2.3.3
	p, err := ecdsa.ParseUncompressedPublicKey(c.curve, point)
	if err != nil {
		return 0, nil, errors.New("x and y are no point of the curve")
	}
	return c.kind, p, nil
}

func (j jwk) ed25519() (ed25519.PublicKey, error) {
	if crv := j.text["crv"]; crv != "Ed25519" {
		return nil, fmt.Errorf("curve %q is not Ed25519", crv)
	}
	x, err := j.number("x")
	if err != nil {
		return nil, err
	}
	if len(x) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("x has %d bytes, want %d", len(x), ed25519.PublicKeySize)
	}
	return x, nil
}
