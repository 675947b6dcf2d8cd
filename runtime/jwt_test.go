package runtime_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/portico-gateway/portico/runtime"
)

// issuer signs tokens and serves its key over TLS, with a certificate of its own.
type issuer struct {
	*httptest.Server
	key     *ecdsa.PrivateKey
	fetches atomic.Int32
}

func newIssuer(t *testing.T) *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	i.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.fetches.Add(1)
		enc := base64.RawURLEncoding
		fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","kid":"one","x":%q,"y":%q}]}`, enc.EncodeToString(point[1:33]), enc.EncodeToString(point[33:]))
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) sign(t *testing.T, kid, claims string) string {
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"alg":"ES256","kid":"`+kid+`"}`)) + "." + enc.EncodeToString([]byte(claims))
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	var sig [64]byte
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return signed + "." + enc.EncodeToString(sig[:])
}

// certificate is the PEM file of the issuer's authority: itself.
func (i *issuer) certificate() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Certificate().Raw}))
}

// Keys are fetched once, with the authorities of the gateway file, and kept over
// reloads; what becomes of tokens shows in metrics.
func TestTokensAreVerifiedWithTheKeysOfTheirIssuer(t *testing.T) {
	i := newIssuer(t)
	dir := t.TempDir()
	file := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wasm, err := os.ReadFile("testdata/verify.wasm")
	if err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf("capabilities = [\"jwt\"]\n[jwt.login]\njwks = %q\nissuer = \"me\"\naudience = [\"orders\"]\n", i.URL+"/keys?secret=x")
	file("verify.wasm", string(wasm))
	file("verify.toml", settings)
	file("ca.pem", i.certificate())
	file("gateway.toml", `
[server]
listen = "127.0.0.1:0"
admin = "off"
[plugins]
directory = "."
cache = "off"
[upstream]
ca_file = "ca.pem"
[apis.a]
protocol = "http"
[[apis.a.routes]]
route = "GET /"
integration = { type = "plugin", plugin = "verify" }
`)
	var log bytes.Buffer
	g, err := runtime.Open(context.Background(), runtime.Options{File: filepath.Join(dir, "gateway.toml"), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	server, err := g.Listen()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve() }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(token string) string {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, "http://"+server.Addrs()[0].String()+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Token", token)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(resp.StatusCode, " ", string(b))
	}
	if n := i.fetches.Load(); n != 0 {
		t.Errorf("keys were fetched %d times before a token came", n)
	}
	const claims = `{"iss":"me", "aud":"orders","exp":4102444800,"n":12345678901234567890}`
	good := i.sign(t, "one", claims)
	want(t, "a good token", ask(good), "200 "+claims)
	want(t, "another key", ask(i.sign(t, "two", claims)), "401 key")
	want(t, "no token", ask("x"), "401 malformed")
	want(t, "another audience", ask(i.sign(t, "one", strings.Replace(claims, "orders", "carts", 1))), "401 audience")

	file("verify.toml", settings+"leeway = \"1s\"\n")
	if _, err := g.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	want(t, "after an update of the plugin", ask(good), "200 "+claims)
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("keys were fetched %d times, want once", n)
	}
	counted := map[string]float64{}
	families, err := g.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			labels := ""
			for _, l := range m.Label {
				labels += " " + l.GetValue()
			}
			if strings.Contains(f.GetName(), "_jwt_") {
				counted[f.GetName()+labels] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	url := " " + i.URL + "/keys"
	for series, v := range map[string]float64{
		"portico_jwt_fetches_total ok" + url: 1, "portico_jwt_fetches_total failed" + url: 0, "portico_jwt_keys" + url: 1,
		"portico_plugin_jwt_verifications_total login ok verify": 2, "portico_plugin_jwt_verifications_total login key verify": 1,
		"portico_plugin_jwt_verifications_total login malformed verify": 1, "portico_plugin_jwt_verifications_total login audience verify": 1,
	} {
		if got, ok := counted[series]; !ok || got != v {
			t.Errorf("%s is %v, %v, want %v; there are %v", series, got, ok, v, counted)
		}
	}
	for _, err := range []error{server.Shutdown(context.Background()), <-served, g.Close()} {
		if err != nil {
			t.Error(err)
		}
	}
	if text := log.String(); !strings.Contains(text, "the keys of an issuer are fetched") || strings.Contains(text, "secret") || strings.Contains(text, good) {
		t.Errorf("logged\n%s", text)
	}
}
