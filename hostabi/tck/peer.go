package tck

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What http of a subject must have been granted: Subject.Peer alone, these
// bounds, and one redirect.
const (
	// PeerURL is where the peer of [NewCapabilities] is.
	PeerURL = "http://peer.example"

	// MaxRequests of one request to the gateway, and MaxBytes of all their bodies
	// and answers.
	MaxRequests = 20
	MaxBytes    = 512 << 10
	// MaxRequestBody and MaxResponseBody are in bytes.
	MaxRequestBody  = 64 << 10
	MaxResponseBody = 128 << 10
	// MaxBodies are the bytes of the bodies of one call that are open together.
	MaxBodies = 160 << 10
	// HTTPTimeout is long enough for a busy machine.
	HTTPTimeout = 10 * time.Second
)

// peerBody is what /plain answers.
const peerBody = "hello"

// Peer is the server that the cases of http talk to. Whoever tests a real
// implementation serves it; the one of [NewCapabilities] needs no network.
func Peer() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f http.HandlerFunc) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil // it would differ
			f(w, r)
		})
	}
	// /plain has headers and a body.
	handle("/plain", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/plain")
		h.Set("Content-Length", strconv.Itoa(len(peerBody)))
		h["X-Many"] = []string{"1", "2"}
		h.Set("X-Empty", "")
		_, _ = io.WriteString(w, peerBody)
	})
	// /echo answers with what it was sent: the body, in headers the rest.
	handle("/echo", func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		h := w.Header()
		h.Set("X-Asked", r.Method+" "+r.URL.RequestURI())
		h.Set("X-In", strings.Join(r.Header.Values("X-In"), ";"))
		h.Set("X-Sum", r.Trailer.Get("X-Sum"))
		h.Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(b)
	})
	// /status/N has that status.
	handle("/status/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		w.WriteHeader(n)
	})
	// /bytes/N has a body of N bytes.
	handle("/bytes/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(n))
		_, _ = io.WriteString(w, strings.Repeat("x", n))
	})
	// /fields/N has N fields beside its own.
	handle("/fields/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		w.Header().Set("Content-Length", "0")
		for i := range n {
			w.Header().Set(fmt.Sprintf("X-%d", i), "")
		}
	})
	// /head/N has a field with a value of N bytes.
	handle("/head/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		w.Header().Set("Content-Length", "0")
		w.Header().Set("X-Large", strings.Repeat("v", n))
	})
	// /trailers ends with some.
	handle("/trailers", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		_, _ = io.WriteString(w, peerBody)
		w.Header().Set("X-Sum", "5")
	})
	// /to/N and so on redirect to /plain by the status N, /away to another host.
	handle("/to/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		http.Redirect(w, r, "/echo?"+strconv.Itoa(n), n)
	})
	handle("/twice", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/to/302", http.StatusFound) })
	handle("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
	})
	// /hang never answers, /reset breaks off, and /half does so in its body.
	handle("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	handle("/reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	handle("/half", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, peerBody)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	return mux
}
