package capability_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/runtime/capability"
	"github.com/portico-gateway/portico/runtime/jwt"
)

// hs256 signs claims.
func hs256(secret, claims string) string {
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + enc.EncodeToString([]byte(claims))
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(signed))
	return signed + "." + enc.EncodeToString(m.Sum(nil))
}

const (
	oldSecret = "the old secret, of 32 bytes and more"
	newSecret = "the new secret, of 32 bytes and more"
	lasting   = `{"exp":4102444800}`
)

func newRegistry(t *testing.T) *jwt.Registry {
	r := jwt.NewRegistry(jwt.RegistryOptions{})
	t.Cleanup(r.Close)
	return r
}

func TestIssuersFollowTheVault(t *testing.T) {
	s := newState(t, capability.Stores{})
	c := acquire(t, s, "p", capability.Grants{Has: has(hostabi.CapabilityJWT),
		Issuers: []capability.Issuer{{Name: "a", Secret: "key"}, {Name: "b", Secret: "other", Issuer: "b"}}}).Capabilities().JWT
	verify := func(issuer, secret string, want error) {
		t.Helper()
		claims, err := c.Verify(context.Background(), issuer, hs256(secret, lasting))
		if err != want || (string(claims) == lasting) != (want == nil) {
			t.Errorf("Verify = %s, %v, want %v", claims, err, want)
		}
	}
	verify("a", oldSecret, hostabi.TokenKey) // granted, and not there
	s.SetSecrets(capability.Vault{"key": capability.NewSecret([]byte(oldSecret)), "other": capability.NewSecret([]byte(oldSecret))})
	verify("a", oldSecret, nil)
	verify("a", newSecret, hostabi.TokenSignature)
	verify("b", oldSecret, hostabi.TokenIssuer)
	verify("c", oldSecret, hostabi.ENOENT)
	s.SetSecrets(capability.Vault{"key": capability.NewSecret([]byte(newSecret))})
	verify("a", oldSecret, hostabi.TokenSignature)
	verify("a", newSecret, nil)
}

// An update of a plugin fetches nothing that is there, and counts on.
func TestKeysAndCountsOutliveAnUpdate(t *testing.T) {
	var fetches atomic.Int32
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetches.Add(1)
		fmt.Fprint(w, `{"keys":[]}`)
	}))
	defer source.Close()
	keys := newRegistry(t)
	s := newState(t, capability.Stores{Keys: keys})
	s.SetSecrets(capability.Vault{"key": capability.NewSecret([]byte(oldSecret))})
	grants := capability.Grants{Namespace: "p", Has: has(hostabi.CapabilityJWT), Issuers: []capability.Issuer{
		{Name: "keys", JWKS: source.URL, Issuer: "x"}, {Name: "secret", Secret: "key"}, {Name: "down", JWKS: "http://127.0.0.1:1/"}}}
	use := func(l *capability.Lease) {
		v := l.Capabilities().JWT
		rs256 := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"a"}`)) + ".e30.AAAA"
		for _, tt := range []struct {
			issuer, token string
			want          error
		}{
			{"keys", rs256, hostabi.TokenKey},
			{"secret", hs256(oldSecret, lasting), nil},
			{"secret", strings.Repeat("x", hostabi.MaxToken+1), hostabi.E2BIG},
			{"down", rs256, hostabi.ECONN},
		} {
			if _, err := v.Verify(context.Background(), tt.issuer, tt.token); err != tt.want {
				t.Errorf("Verify with %s gave %v, want %v", tt.issuer, err, tt.want)
			}
		}
	}
	old, err := s.Acquire("p", grants)
	if err != nil {
		t.Fatal(err)
	}
	use(old)
	updated, err := s.Acquire("p", grants)
	if err != nil {
		t.Fatal(err)
	}
	old.Release()
	use(updated)
	if n := fetches.Load(); n != 1 {
		t.Errorf("keys were fetched %d times, want once", n)
	}
	want := []string{"p down no_keys 2", "p keys key 2", "p secret ok 2", "p secret too_large 2"}
	if got := counted(t, s); !slices.Equal(got, want) {
		t.Errorf("counted %q, want %q", got, want)
	}
	updated.Release()
	updated.Release() // does nothing
	if got := counted(t, s); len(got) > 0 || len(keys.Stats()) > 0 {
		t.Errorf("after the last version there are still %q and %v", got, keys.Stats())
	}
}

// counted are the counts of verifications, sorted.
func counted(t *testing.T, s *capability.State) (list []string) {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(s)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			labels := map[string]string{}
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			list = append(list, fmt.Sprint(labels["plugin"], " ", labels["issuer"], " ", labels["outcome"], " ", m.GetCounter().GetValue()))
		}
	}
	slices.Sort(list)
	return list
}

func TestAnIssuerThatCannotBeFailsTheGrant(t *testing.T) {
	keys := newRegistry(t)
	s := newState(t, capability.Stores{Keys: keys})
	_, err := s.Acquire("p", capability.Grants{Has: has(hostabi.CapabilityJWT), Issuers: []capability.Issuer{
		{Name: "a", JWKS: "https://issuer.test/", Algorithms: []string{"HS256"}}, {Name: "b", Secret: "key", Leeway: -1}, {Name: "c", Secret: "key"}}})
	if !errors.Is(err, jwt.ErrOptions) || !strings.Contains(err.Error(), "jwt.a: ") || !strings.Contains(err.Error(), "jwt.b: ") || strings.Contains(err.Error(), "jwt.c") {
		t.Errorf("Acquire gave %v", err)
	}
	if len(keys.Stats()) > 0 || len(counted(t, s)) > 0 {
		t.Error("what was acquired for it is still held")
	}
}
