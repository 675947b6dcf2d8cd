package jwt

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
)

func TestWhatIsNoDocument(t *testing.T) {
	many := []byte(`{"keys":[` + strings.Repeat("{},", MaxKeys) + `{}]}`)
	for name, document := range map[string][]byte{
		"nothing":            nil,
		"a page":             []byte("<html>"),
		"a list":             []byte("[]"),
		"no keys":            []byte(`{}`),
		"keys in capitals":   []byte(`{"KEYS":[]}`),
		"keys that are none": []byte(`{"keys":{}}`),
		"keys twice":         []byte(`{"keys":[],"keys":[]}`),
		"too many keys":      many,
		"too many bytes":     append([]byte(`{"keys":[]}`), bytes.Repeat([]byte(" "), MaxDocument)...),
	} {
		if keys, over, err := parseSet(document); !errors.Is(err, ErrDocument) {
			t.Errorf("%s: %v, %v, %v, want ErrDocument", name, keys, over, err)
		}
	}
	if _, over, err := parseSet([]byte(`{"keys":[` + strings.Repeat("{},", MaxKeys-1) + `{}]}`)); err != nil || len(over) != MaxKeys {
		t.Errorf("%d keys gave %v", MaxKeys, err)
	}
	exact := append([]byte(`{"keys":[]}`), bytes.Repeat([]byte(" "), MaxDocument-len(`{"keys":[]}`))...)
	if _, _, err := parseSet(exact); err != nil {
		t.Errorf("%d bytes gave %v", len(exact), err)
	}
}

func TestKeysThatArePassedOver(t *testing.T) {
	r, e, o := newSigner("RS256", "k"), newSigner("ES256", "k"), newSigner("EdDSA", "k")
	modulus := func(bits uint) string {
		n := new(big.Int).Lsh(big.NewInt(1), bits-1)
		return b64(n.SetBit(n, 0, 1).Bytes())
	}
	odd := e.with("x", b64(make([]byte, 32)))
	tests := []struct {
		name string
		key  map[string]any
		want string // of the reason; "" takes the key
	}{
		{"RSA", r.public, ""},
		{"EC", e.public, ""},
		{"OKP", o.public, ""},
		{"2048 bits", r.with("n", modulus(2048)), ""},
		{"8192 bits", r.with("n", modulus(8192)), ""},
		{"2047 bits", r.with("n", modulus(2047)), "RSA with 2047 bits"},
		{"8193 bits", r.with("n", modulus(8193)), "RSA with 8193 bits"},
		{"an even modulus", r.with("n", b64(new(big.Int).Lsh(big.NewInt(1), 2047).Bytes())), "an RSA modulus is odd"},
		{"the exponent 1", r.with("e", b64([]byte{1})), "an RSA exponent"},
		{"the exponent 3", r.with("e", b64([]byte{3})), ""},
		{"an even exponent", r.with("e", b64([]byte{4})), "an RSA exponent"},
		{"an exponent of 32 bits", r.with("e", b64([]byte{0x80, 0, 0, 1})), "an RSA exponent"},
		{"no modulus", r.with("n", nil), `"n" is not base64url`},
		{"a modulus that is a number", r.with("n", 7), `"n" is not text`},
		{"a modulus with padding", r.with("n", r.public["n"].(string)+"="), `"n" is not base64url`},
		{"no exponent", r.with("e", nil), `"e" is not base64url`},
		{"no type", r.with("kty", nil), `type "" is not one to verify with`},
		{"a secret", map[string]any{"kty": "oct", "k": b64(secret)}, `type "oct" is not one to verify with`},
		{"a private half", r.with("d", "AA"), "it holds its private half"},
		{"a private half that is no text", r.with("d", 1), `"d" is not text`},
		{"another use", r.with("use", "enc"), `its use is "enc"`},
		{"other operations", r.with("key_ops", []string{"encrypt"}), "its key_ops do not have verify"},
		{"operations that are no list", r.with("key_ops", "verify"), `"key_ops" is no list of texts`},
		{"operations that are no texts", r.with("key_ops", []int{1}), `"key_ops" is no list of texts`},
		{"an algorithm of another type", r.with("alg", "ES256"), `it says that it is for "ES256", which it is not`},
		{"an algorithm of another curve", e.with("alg", "ES384"), `it says that it is for "ES384"`},
		{"an algorithm to encrypt", r.with("alg", "RSA-OAEP"), `it says that it is for "RSA-OAEP"`},
		{"none", r.with("alg", "none"), `it says that it is for "none"`},
		{"another curve", e.with("crv", "secp256k1"), `curve "secp256k1"`},
		{"a point that is not on the curve", odd, "no point of the curve"},
		{"a short coordinate", e.with("y", b64(make([]byte, 31))), "x and y have 32 and 31 bytes, want 32"},
		{"no coordinate", e.with("x", nil), `"x" is not base64url`},
		{"no other coordinate", e.with("y", nil), `"y" is not base64url`},
		{"X25519", o.with("crv", "X25519"), `curve "X25519" is not Ed25519`},
		{"a short Ed25519 key", o.with("x", b64(make([]byte, 31))), "x has 31 bytes, want 32"},
		{"no Ed25519 key", o.with("x", nil), `"x" is not base64url`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// Others of the document are used all the same.
			keys, over, err := parseSet(document(e.with("kid", "other"), tt.key))
			switch {
			case err != nil:
				t.Fatal(err)
			case tt.want == "" && (len(keys) != 2 || len(over) > 0):
				t.Errorf("%d keys, and passed over %v", len(keys), over)
			case tt.want != "" && (len(keys) != 1 || len(over) != 1 || !strings.Contains(over[0].String(), tt.want)):
				t.Errorf("%d keys, and passed over %v, want %s", len(keys), over, tt.want)
			}
		})
	}
	for _, raw := range []string{`{"keys":[1]}`, `{"keys":[{"kty":"RSA","kty":"EC"}]}`} {
		if keys, over, err := parseSet([]byte(raw)); len(keys) > 0 || len(over) != 1 || err != nil {
			t.Errorf("%s gave %v, %v, %v", raw, keys, over, err)
		}
	}
}

// FuzzDocument: whatever a document holds, each key that is taken from it is one
// that the rules allow, for algorithms of its own type; and the document is at
// most as large and has at most as many keys as may be.
func FuzzDocument(f *testing.F) {
	for _, alg := range []string{"RS256", "ES256", "ES384", "ES512", "EdDSA"} {
		s := newSigner(alg, "k")
		f.Add(document(s.public, s.with("alg", alg), s.with("use", "enc"), s.with("key_ops", []string{"verify"}), s.with("d", "AA")))
	}
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"AQ","e":"AQAB"},{"kty":"EC","crv":"P-256"},[],{"kty":"OKP"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		keys, over, err := parseSet(b)
		if err != nil {
			if keys != nil || over != nil || !errors.Is(err, ErrDocument) {
				t.Fatalf("parseSet = %v, %v, %v", keys, over, err)
			}
			return
		}
		if !json.Valid(b) || len(b) > MaxDocument || len(keys)+len(over) > MaxKeys {
			t.Fatalf("it took a document of %d bytes and %d keys", len(b), len(keys)+len(over))
		}
		for _, k := range keys {
			var want algorithmSet
			switch p := k.public.(type) {
			case *rsa.PublicKey:
				if bits := p.N.BitLen(); bits < minRSA || bits > maxRSA || p.E < 3 || p.E%2 == 0 {
					t.Errorf("RSA with %d bits and the exponent %d", bits, p.E)
				}
				want = algorithmsOf(kindRSA)
			case *ecdsa.PublicKey:
				if _, err := p.Bytes(); err != nil {
					t.Errorf("a point that is not on its curve: %v", err)
				}
				want = algorithmsOf(map[int]keyKind{256: kindP256, 384: kindP384, 521: kindP521}[p.Params().BitSize])
			case ed25519.PublicKey:
				want = algorithmsOf(kindEd25519)
			default:
				t.Fatalf("a key of type %T", p)
			}
			if k.fits == 0 || k.fits&^want != 0 {
				t.Errorf("a %T is for %b, want some of %b", k.public, k.fits, want)
			}
		}
	})
}
