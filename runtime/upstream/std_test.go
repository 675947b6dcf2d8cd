package upstream

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-gateway/portico/hostabi"
)

// secure starts a TLS server and returns a request to it and the client's
// configuration.
func secure(t *testing.T, h2 bool, h http.HandlerFunc) (*Request, *tls.Config) {
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = h2
	s.StartTLS()
	t.Cleanup(s.Close)
	addr := s.Listener.Addr().String()
	return &Request{Target: Target{"https", addr, addr}, Method: "POST", URI: "/a%2Fb?c=d"},
		s.Client().Transport.(*http.Transport).TLSClientConfig
}

// TestTLS holds that Std speaks HTTP/1.1 and HTTP/2 over TLS, with bodies and
// trailers both ways.
func TestTLS(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(fmt.Sprint("HTTP/2 ", h2), func(t *testing.T) {
			r, config := secure(t, h2, func(w http.ResponseWriter, q *http.Request) {
				body, _ := io.ReadAll(q.Body)
				w.Header().Set("Trailer", "X-Sum")
				w.Header()["Date"] = nil
				w.Header().Set("Content-Type", "text/plain")
				fmt.Fprint(w, q.Method, " ", q.RequestURI, " ", q.Header.Get("X-A"), " ", string(body), " ", q.Trailer.Get("X-T"), " ", len(q.UserAgent()))
				w.(http.Flusher).Flush()
				w.Header().Set("X-Sum", "1")
			})
			c := NewStd(Options{TLS: config})
			defer c.Close()
			r.Header.Add("X-A", "b")
			r.Header.Add("Trailer", "X-T")
			r.Body, r.Size = stream("hello"), -1
			r.Trailer = func() hostabi.Header { return hostabi.Header{{Name: "X-T", Value: "2"}} }
			var resp Response
			if err := c.Do(t.Context(), r, &resp); err != nil {
				t.Fatal(err)
			}
			proto, reason := resp.Proto, resp.Reason
			want := `200 [Content-Type: text/plain; Trailer: X-Sum] -1 "POST /a%2Fb?c=d b hello 2 0" [X-Sum: 1]`
			if h2 { // net/http takes Trailer out
				want = `200 [Content-Type: text/plain] -1 "POST /a%2Fb?c=d b hello 2 0" [X-Sum: 1]`
			}
			if got := render(t, &resp); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got, want := proto+reason, map[bool]string{false: "HTTP/1.1OK", true: "HTTP/2.0"}[h2]; got != want {
				t.Errorf("protocol and reason %q, want %q", got, want)
			}
		})
	}
}

// TestTLSRefused holds that a certificate nobody vouches for is no connection.
func TestTLSRefused(t *testing.T) {
	r, _ := secure(t, false, func(http.ResponseWriter, *http.Request) {})
	c := NewStd(Options{})
	defer c.Close()
	var cause *tls.CertificateVerificationError
	if err := c.Do(t.Context(), r, &Response{}); !errors.Is(err, ErrRefused) || !errors.As(err, &cause) {
		t.Errorf("got %v, want %v", err, ErrRefused)
	}
}

// TestStdInterim holds that a malformed informational response is refused.
func TestStdInterim(t *testing.T) {
	s := serve(t, answering("HTTP/1.1 103 x\r\nX-A: b\r\n"+strings.Repeat("A: b\r\n", 600)+"\r\n"+ok200))
	each(t, Options{}, func(t *testing.T, c Client) {
		r := s.get()
		r.OnInterim = func(int, hostabi.Header) { t.Error("was passed on") }
		if got := do(t, c, r); got != "malformed response" {
			t.Errorf("got %s", got)
		}
	})
}

// TestErrorText holds what the log shows.
func TestErrorText(t *testing.T) {
	for want, err := range map[string]error{
		"upstream a:1: timed out":                               &Error{"a:1", ErrTimeout, nil},
		"upstream a:1: malformed response: bad Content-Length":  &Error{"a:1", ErrMalformed, errLength},
		"upstream a:1: connection lost: unexpected EOF":         &Error{"a:1", ErrReset, io.ErrUnexpectedEOF},
		"upstream a:1: invalid request: field name is no token": &Error{"a:1", ErrInvalid, errName},
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}
