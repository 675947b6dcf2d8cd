package admin

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// handler answers the requests of the control listener.
type handler struct {
	o         Options
	log       *slog.Logger
	endpoints []endpoint
}

// endpoint is one path.
type endpoint struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	About  string `json:"about"`

	open  bool // to those without the token, who get less
	serve func(w http.ResponseWriter, r *http.Request, known bool)
}

// New returns a handler for the control listener. It reads whom a connection
// reached from http.LocalAddrContextKey, which net/http's server sets, and
// takes a request without it for one to loopback.
func New(o Options) http.Handler {
	h := &handler{o: o, log: o.Log}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.add(http.MethodGet, "/healthz", "whether the process works", h.health)
	h.add(http.MethodGet, "/readyz", "whether it should get requests", h.ready)
	h.endpoints[0].open, h.endpoints[1].open = true, true
	if o.Plugins != nil {
		h.add(http.MethodGet, "/plugins", "the plugin directory, file by file", h.list("plugins", o.Plugins))
	}
	if o.Routes != nil {
		h.add(http.MethodGet, "/routes", "what answers what, the preferred route first", h.list("routes", o.Routes))
	}
	if o.Gatherer != nil {
		metrics := promhttp.HandlerFor(o.Gatherer, promhttp.HandlerOpts{
			ErrorLog:            slog.NewLogLogger(h.log.Handler(), slog.LevelError),
			ErrorHandling:       promhttp.ContinueOnError, // half of the metrics are better than none
			MaxRequestsInFlight: maxScrapes,
		})
		h.add(http.MethodGet, "/metrics", "metrics for Prometheus", func(w http.ResponseWriter, r *http.Request, _ bool) {
			metrics.ServeHTTP(w, r)
		})
	}
	if o.Reload != nil {
		h.add(http.MethodPost, "/reload", "read all files again and say what has changed", h.reload)
	}
	return h
}

func (h *handler) add(method, path, about string, serve func(http.ResponseWriter, *http.Request, bool)) {
	h.endpoints = append(h.endpoints, endpoint{Method: method, Path: path, About: about, serve: serve})
}

// ServeHTTP lets in who may ask, and finds what is asked for.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.contain(w, r)
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")

	if !hostAllowed(r) {
		h.fail(w, http.StatusForbidden, "the Host header must be localhost, 127.0.0.1 or [::1]")
		return
	}
	i := slices.IndexFunc(h.endpoints, func(e endpoint) bool { return e.Path == r.URL.Path })
	known, reason := h.authorized(r)
	if !known && (i < 0 || !h.endpoints[i].open) {
		if reason == noToken {
			h.fail(w, http.StatusForbidden, reason)
			return
		}
		header.Set("WWW-Authenticate", `Bearer realm="portico admin"`)
		h.fail(w, http.StatusUnauthorized, reason)
		return
	}
	if i < 0 {
		h.notFound(w)
		return
	}
	e := &h.endpoints[i]
	if !e.allows(r.Method) {
		header.Set("Allow", e.allow())
		h.fail(w, http.StatusMethodNotAllowed, e.Path+" wants "+e.allow())
		return
	}
	if e.Method == http.MethodPost && fromPage(r) {
		h.fail(w, http.StatusForbidden, "changes cannot be asked for by a web page")
		return
	}
	e.serve(w, r, known)
}

func (e *endpoint) allows(method string) bool {
	return method == e.Method || method == http.MethodHead && e.Method == http.MethodGet
}

func (e *endpoint) allow() string {
	if e.Method == http.MethodGet {
		return "GET, HEAD"
	}
	return e.Method
}

// contain turns a panic, of what the listener asks, into an answer.
func (h *handler) contain(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	h.log.Error("panic in the admin listener", "path", r.URL.Path, "panic", v, "stack", string(debug.Stack()))
	h.fail(w, http.StatusInternalServerError, "internal error; the log says more")
}

func (h *handler) notFound(w http.ResponseWriter) {
	h.answer(w, http.StatusNotFound, struct {
		Error     string     `json:"error"`
		Endpoints []endpoint `json:"endpoints"`
	}{"there is no such endpoint", h.endpoints})
}

func (h *handler) fail(w http.ResponseWriter, status int, text string) {
	h.answer(w, status, struct {
		Error string `json:"error"`
	}{text})
}

// problemLines splits the text of an error into problems.
func problemLines(text string) []string {
	problems := []string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		more := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		switch {
		case line == "":
		case more && len(problems) > 0:
			problems[len(problems)-1] += "\n" + line
		default:
			problems = append(problems, line)
		}
	}
	return problems
}
