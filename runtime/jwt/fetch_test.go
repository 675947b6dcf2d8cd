package jwt

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestPlainHTTPStaysInside(t *testing.T) {
	for address, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "192.168.0.1:80": true, "172.16.0.1:80": true,
		"[fe80::1%eth0]:80": true, "203.0.113.9:80": false, "[2001:db8::1]:80": false, "0.0.0.0:80": false, "100.64.0.1:80": false} {
		if err := onlyInside("tcp", address, nil); (err == nil) != want {
			t.Errorf("connecting to %s gave %v", address, err)
		}
	}
	if err := onlyInside("tcp", "issuer.test:80", nil); err == nil {
		t.Error("a name that is not resolved was taken for an address")
	}
	if inside(netip.Addr{}) {
		t.Error("no address is inside")
	}
}

// get fetches from a server.
func get(t *testing.T, r *Registry, url string) (string, error) {
	t.Helper()
	b, err := r.download(context.Background(), url)
	return string(b), err
}

func TestADocumentIsFetched(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("Accept")+" "+r.URL.RawQuery)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/keys", http.StatusFound) })
	mux.HandleFunc("/keyed", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/keys?key=secret", http.StatusFound)
	})
	mux.HandleFunc("/none", http.NotFound)
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat(" ", 10*MaxDocument))
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "{")
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	plain := httptest.NewServer(mux)
	defer plain.Close()
	r := NewRegistry(RegistryOptions{})
	defer r.Close()
	if b, err := get(t, r, plain.URL+"/keys?a=b"); b != "application/jwk-set+json, application/json a=b" || err != nil {
		t.Errorf("it got %q, %v", b, err)
	}
	for path, want := range map[string]string{
		"/moved": `the source answered 302 and points to "/keys"; name the URL that has the keys`,
		"/keyed": `the source answered 302 and points to "/keys"; name the URL that has the keys`,
		"/none":  "the source answered 404",
		"/cut":   "unexpected EOF",
	} {
		if b, err := get(t, r, plain.URL+path); err == nil || err.Error() != want {
			t.Errorf("%s gave %q, %v, want %s", path, b, err, want)
		}
	}
	b, err := get(t, r, plain.URL+"/large")
	if len(b) != MaxDocument+1 || err != nil {
		t.Errorf("of a large document it read %d bytes, %v", len(b), err)
	}
	if _, _, err := parseSet([]byte(b)); !errors.Is(err, ErrDocument) {
		t.Errorf("and took it: %v", err)
	}
	if testing.Short() {
		return
	}
	start := time.Now()
	if _, err := get(t, r, plain.URL+"/slow"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a slow source gave %v", err)
	}
	if took := time.Since(start); took < FetchTimeout {
		t.Errorf("it took %v, and had %v", took, FetchTimeout)
	}
}

func TestTheCertificateOfASourceIsVerified(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	s.StartTLS()
	defer s.Close()
	r := NewRegistry(RegistryOptions{})
	defer r.Close()
	if b, err := get(t, r, s.URL); err == nil || !strings.Contains(err.Error(), "unknown authority") {
		t.Errorf("it got %q, %v", b, err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	r.Trust(roots)
	if b, err := get(t, r, s.URL); b != "{}" || err != nil {
		t.Errorf("with its authority it got %q, %v", b, err)
	}
}
