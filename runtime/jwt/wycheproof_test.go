package jwt

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// wycheproof is where Project Wycheproof's vectors lie, which are not part of this
// repository.
var wycheproof = filepath.Join("..", "..", "..", "shared", "conformance", "jwt")

// misses are the vectors whose verdict is not ours, with the reason. One that
// agrees after all fails the test.
var misses = map[string]map[int]string{
	"json_web_signature_test.json": {
		346: algOfKey, 347: noSuchAlg, 350: algOfKey, 351: noSuchAlg,
		367: sameAsValid, 370: sameAsValid,
		372: outsideAlphabet, 373: outsideAlphabet,
	},
	"json_web_key_test.json": {
		2: "several symmetric keys: here HMAC is with the one secret that the operator names, never with a key of a document",
		7: "a modulus as a broken generator made it (ROCA): whoever makes keys has to look",
	},
}

const (
	algOfKey        = "the key says that it is for PS256, the token is signed with PS384: RFC 7517, section 4.4, means one algorithm"
	noSuchAlg       = `the key says that it is for "ES521", which is no algorithm; vector 19 of the keys wants such a key refused`
	sameAsValid     = "the same token, to the byte, as vector 357, which is valid"
	outsideAlphabet = "a character that is not base64url: RFC 7515, section 2, allows none, and other vectors want such tokens refused"
)

// group is a list of vectors and the keys that they are verified with: a JWK or a
// set of them, symmetric ones only in Private.
type group struct {
	Comment         string
	Public, Private json.RawMessage
	Tests           []struct {
		ID      int `json:"tcId"`
		Comment string
		JWS     string
		Result  string
	}
}

func TestWycheproof(t *testing.T) {
	for _, file := range []string{"json_web_signature_test.json", "json_web_key_test.json"} {
		b, err := os.ReadFile(filepath.Join(wycheproof, file))
		if errors.Is(err, fs.ErrNotExist) {
			t.Skipf("NOT SHOWN: that tokens are judged as Wycheproof's vectors want: %v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		var data struct {
			NumberOfTests int
			TestGroups    []group
		}
		if err := json.Unmarshal(b, &data); err != nil {
			t.Fatal(err)
		}
		agreed, missed := 0, 0
		for _, g := range data.TestGroups {
			for _, tt := range g.Tests {
				_, err := g.verify(t, tt.JWS)
				reason, miss := misses[file][tt.ID]
				switch agrees := (err == nil) == (tt.Result == "valid"); {
				case agrees && miss:
					t.Errorf("%s %d (%s, %s) agrees now: %v; it is listed as a miss: %s", file, tt.ID, g.Comment, tt.Comment, err, reason)
				case !agrees && !miss:
					t.Errorf("%s %d (%s, %s) gave %v, want %s", file, tt.ID, g.Comment, tt.Comment, err, tt.Result)
				case agrees:
					agreed++
				default:
					missed++
				}
			}
		}
		t.Logf("%s: %d agree, %d are misses with a reason", file, agreed, missed)
		if agreed+missed != data.NumberOfTests {
			t.Errorf("%s: %d vectors, want %d", file, agreed+missed, data.NumberOfTests)
		}
	}
}

// verify verifies a vector as an operator of its keys would have it: a public key
// or set of them is a JWKS document, a symmetric key the secret for the algorithm
// that it says it is for. Payloads are no claims, so signatures alone are verified.
func (g group) verify(t *testing.T, jws string) ([]byte, error) {
	keys := asList(t, g.Private)
	for _, raw := range keys {
		var k struct{ Kty, Alg, K string }
		if err := json.Unmarshal(raw, &k); err != nil {
			t.Fatal(err)
		}
		if k.Kty == "oct" && len(keys) == 1 {
			secret, err := encoding.DecodeString(k.K)
			if err != nil {
				t.Fatal(err)
			}
			v, err := New(Options{Secret: constant(secret), Algorithms: []string{k.Alg}})
			if err != nil {
				return nil, err
			}
			return v.signed(context.Background(), jws)
		}
	}
	document := []byte(`{"keys":[`)
	public := asList(t, g.Public)
	if public == nil {
		public = keys // a document with symmetric keys, as nobody should publish it
	}
	for i, raw := range public {
		if i > 0 {
			document = append(document, ',')
		}
		document = append(document, raw...)
	}
	v, err := New(Options{Keys: keysOf(t, &source{document: append(document, "]}"...)}, RegistryOptions{})})
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.signed(context.Background(), jws)
	if errors.Is(err, hostabi.ECONN) {
		t.Error("the keys of a vector cannot be read")
	}
	return got, err
}

// asList gives the keys of a set, or the one key.
func asList(t *testing.T, raw json.RawMessage) []json.RawMessage {
	if raw == nil {
		return nil
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(raw, &set); err != nil {
		t.Fatal(err)
	}
	if set.Keys == nil {
		return []json.RawMessage{raw}
	}
	return set.Keys
}
