package runtime_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestUploadStalls: a client that stops sending its body hears so, and its
// backend's connection ends.
func TestUploadStalls(t *testing.T) {
	failed := make(chan error, 2)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		failed <- err
	}))
	t.Cleanup(server.Close)
	s := serve(t, files(t, "read_timeout = \"100ms\"\n"+through(server.Listener.Addr().String())))
	for _, base := range []string{"/lean", "/std"} {
		t.Run(base[1:], func(t *testing.T) {
			c := s.dial()
			fmt.Fprintf(c, "POST %s/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf", base)
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusRequestTimeout {
				t.Errorf("got %s, want 408", resp.Status)
			}
			if err := <-failed; err == nil {
				t.Error("the backend got a whole body")
			}
		})
	}
}
