package front

import (
	"log/slog"
	"net/http"
	goruntime "runtime"
	"time"

	"github.com/portico-gateway/portico/runtime/exchange"
)

// turn is one request and its answer. Turns are pooled; one whose exchange
// something else may still hold is left to the garbage collector.
type turn struct {
	server *Server
	x      exchange.Exchange
	sink   sink
	body   body
	conn   *conn
}

func newTurn(s *Server) *turn {
	t := &turn{server: s}
	t.sink.turn = t
	t.body.turn = t
	return t
}

// past is a deadline that has always passed.
var past = time.Unix(1, 0)

// control is what net/http's response writers offer beside
// http.ResponseWriter; a ResponseController would be allocated per request.
type control interface {
	http.ResponseWriter
	FlushError() error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	EnableFullDuplex() error
}

// serve is the http.Handler.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.inFlight.Add(1)
	defer s.inFlight.Add(-1)
	if s.stopped.Load() {
		panic(http.ErrAbortHandler)
	}
	t := s.pool.Get().(*turn)
	t.begin(w.(control), r)
	defer t.recover()
	s.handler.Serve(r.Context(), &t.x)
	if t.end() {
		t.x.Reset()
		t.sink.reset()
		t.conn = nil
		s.pool.Put(t)
	}
}

// begin fills the exchange.
func (t *turn) begin(w control, r *http.Request) {
	t.conn, _ = r.Context().Value(connKey{}).(*conn)
	t.x.Start = time.Now()
	t.x.Sink = &t.sink
	t.sink.begin(w, r)
	t.head(r)
	t.body.begin(w, r)
}

// end completes the answer and reports whether t may be used again.
func (t *turn) end() bool {
	k := &t.sink
	t.x.Response.Body.Close()
	if k.upgrade != nil {
		k.upgrade.Close()
		return false
	}
	if !k.wrote && !k.aborted {
		t.server.opts.Logger.Error("request was not answered", "request_id", t.x.ID,
			"method", t.x.Request.Method, "path", t.x.Request.RawPath)
		k.WriteHead(http.StatusInternalServerError, nil, 0, false)
	}
	if !k.bodyless && k.size >= 0 && k.written != k.size {
		k.aborted = true // announced more than came
	}
	if k.aborted {
		panic(http.ErrAbortHandler)
	}
	reuse := !k.stalled && t.body.r == nil
	t.body.end()
	k.end()
	return reuse
}

// recover lets net/http close the connection after a panic. The turn is not
// used again.
func (t *turn) recover() {
	v := recover()
	if v == nil {
		return
	}
	if v != http.ErrAbortHandler {
		stack := make([]byte, 16<<10)
		stack = stack[:goruntime.Stack(stack, false)]
		t.server.opts.Logger.Error("handler panicked", "request_id", t.x.ID,
			slog.Any("panic", v), "stack", string(stack))
	}
	t.x.Response.Body.Close()
	t.body.abandon()
	if t.sink.upgrade != nil {
		t.sink.upgrade.Close()
	}
	panic(http.ErrAbortHandler)
}
