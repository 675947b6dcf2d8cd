package capability_test

import (
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
	"github.com/portico-gateway/portico/hostabi/engine"
	"github.com/portico-gateway/portico/hostabi/tck"
	"github.com/portico-gateway/portico/runtime/capability"
	"github.com/portico-gateway/portico/runtime/jwt"
	"github.com/portico-gateway/portico/runtime/outbound"
	"github.com/portico-gateway/portico/runtime/store"
)

// What guests get in the gateway passes the suite that its ABI has.
func TestConformance(t *testing.T) {
	embedded, err := store.OpenEmbedded(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := embedded.Close(); err != nil {
			t.Error(err)
		}
	})
	keys := jwt.NewRegistry(jwt.RegistryOptions{})
	t.Cleanup(keys.Close)
	s := newState(t, capability.Stores{Keys: keys,
		KV: func(ns string, quota int64) (hostabi.KV, error) { return embedded.Namespace(ns, quota), nil }})
	s.SetSecrets(capability.Vault{
		tck.SecretRead: capability.NewSecret([]byte(tck.SecretReadValue)),
		tck.SecretUse:  capability.NewSecret([]byte(tck.SecretUseValue)),
		"token":        capability.NewSecret([]byte(tck.TokenSecret)),
	})
	server := httptest.NewServer(tck.Peer())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	t.Cleanup(server.Close)
	peer, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	l := acquire(t, s, "conformance", capability.Grants{
		Has:       has(hostabi.CapabilityCache, hostabi.CapabilityThrottle, hostabi.CapabilitySecrets, hostabi.CapabilityMetrics, hostabi.CapabilityKV, hostabi.CapabilityHTTP, hostabi.CapabilityJWT),
		CacheSize: tck.Bytes, Quota: tck.Bytes,
		HTTP: outbound.Options{
			Hosts:     []outbound.Host{{Scheme: "http", Name: peer.Hostname(), Port: peer.Port()}},
			Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			Timeout:   tck.HTTPTimeout, MaxRequests: tck.MaxRequests, Redirects: 1,
			MaxTotal: tck.MaxBytes, MaxBodies: tck.MaxBodies, MaxRequest: tck.MaxRequestBody, MaxResponse: tck.MaxResponseBody,
			Breaker: engine.BreakerOptions{Failures: 1 << 30}, // the suite's peer fails on purpose
		},
		Buckets: []capability.Bucket{{Name: tck.Bucket, Rate: 1e-5, Burst: tck.Burst}},
		Secrets: []capability.SecretGrant{{Name: tck.SecretRead, Read: true}, {Name: tck.SecretUse}},
		Issuers: []capability.Issuer{
			{Name: tck.Issuer, Secret: "token", Issuer: tck.TokenIssuer, Audience: []string{tck.TokenAudience}},
			{Name: tck.IssuerDown, JWKS: "http://127.0.0.1:1/"}},
		Metrics: []capability.Metric{{Name: tck.Counter, Labels: []string{tck.Label}},
			{Name: tck.Few, Labels: []string{tck.Label}, Series: tck.FewSeries},
			{Name: tck.Gauge, Type: capability.Gauge}, {Name: tck.Histogram, Type: capability.Histogram}},
	})
	tck.Run(t, tck.Subject{
		Memory:       tck.GuestMemory,
		Peer:         server.URL,
		Capabilities: l.Capabilities(),
		Load: func(t *testing.T, config []byte) (hostabi.Plugin, error) {
			p, err := load(t, tck.Guest, config, l.Capabilities())
			if err != nil {
				return nil, err
			}
			return p, nil
		},
	})
}
