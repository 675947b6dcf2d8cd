package jwt

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is the time in most tests.
var now = time.Unix(1_800_000_000, 0)

func clock() time.Time { return now }

// signer is a private key and what a JWKS document has of it.
type signer struct {
	alg     string
	private any
	public  map[string]any
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// newSigner makes a key for an algorithm; all of RSA share one.
func newSigner(alg, kid string) signer {
	s := signer{alg: alg, public: map[string]any{"kid": kid, "use": "sig"}}
	curves := map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()}
	switch {
	case alg == "EdDSA":
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			panic(err)
		}
		s.private = private
		s.public["kty"], s.public["crv"], s.public["x"] = "OKP", "Ed25519", b64(public)
	case curves[alg] != nil:
		k, err := ecdsa.GenerateKey(curves[alg], rand.Reader)
		if err != nil {
			panic(err)
		}
		point, err := k.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		half := (len(point) - 1) / 2
		s.private = k
		s.public["kty"], s.public["crv"] = "EC", k.Params().Name
		s.public["x"], s.public["y"] = b64(point[1:1+half]), b64(point[1+half:])
	default:
		s.private = rsaKey()
		s.public["kty"], s.public["n"] = "RSA", b64(rsaKey().N.Bytes())
		s.public["e"] = b64(big.NewInt(int64(rsaKey().E)).Bytes())
	}
	return s
}

// with is the public key with one member changed; nil removes it.
func (s signer) with(name string, value any) map[string]any {
	m := map[string]any{}
	for k, v := range s.public {
		m[k] = v
	}
	m[name] = value
	if value == nil {
		delete(m, name)
	}
	return m
}

// document is a JWKS document.
func document(keys ...map[string]any) []byte {
	if keys == nil {
		keys = []map[string]any{}
	}
	b, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		panic(err)
	}
	return b
}

// sign makes a token of a header and a payload as they are written.
func sign(alg string, key any, header, payload string) string {
	signed := b64([]byte(header)) + "." + b64([]byte(payload))
	sig, err := gojwt.GetSigningMethod(alg).Sign(signed, key)
	if err != nil {
		panic(err)
	}
	return signed + "." + b64(sig)
}

func (s signer) sign(payload string) string {
	return sign(s.alg, s.private, `{"alg":"`+s.alg+`","kid":"`+s.public["kid"].(string)+`"}`, payload)
}

// source gives documents in place of the network.
type source struct {
	mu       sync.Mutex
	document []byte
	err      error
	fetches  int
	hold     chan struct{} // a fetch waits until it is closed, if it is not nil
}

func (s *source) get(ctx context.Context, _ string) ([]byte, error) {
	s.mu.Lock()
	hold := s.hold
	s.fetches++
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.document), s.err
}

func (s *source) set(document []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.document, s.err = document, err
}

func (s *source) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetches
}

// keysOf gives the keys of a source.
func keysOf(t testing.TB, s *source, o RegistryOptions) *Keys {
	r := NewRegistry(o)
	r.get = s.get
	t.Cleanup(r.Close)
	return r.Acquire("https://keys.test/jwks")
}

// verifier makes a verifier with keys or a secret.
func verifier(t testing.TB, o Options) *Verifier {
	t.Helper()
	if o.Now == nil {
		o.Now = clock
	}
	v, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var secret = []byte(strings.Repeat("0123456789abcdef", 4))

func constant(b []byte) func() []byte { return func() []byte { return b } }
