package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// answer sends a value as JSON, indented: the answers are small, and people
// read them as often as programs do.
func (h *handler) answer(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		h.log.Error("the admin listener cannot show a value", "error", err)
		status = http.StatusInternalServerError
		b.Reset()
		b.WriteString("{\n  \"error\": \"internal error; the log says more\"\n}\n")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // who asked has gone
}

// state is the answer of health and readiness.
type state struct {
	Status  string `json:"status"`
	Error   string `json:"error,omitempty"`
	Version string `json:"version,omitempty"`
}

func (h *handler) health(w http.ResponseWriter, _ *http.Request, known bool) {
	h.state(w, known, h.o.Health, "ok", "failing")
}

func (h *handler) ready(w http.ResponseWriter, _ *http.Request, known bool) {
	h.state(w, known, h.o.Ready, "ready", "not ready")
}

func (h *handler) state(w http.ResponseWriter, known bool, check func() error, good, bad string) {
	var err error
	if check != nil {
		err = check()
	}
	status, s := http.StatusOK, state{Status: good}
	if err != nil {
		status, s.Status = http.StatusServiceUnavailable, bad
	}
	if known {
		s.Version = h.o.Version
		if err != nil {
			s.Error = err.Error()
		}
	}
	h.answer(w, status, s)
}

// list shows a list as the one field of an object, beside which others may
// come later.
func (h *handler) list(name string, get func() any) func(http.ResponseWriter, *http.Request, bool) {
	return func(w http.ResponseWriter, _ *http.Request, _ bool) {
		v := get()
		if b, err := json.Marshal(v); err == nil && string(b) == "null" {
			v = []any{}
		}
		h.answer(w, http.StatusOK, map[string]any{name: v})
	}
}

// reload goes on when who asked for it does not wait: it is either done or
// not, and the log tells.
func (h *handler) reload(w http.ResponseWriter, r *http.Request, _ bool) {
	// Compiling may take minutes; the timeout is for the answer.
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // not all writers have one
	_ = c.SetWriteDeadline(time.Time{})
	result, err := h.o.Reload(context.WithoutCancel(r.Context()))
	_ = c.SetWriteDeadline(time.Now().Add(writeTimeout))

	if result.Changes == nil {
		result.Changes = []string{}
	}
	status := http.StatusOK
	if err != nil {
		status = http.StatusUnprocessableEntity
		result.Error = err.Error()
		result.Problems = problemLines(result.Error)
	}
	h.answer(w, status, result)
}
